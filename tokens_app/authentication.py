"""Who makes this request: by Bearer token, or by the browser's session."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.sessions.backends.base import UpdateError
from django.middleware.csrf import get_token
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, NotAuthenticated, PermissionDenied
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError

from authcompare.users import accounts
from authcompare.users.models import User

from . import revocation
from .models import TokenFamily
from .revocation import Revocation, log_in_over
from .tokens import AccessToken

REALM = 'Bearer realm="api"'
SEND_THE_CSRF_TOKEN = (
    f"Send the value of the cookie {settings.CSRF_COOKIE_NAME} in the header X-CSRFToken;"
    " any page with a form sets that cookie."
)


def verified(raw_token: str | bytes, by: Revocation) -> tuple[User, AccessToken]:
    """Return the user and the claims of an access token that nothing is wrong with.

    Raises `InvalidToken` where something is; whether its log-in is over is `by`'s to say.
    """
    try:
        token = AccessToken(raw_token)
    except TokenError as error:
        raise InvalidToken("This access token is invalid or expired.") from error
    return by.user_of(token), token


class BearerAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access token>` (RFC 6750).

    Mine or not mine is decided by the scheme: without it the next authenticator may try, with it
    a bad token is a 401 even beside a good session cookie.
    """

    via = "token"

    def authenticate(  # type: ignore[override]
        self, request: Request
    ) -> tuple[User, AccessToken] | None:
        header = self.get_header(request)
        raw_token = None if header is None else self.get_raw_token(header)
        return None if raw_token is None else verified(raw_token, revocation.current())

    def keep_log_in(self, request: Request, user: User) -> None:
        """Let the token family go on after its user's password changed, under the same tokens."""
        families = TokenFamily.objects.filter(pk=cast(UUID, user.log_in_id))
        families.update(auth_hash=user.get_session_auth_hash())

    def over(self, request: Request) -> APIException:
        """Return the answer to a request whose log-in ended in the middle of it."""
        return log_in_over()

    def leave(self, request: Request) -> None:
        """Do nothing: the client holds the tokens, which are worth nothing now."""

    def get_raw_token(self, header: bytes) -> bytes | None:
        scheme, _, raw_token = header.strip().partition(b" ")
        if not scheme.lower().startswith(b"bearer"):  # Case does not matter (RFC 9110 11.1).
            return None
        # A mangled scheme ("Bearer:", or a tab behind it) must not fall through to the cookie.
        return raw_token.strip() if len(scheme) == len(b"bearer") else b""

    def authenticate_header(self, request: Request) -> str:
        return REALM


class BrowserSessionAuthentication(SessionAuthentication):
    """The session cookie, for the paths that both modes share; writes demand the CSRF token."""

    via = "session"

    def keep_log_in(self, request: Request, user: User) -> None:
        """Let the session go on after its user's password changed, under a new key."""
        update_session_auth_hash(request._request, user)
        request._request.session.save()
        get_token(request._request)  # The client needs the CSRF token of the new key.

    def over(self, request: Request) -> APIException:
        """Return the answer to a request whose log-in ended in the middle of it, cookie and all."""
        request._request.session.flush()
        return NotAuthenticated()

    def leave(self, request: Request) -> None:
        """Take the cookie, which is worth nothing now, from the browser."""
        logout(request._request)

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            detail = f"{error.detail} {self._what_to_do(request, str(error.detail))}"
            raise PermissionDenied(detail, code="csrf_failed") from error

    @staticmethod
    def _what_to_do(request: Request, reason: str) -> str:
        if "Origin checking" not in reason and "Referer checking" not in reason:
            return SEND_THE_CSRF_TOKEN
        here = f"{request.scheme}://{request.get_host()}"
        return (
            f"Requests from other origins are refused: send this one with the Origin {here},"
            " or with a token and no cookie."
        )


Authenticator = BearerAuthentication | BrowserSessionAuthentication


@contextmanager
def refused_if_over(request: Request) -> Iterator[None]:
    """Refuse what is written where another request ended the log-in or closed its account (401)."""
    try:
        yield
    except (accounts.ClosedError, UpdateError) as error:
        authenticator = cast(Authenticator, request.successful_authenticator)
        raise authenticator.over(request) from error
