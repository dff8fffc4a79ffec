"""How soon an access token dies when its log-in ends: one interface, three choices.

`settings.TOKEN_REVOCATION` names one:

- `row`: each request reads family and user, in one query. Always right, never stale.
- `denylist`: each request asks the shared cache, in one command, whether the log-in has ended.
  When the cache was emptied or does not answer, the row is read instead: never silently open.
- `none`: nobody asks. A token lives to its `exp`, five minutes at most, whatever happens.
"""

import logging
import uuid
from typing import Protocol

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from rest_framework_simplejwt.exceptions import InvalidToken

from authcompare.users.compiled import LookUp
from authcompare.users.models import User

from .models import TokenFamily
from .tokens import AccessToken, RingToken

BY_ID = LookUp(TokenFamily, "id", "user")

logger = logging.getLogger(__name__)


class Revocation(Protocol):
    """What the tokens' side asks of its revocation."""

    def user_of(self, token: AccessToken) -> User:
        """Return the user of a verified token. Raises `InvalidToken` if its log-in is over."""

    def ended(self, families: QuerySet[TokenFamily]) -> None:
        """Take note of log-ins that have just ended, in the transaction that ended them."""


def log_in_over() -> InvalidToken:
    """Return the one answer to every token whose log-in or user is not what it was."""
    return InvalidToken("This log-in is over; log in again.", "log_in_over")


def family_of(token: RingToken) -> TokenFamily:
    """Return the log-in of a verified token. Raises `InvalidToken` if it or its user is over."""
    family = BY_ID.find(token.family_id)
    if family is None or family.user_id != token.user_id or not family.may_go_on():
        raise log_in_over()
    return family


class TokenUser(SimpleLazyObject):
    """The user a token names, read when somebody asks for more than who it is.

    Rights never come from the token (RFC 8725 3.10): asking for one reads the user's row.
    """

    is_authenticated = True
    is_anonymous = False

    def __init__(self, token: AccessToken) -> None:
        super().__init__(lambda: _active_user(token.user_id))
        # Around the proxy, which would pass an assignment on to the user.
        self.__dict__.update(pk=token.user_id, id=token.user_id, log_in_id=token.family_id)

    def __bool__(self) -> bool:
        return True


def _active_user(user_id: uuid.UUID) -> User:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise log_in_over()
    return user


class NoRevocation:
    """A token is good until it expires. The cheapest choice, and what a bare JWT gives."""

    def user_of(self, token: AccessToken) -> User:
        return TokenUser(token)  # type: ignore[return-value]  # a proxy for one

    def ended(self, families: QuerySet[TokenFamily]) -> None:
        """Let the access tokens die by themselves."""


class RowLookUp:
    """The family's row is the truth, and every request reads it."""

    def user_of(self, token: AccessToken) -> User:
        family = family_of(token)
        family.user.log_in_id = family.pk
        return family.user

    def ended(self, families: QuerySet[TokenFamily]) -> None:
        """Do nothing: the rows say it already."""


class DenyList:
    """The ids of log-ins that ended while their access tokens may live, in the shared cache."""

    # Present as long as the cache has not been emptied since the list was last complete.
    COMPLETE = "denylist:complete"

    def __init__(self) -> None:
        # Set where an entry could not be written: then the list is not complete.
        self._missed_an_entry = False

    def user_of(self, token: AccessToken) -> User:
        entry = self._key(token.family_id)
        try:
            answer = cache.get_many([self.COMPLETE, entry])
            if self.COMPLETE not in answer or self._missed_an_entry:
                self._complete()
                return ROW.user_of(token)
        except Exception:
            logger.warning("The deny-list does not answer: reading the row instead.")
            return ROW.user_of(token)
        if entry in answer:
            raise log_in_over()
        return TokenUser(token)  # type: ignore[return-value]  # a proxy for one

    def ended(self, families: QuerySet[TokenFamily]) -> None:
        """Deny the log-ins now, and again at the commit.

        Now, because that fails closed should the process die; again, because a list made anew
        meanwhile could not see rows that are not committed yet.
        """
        ids = list(families.values_list("pk", flat=True))
        self._deny(ids)
        if transaction.get_connection(families.db).in_atomic_block:
            transaction.on_commit(lambda: self._deny(ids))

    def _deny(self, ids: list[uuid.UUID]) -> None:
        try:
            self._write(ids)
        except Exception:
            self._missed_an_entry = True
            logger.exception("The deny-list could not be written: it is made anew when it can.")

    def _complete(self) -> None:
        """Make the list anew from the rows, then say that it is complete."""
        cache.delete(self.COMPLETE)
        since = timezone.now() - settings.ACCESS_TOKEN_LIFETIME
        recent = TokenFamily.objects.filter(ended_at__gte=since)
        self._write(list(recent.values_list("pk", flat=True)))
        cache.set(self.COMPLETE, 1, timeout=None)
        self._missed_an_entry = False

    def _write(self, ids: list[uuid.UUID]) -> None:
        # An entry is needed no longer than the last access token it denies.
        timeout = int(settings.ACCESS_TOKEN_LIFETIME.total_seconds()) + 1
        cache.set_many({self._key(family_id): 1 for family_id in ids}, timeout)

    @staticmethod
    def _key(family_id: uuid.UUID) -> str:
        return f"denylist:{family_id.hex}"


ROW = RowLookUp()
CHOICES: dict[str, Revocation] = {"row": ROW, "denylist": DenyList(), "none": NoRevocation()}


def current() -> Revocation:
    """Return the choice that the settings name."""
    return CHOICES[settings.TOKEN_REVOCATION]
