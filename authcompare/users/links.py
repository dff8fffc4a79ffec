"""The key in a mailed link that proves an address, at sign-up and when the address changes."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from .models import User

SALT = "authcompare.users.links"


class Claim(NamedTuple):
    """What a good key says: this user reads what is sent to this address."""

    user: User
    email: str
    # When and from where the link was asked for, in words.
    asked: str
    # The key was used before, and what it did still stands.
    done: bool

    def accept(self) -> bool:
        """Make the address the user's, verified; False where another request was faster.

        The condition makes the key work once: every acceptance moves `email_verified_at`.
        """
        user = self.user
        unchanged = User.objects.filter(
            pk=user.pk,
            is_active=True,
            auth_stamp=user.auth_stamp,
            email_verified_at=user.email_verified_at,
        )
        try:
            with transaction.atomic():
                _without_squatters(self)
                new = {"email": self.email, "email_verified_at": timezone.now()}
                accepted = bool(unchanged.update(**new))
                # A key that was too late must not have deleted anything, either.
                transaction.set_rollback(not accepted)
                return accepted
        except IntegrityError:
            return False  # Somebody else has verified the address meanwhile.


def _without_squatters(claim: Claim) -> None:
    """Delete a sign-up with the address that nobody verified: its reader is known now."""
    others = User.objects.filter(email=claim.email, is_active=True, email_verified_at=None)
    others.exclude(pk=claim.user.pk).delete()


def key_for(user: User, email: str, asked: str) -> str:
    """Return the key that proves the address to be the user's, for `EMAIL_LINK_LIFETIME`.

    It dies with the password that was set when it was made, and once another key was used.
    `asked` is told to whoever opens the link: when and from where it was asked for.
    """
    value = [str(user.pk), email, asked, user.auth_stamp, _moment(user.email_verified_at)]
    return signing.dumps(value, salt=SALT)


def claim_of(key: str) -> Claim | None:
    """Return what a key claims, or None for one that is forged, too old or out of date."""
    try:
        user_id, email, asked, stamp, verified_at = signing.loads(
            key, salt=SALT, max_age=settings.EMAIL_LINK_LIFETIME
        )
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=user_id, is_active=True, auth_stamp=stamp).first()
    if user is None:
        return None
    if _moment(user.email_verified_at) == verified_at:
        return Claim(user, email, asked, done=False)
    return Claim(user, email, asked, done=True) if user.email == email else None


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
