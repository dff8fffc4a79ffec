"""A log-in is a row, in both modes: who, since when, from where, until when, ended or not.

`sessions_app.Session` and `tokens_app.TokenFamily` are this row plus what their mode needs. The
policy (idle timeout, absolute lifetime, "remember me") stands here once, for both.
"""

import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from . import compiled
from .clients import USER_AGENT_LENGTH, Client, program
from .models import User

# How exactly "last seen" is known. One write in five minutes instead of one a request; a log-in's
# idle time is therefore measured from at most this long before its last use.
LAST_SEEN_PRECISION = timedelta(minutes=5)
# Ended rows are kept this long: revocation looks back at them (tokens_app.revocation), people too.
RETENTION = timedelta(days=1)
PURGE_BATCH = 1000


class EndReason(models.TextChoices):
    """Why a log-in is over."""

    LOGGED_OUT = "logged_out", "logged out"
    REPLACED = "replaced", "replaced by a new log-in in the same browser"
    REVOKED = "revoked", "revoked from the list of devices"
    EVERYWHERE = "everywhere", "logged out everywhere"
    OPERATOR = "operator", "ended by an operator"
    PASSWORD_CHANGED = "password_changed", "the password was changed"
    DEACTIVATED = "deactivated", "the account was deactivated"
    REUSE = "reuse", "a spent refresh token was presented again"


def in_batches(over: models.QuerySet[Any]) -> Iterator[int]:
    """Delete these rows, to which nothing refers, yielding the size of each batch.

    Every batch is a transaction of its own, and after it the table is left alone for as long as
    the batch took, so that log-ins get their turn; memory does not grow with the table.
    """
    while batch := list(over.values_list("pk", flat=True)[:PURGE_BATCH]):
        started = time.monotonic()
        # One statement: nothing refers to the rows, so Django has nothing to collect first.
        over.model._base_manager.filter(pk__in=batch).delete()
        yield len(batch)
        time.sleep(time.monotonic() - started)


def live_at(moment: datetime) -> dict[str, Any]:
    """Return the conditions under which a row is neither ended nor expired."""
    return {"ended_at": None, "idle_expires_at__gt": moment}


class LogInQuerySet(models.QuerySet[Any]):
    """The rows of one mode's log-ins."""

    # What an ended row of this mode has no more use for: column and empty value.
    cleared_at_end: ClassVar[dict[str, Any]] = {}

    def live(self) -> Self:
        """Return the log-ins that are neither ended nor expired."""
        return self.filter(**live_at(timezone.now()))

    def end(self, reason: EndReason, moment: datetime | None = None) -> int:
        """End the live ones among these log-ins, at this moment, and return how many they were."""
        moment = moment or timezone.now()
        return self.live().update(
            ended_at=moment, idle_expires_at=moment, end_reason=reason, **self.cleared_at_end
        )

    def purge(self) -> Iterator[int]:
        """Delete the log-ins that have been over for a day, yielding the size of each batch."""
        return in_batches(self.filter(idle_expires_at__lt=timezone.now() - RETENTION))


class LogIn(models.Model):
    """One log-in of one user, abstract. Its `id` may be shown: it is no credential."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ip_address = models.GenericIPAddressField("IP address", null=True)
    user_agent = models.CharField(max_length=USER_AGENT_LENGTH, blank=True)
    remember = models.BooleanField("remember me")
    # Never later than `expires_at` and `ended_at`: this one column tells what is over.
    idle_expires_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, blank=True, choices=EndReason)

    objects: ClassVar[Any] = LogInQuerySet.as_manager()

    # The name of the mode in words, for lists that show both.
    mode: ClassVar[str]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.user} by {self.mode} since {self.created_at:%Y-%m-%d %H:%M}"

    @classmethod
    def begin(cls, user: User | None, client: Client, *, remember: bool = False) -> Self:
        """Return a new, unsaved log-in of the user that starts now."""
        now = timezone.now()
        lifetime = settings.REMEMBERED_LOGIN_LIFETIME if remember else settings.LOGIN_LIFETIME
        log_in = cls(
            user=user,
            created_at=now,
            ip_address=client.ip_address,
            user_agent=client.user_agent,
            remember=remember,
            expires_at=now + lifetime,
        )
        log_in.see(now)
        return log_in

    def see(self, now: datetime) -> None:
        """Note that the log-in is in use, which pushes its idle expiry; the caller saves."""
        timeout = (
            settings.REMEMBERED_LOGIN_IDLE_TIMEOUT if self.remember else settings.LOGIN_IDLE_TIMEOUT
        )
        self.last_seen_at = now
        self.idle_expires_at = min(now + timeout, self.expires_at)

    def write(self, *columns: str, **conditions: Any) -> bool:
        """Write these columns, unless the row has ended or differs from the conditions by now."""
        where = {"id": self.pk, **conditions, **live_at(timezone.now())}
        return bool(compiled.update(type(self), where, {c: getattr(self, c) for c in columns}))

    @property
    def program(self) -> str:
        """What the client says it is, in few words."""
        return program(self.user_agent) or self.user_agent[:40] or "An unknown client"

    def is_live(self) -> bool:
        """Tell whether the log-in, as it was read, is neither ended nor expired."""
        return self.ended_at is None and self.idle_expires_at > timezone.now()


# One model a mode; each app registers its own.
MODELS: list[type[LogIn]] = []


def register(model: type[LogIn]) -> None:
    """Make a mode's log-ins known to whatever concerns all log-ins of a user."""
    MODELS.append(model)


def devices_of(user: User) -> list[LogIn]:
    """Return the user's live log-ins in every mode, the one used last first."""
    log_ins = [log_in for mode in all_of(user) for log_in in mode.live()]
    return sorted(log_ins, key=lambda log_in: log_in.last_seen_at, reverse=True)


def end_one(user: User, log_in_id: uuid.UUID, reason: EndReason) -> bool:
    """End the user's log-in with this id; return False where the user has no such live one."""
    return any(log_ins.filter(pk=log_in_id).end(reason) for log_ins in all_of(user))


def end_all(user: User, reason: EndReason, *, keep: uuid.UUID | None = None) -> int:
    """End the user's log-ins in every mode but the one called `keep`; return how many ended."""
    return sum(log_ins.exclude(pk__in=[keep]).end(reason) for log_ins in all_of(user))


def all_of(user: User) -> list[LogInQuerySet]:
    """Return the user's log-ins, a query set for each mode."""
    return [model.objects.filter(user=user) for model in MODELS]
