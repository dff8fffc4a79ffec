"""The refresh-token family: a log-in whose credential rotates."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.utils import timezone

from authcompare.users import compiled
from authcompare.users.clients import Client
from authcompare.users.log_ins import EndReason, LogIn, LogInQuerySet
from authcompare.users.models import User


class TokenFamilyQuerySet(LogInQuerySet):
    def end(self, reason: EndReason, moment: datetime | None = None) -> int:
        # Here and not above: the choices read families.
        from .revocation import current

        moment = moment or timezone.now()
        ended = super().end(reason, moment)
        if ended:
            # Read after the write, so that a log-in which began meanwhile is among them.
            current().ended(self.filter(ended_at=moment))
        return ended


class TokenFamily(LogIn):
    """One client's log-in. Its row is updated in place, so refreshing never grows the table.

    Neither tokens nor digests of tokens are stored: `tokens.RefreshToken` says why.
    """

    mode = "token"

    # Which refresh token is the current one, and since when it is (null: since the log-in).
    generation = models.PositiveIntegerField(default=0)
    rotated_at = models.DateTimeField(null=True)
    # Of the user at log-in; it differs once the password was changed, whoever changed it.
    auth_hash = models.CharField(max_length=64, editable=False)

    objects: ClassVar[Any] = TokenFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = "token family"
        verbose_name_plural = "token families"

    @classmethod
    def log_in(cls, user: User, client: Client, *, remember: bool = False) -> Self | None:
        """Return a new, saved family, or None when the user may not log in after all.

        The user's row is written first and on condition, which settles the race with a password
        change: a log-in with the old password either happens before it, and is ended by it, or
        does not happen.
        """
        family = cls.begin(user, client, remember=remember)
        family.auth_hash = user.get_session_auth_hash()
        still_the_same = {"id": user.pk, "is_active": True, "auth_stamp": user.auth_stamp}
        with transaction.atomic():
            if not compiled.update(User, still_the_same, {"last_login": family.created_at}):
                return None
            compiled.insert(family)
        return family

    def may_go_on(self) -> bool:
        """Tell whether the log-in is live and its user still is who logged in."""
        return (
            self.is_live()
            and self.user.is_active
            and self.auth_hash
            in (
                self.user.get_session_auth_hash(),
                *self.user.get_session_auth_fallback_hash(),
            )
        )

    def rotate(self, client: Client) -> bool:
        """Make the next refresh token the current one, unless another request just did.

        Of any number of parallel refreshes of one token the condition lets exactly one through
        (RFC 9700 4.14.2); it also stops a refresh beside a log-out.
        """
        generation, now = self.generation, timezone.now()
        self.see(now)
        self.generation, self.rotated_at = generation + 1, now
        self.ip_address, self.user_agent = client
        return self.write(
            "generation",
            "rotated_at",
            "last_seen_at",
            "idle_expires_at",
            "ip_address",
            "user_agent",
            generation=generation,
        )
