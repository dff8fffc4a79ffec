"""BROKEN ON PURPOSE: a session in a cookie that anything signed by the site is good for.

NEVER COPY IT. It is the control of the attack that shows a value signed for something else, and of
the neighbour that brings a CSRF cookie along; no address of the site leads here.
"""

from typing import Any

from django.contrib.sessions.backends import signed_cookies
from django.core import signing
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware

from .stock import SESSIONS, STARTPROJECT, SignedSession


class SessionStore(signed_cookies.SessionStore):
    """Django's store of signed cookies, but without a salt of its own."""

    def load(self) -> dict[str, Any]:
        try:
            return signing.loads(self.session_key or "", serializer=self.serializer)
        except Exception:
            self.create()
            return {}

    def _get_session_key(self) -> str:
        return signing.dumps(dict(self.items()), compress=True, serializer=self.serializer)


class DoubleSubmit(CsrfViewMiddleware):
    """Django's check, but without the Origin: a token that is the cookie's is enough."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        return True


WEAK_COOKIE = SignedSession(
    slug="weak-cookie",
    title="Weak signed cookie (control)",
    about="The session's content in the cookie, signed as everything else of the site is;"
    " a CSRF token need only be that of the CSRF cookie.",
    documentation=SESSIONS,
    control=True,
    salt="django.core.signing",
    overrides={
        "SESSION_ENGINE": __name__,
        "MIDDLEWARE": [
            f"{__name__}.DoubleSubmit" if name.endswith(".CsrfViewMiddleware") else name
            for name in STARTPROJECT["MIDDLEWARE"]
        ],
    },
)
