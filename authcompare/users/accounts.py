"""The life of an account, as both doors live it: each event has its one function here.

No function tells its caller whether an address is known, and none takes longer for one that is:
where it matters the work is done behind the answer (`mails`), and a password is hashed once.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from . import audit, limits, links, mails
from .audit import What
from .clients import Client
from .limits import Rule
from .log_ins import RETENTION
from .models import User, no_address
from .passwords import normalized

# Small, because deleting a user asks a dozen tables and other writers wait meanwhile.
PURGE_BATCH = 50


class BadKeyError(ValueError):
    """The key of a mailed link is forged, too old or out of date."""


class ClosedError(Exception):
    """Another request closed the account while this one was about to write to it."""


@contextmanager
def locked(user: User) -> Iterator[None]:
    """Hold the user's row while something is written; none of it is, if something raises.

    Raises `ClosedError` where there is no such row: a save would fail, or bring the account back.
    """
    with transaction.atomic():
        if User.objects.select_for_update().filter(pk=user.pk).first() is None:
            raise ClosedError
        yield


def sign_up(request: HttpRequest, email: str, password: str) -> None:
    """Make an account that waits for its address, and send the link that gives it that.

    The reader of an address that is an account's is told so instead. Raises `Throttled`.
    """
    limits.count(Rule.SIGN_UP, request, email)
    waiting = User(email=no_address(), password=make_password(normalized(password)))
    mails.behind_the_answer(_answer_sign_up, waiting, email, _asked(request))
    audit.record(What.SIGNED_UP, request, email=email)


def _asked(request: HttpRequest) -> str:
    return f"{timezone.now():%Y-%m-%d %H:%M} UTC from {Client.of(request)}"


def purge() -> Iterator[int]:
    """Delete the sign-ups that nobody followed up, yielding the size of each batch.

    Those are active accounts that have waited for their address to be verified a day longer than
    the mailed link was good. Nobody ever vouched for them: who makes an account in the admin, by
    a command or in code does, so none of those is among them, and staff never is.
    """
    last_moment = timezone.now() - settings.EMAIL_LINK_LIFETIME - RETENTION
    nobodys = {"is_staff": False, "is_superuser": False, "last_login": None}
    abandoned = User.objects.filter(
        is_active=True, email_verified_at=None, date_joined__lt=last_moment, **nobodys
    )
    while batch := _delete_some(abandoned):
        yield batch


def _delete_some(users: QuerySet[User]) -> int:
    with transaction.atomic():
        # Locked: who verifies or signs up again right now does so before or after this.
        rows = users.select_for_update().values_list("pk", flat=True)[:PURGE_BATCH]
        users = User.objects.filter(pk__in=list(rows))
        return users.delete()[1].get(User._meta.label, 0)


def _answer_sign_up(waiting: User, email: str, asked: str) -> None:
    owner = _owner_of(email)
    if owner is None:
        # A row for each sign-up, so that each link opens the account with the password that was
        # chosen with it: whoever signs up with a victim's address changes nothing about the
        # victim's own link (pre-hijacking). The first link that is confirmed gets the address.
        waiting.save()
        _send_link("sign_up", waiting, email, asked)
    elif owner.is_active:
        mails.send("account_exists", owner.email)


def _owner_of(email: str) -> User | None:
    """Return whose the address is; while nobody has verified it, it is nobody's."""
    return User.objects.filter(email=email).exclude(is_active=True, email_verified_at=None).first()


def _send_link(name: str, user: User, email: str, asked: str) -> None:
    link = mails.link_to("verify", links.key_for(user, email, asked))
    mails.send(name, email, link=link, asked=asked)


def verify_email(request: HttpRequest, key: str) -> User:
    """Accept the address that a mailed key proves, and return whose; again is no error.

    Raises `BadKeyError` for a key that proves nothing (any more), `Throttled` for too many.
    """
    limits.count(Rule.VERIFY, request)
    claim = links.claim_of(key)
    if claim and not claim.done and not claim.accept():
        # Another request was faster. Where it had this very key, what the key says is done.
        claim = links.claim_of(key)
        claim = claim if claim and claim.done else None
    if claim is None:
        raise BadKeyError
    if not claim.done:
        _tell_of(request, claim)
    return claim.user


def _tell_of(request: HttpRequest, claim: links.Claim) -> None:
    what = What.EMAIL_CHANGED if claim.user.email_verified_at else What.EMAIL_VERIFIED
    if what == What.EMAIL_CHANGED:
        # The address it was: whoever reads it must learn of this (ASVS 6.3.7).
        mails.behind_the_answer(mails.send, "email_changed", claim.user.email)
    audit.record(what, request, user_id=claim.user.pk, email=claim.email)


def check_current_password(request: HttpRequest, user: User, password: str) -> None:
    """Let through only who knows the user's password now: a log-in alone may be a stolen one.

    Raises `ValidationError` for any other password, and `Throttled` as a log-in does: the two
    share their counters, or this would be the way around them (ASVS 6.3.1).
    """
    if not limits.guess(request, user.email, lambda: user.check_password(password)):
        _record(What.STEP_UP_FAILED, request, user)
        raise ValidationError("That is not your current password.", "password_incorrect")


def rename(user: User, name: str) -> None:
    """Give the user another name. Raises `ClosedError`."""
    user.name = name
    with locked(user):
        # This column alone: what was read of the others may be out of date, and writing it would
        # bring back a password that another request has just replaced.
        user.save(update_fields=["name"])


def change_password(
    request: HttpRequest, user: User, password: str, keep_log_in: Callable[[Any, User], None]
) -> None:
    """Set a new password and end every log-in in both modes but the one that `user` is here by.

    That one knows the user by the old password still: `keep_log_in(request, user)` updates it, and
    where that raises nothing is changed. Raises `ClosedError`.
    """
    user.kept_log_in = user.log_in_id
    user.set_password(password)
    with locked(user):
        # In one transaction: a request between the two would meet a log-in that fits its user no
        # more, and end it.
        keep_log_in(request, user)
        user.save(update_fields=["password"])
    mails.behind_the_answer(mails.send, "password_changed", user.email)
    _record(What.PASSWORD_CHANGED, request, user)


def request_reset(request: HttpRequest, email: str) -> None:
    """Send the link with which a new password is chosen, if the address is an active user's.

    Also to one who has no password or has not verified the address yet: the link proves it.
    Raises `Throttled`.
    """
    limits.count(Rule.RESET, request, email)
    # Every other answer that depends on an address costs a hash; so does this, for every address.
    make_password("")
    mails.behind_the_answer(_answer_reset, email)
    audit.record(What.RESET_ASKED, request, email=email)


def _answer_reset(email: str) -> None:
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        return
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    link = mails.link_to("reset_confirm", uid, default_token_generator.make_token(user))
    # To the stored address and never to the one that was asked for (CVE-2019-19844).
    mails.send("password_reset", user.email, link=link)


def user_of_reset(request: HttpRequest, uid: str, token: str) -> User | None:
    """Return whose new password a mailed link allows to choose, or None for one that is no good.

    Raises `Throttled` for too many.
    """
    limits.count(Rule.VERIFY, request)
    try:
        user_id = urlsafe_base64_decode(uid).decode()
        user = User.objects.filter(pk=user_id, is_active=True).first()
    except (ValueError, ValidationError):
        return None
    return user if default_token_generator.check_token(user, token) else None


def reset_password(request: HttpRequest, user: User, password: str) -> None:
    """Set the password chosen by a mailed link and end every log-in; nobody is logged in by it.

    Raises `BadKeyError` where the link was used since `user_of_reset` read the user.
    """
    # Setting a password moves the stamp, so of parallel requests with one link one comes through.
    unused = User.objects.filter(pk=user.pk, is_active=True, auth_stamp=user.auth_stamp)
    user.set_password(password)
    user.email_verified_at = user.email_verified_at or timezone.now()
    with transaction.atomic():
        if not unused.update(auth_stamp=user.auth_stamp):
            raise BadKeyError
        user.save(update_fields=["password", "email_verified_at"])
    mails.behind_the_answer(mails.send, "password_reset_done", user.email)
    _record(What.PASSWORD_RESET, request, user)


def check_new_email(user: User, email: str) -> None:
    """Refuse the address that the user has already. Raises `ValidationError`."""
    if email == user.email:
        raise ValidationError("That is your address already.", "unchanged")


def request_email_change(request: HttpRequest, user: User, email: str) -> None:
    """Send the link that gives the user's account this address; the present one is told.

    Of an address that is another account's the owner is told, and nothing changes. Raises
    `ClosedError`, and `Throttled` by the counters of the sign-up: both send a mail to any address
    one names.
    """
    limits.count(Rule.SIGN_UP, request, email)
    if not User.objects.filter(pk=user.pk).exists():
        raise ClosedError  # The trail would tell of a change of nobody's address.
    # With the address that was asked for: a thief's, maybe.
    _record(What.EMAIL_CHANGE_ASKED, request, user, email)
    mails.behind_the_answer(_answer_email_change, user.pk, email, _asked(request))


def _answer_email_change(user_id: uuid.UUID, email: str, asked: str) -> None:
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return  # Closed since the answer.
    mails.send("email_change_asked", user.email)
    owner = _owner_of(email)
    if owner is None:
        _send_link("email_change", user, email, asked)
    elif owner.is_active:
        mails.send("email_taken", owner.email)


# What an operator may do to somebody's account, as its owner is told.
CHANGES = {
    What.PASSWORD_CHANGED: "it has a new password or none, and every log-in has ended.",
    What.EMAIL_CHANGED: "it has another address. This is the last mail to this one.",
    What.RIGHTS_CHANGED: "you may do other things here than before.",
}


def changed_by_operator(request: HttpRequest, what: What, user: User, email: str = "") -> None:
    """Record what was done to a user in the admin and tell the owner, at the address it was."""
    mails.behind_the_answer(_tell_owner, email or user.email, CHANGES[what])
    audit.record(what, request, user_id=user.pk, email=user.email)


def _tell_owner(email: str, change: str) -> None:
    mails.send("operator", email, change=change)


def close(request: HttpRequest, user: User) -> None:
    """Delete the account, which ends every log-in in both modes, this one too."""
    user_id, email, log_in_id = user.pk, user.email, user.log_in_id
    if not delete(user):
        return
    mails.behind_the_answer(mails.send, "account_closed", email)
    # Now that it is true.
    audit.record(What.ACCOUNT_CLOSED, request, user_id=user_id, email=email, log_in_id=log_in_id)


def delete(user: User) -> bool:
    """Delete a user with all log-ins; return False where another request has done so."""
    try:
        # Locked before Django looks for what refers to it: a log-in of this moment would else be
        # written behind that, and the database refuse to delete its user.
        with locked(user):
            user.delete()
    except ClosedError:
        return False
    return True


def _record(what: What, request: HttpRequest, user: User, email: str = "") -> None:
    email = email or user.email
    audit.record(what, request, user_id=user.pk, email=email, log_in_id=user.log_in_id)
