"""The two tokens of a log-in: the access token that is shown, the refresh token that renews it."""

import hmac
import uuid
from datetime import UTC, datetime
from typing import Any, Self

from django.conf import settings
from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.exceptions import TokenError

from authcompare.users.hmacs import salted_sha256

from .backend import RingBackend
from .models import TokenFamily


class RingToken(simplejwt.Token):
    """What both tokens share: the key ring, `sub` and `sid`."""

    _token_backend = RingBackend()

    def __init__(self, token: str | bytes | None = None, verify: bool = True) -> None:
        super().__init__(token, verify)  # type: ignore[arg-type]  # SimpleJWT's is annotated wrong

    @classmethod
    def for_family(cls, family: TokenFamily) -> Self:
        """Return a new token of the family: `sub` is its user, `sid` the log-in's public id."""
        token = cls()
        token["sub"] = str(family.user_id)
        token["sid"] = str(family.pk)
        token["nbf"] = token["iat"]
        return token

    def verify(self) -> None:
        """Check what the back end has not: kind, and ids that are ids. Raises `TokenError`."""
        super().verify()
        try:
            self.user_id = uuid.UUID(self["sub"])
            self.family_id = uuid.UUID(self["sid"])
            # JSON may bring half a surrogate pair, which nothing could be compared with.
            jti = self["jti"].encode()
        except (ValueError, AttributeError, TypeError) as error:
            raise TokenError("Token is invalid") from error
        if not jti:
            raise TokenError("Token is invalid")


class AccessToken(RingToken, simplejwt.AccessToken):
    """Shown with every request, dead after five minutes (RFC 9068)."""

    _token_backend = RingBackend(often=True)

    @classmethod
    def for_family(cls, family: TokenFamily) -> Self:
        """Return a new access token, which does not outlive its log-in."""
        token = super().for_family(family)
        token["exp"] = min(token["exp"], int(family.expires_at.timestamp()))
        return token


class RefreshToken(RingToken, simplejwt.RefreshToken):  # type: ignore[misc]
    """Shown to get the next pair, once.

    It is wholly determined by its family's state: the generation is in the token, and `jti` is an
    HMAC of log-in and generation under `SECRET_KEY`. So the family stores no token and no digest
    of one, an answer that was lost can be given again without minting a sibling, and whoever gets
    hold of the signing key still cannot make a refresh token.
    """

    access_token_class = AccessToken  # type: ignore[assignment]  # what the override is for

    @classmethod
    def for_family(cls, family: TokenFamily) -> Self:
        """Return the family's one current refresh token."""
        token = super().for_family(family)
        token["gen"] = family.generation
        token["jti"] = _jti(token, settings.SECRET_KEY)
        token["exp"] = int(family.idle_expires_at.timestamp())
        token["iat"] = token["nbf"] = int(family.last_seen_at.timestamp())
        return token

    def verify(self) -> None:
        super().verify()
        generation = self.get("gen")
        if type(generation) is not int or generation < 0 or not self._has_our_jti():
            raise TokenError("Token is invalid")
        self.generation: int = generation

    def _has_our_jti(self) -> bool:
        secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return any(
            hmac.compare_digest(self["jti"].encode(), _jti(self, s).encode()) for s in secrets
        )


class LogOutToken(RefreshToken):
    """A refresh token of any age, which is good for ending its log-in and for nothing else.

    An expired one may have a live successor, and whoever wants to end that should not fail.
    """

    _token_backend = RingBackend(any_age=True)

    def check_exp(self, claim: str = "exp", current_time: datetime | None = None) -> None:
        """Let a token of any age pass."""


def _jti(token: simplejwt.Token, secret: str) -> str:
    value = f"{token['sid']}:{token['gen']}"
    return salted_sha256("tokens_app.tokens.jti", value, secret)


def _moment(token: simplejwt.Token) -> str:
    return datetime.fromtimestamp(token["exp"], UTC).isoformat().replace("+00:00", "Z")


def pair(family: TokenFamily) -> dict[str, Any]:
    """Return the answer to a log-in or a refresh: both tokens, and when they end (UTC)."""
    refresh, access = RefreshToken.for_family(family), AccessToken.for_family(family)
    return {
        "access": str(access),
        "refresh": str(refresh),
        "access_expires_at": _moment(access),
        "refresh_expires_at": _moment(refresh),
    }
