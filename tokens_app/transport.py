"""How a refresh token travels: in the body, or in a cookie that no script can read.

The cookie is HttpOnly, SameSite=Strict and `__Host-` where the site is https. It is sent by the
browser itself, so whatever it authenticates demands the CSRF token.
"""

from typing import Any

from django.conf import settings
from django.middleware.csrf import get_token, rotate_token
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import TokenError

from authcompare.users.log_ins import EndReason

from .authentication import BrowserSessionAuthentication
from .models import TokenFamily
from .tokens import LogOutToken, pair

BODY, COOKIE = "body", "cookie"


def shown(request: Request, data: dict[str, Any]) -> str | None:
    """Return the refresh token that a request shows, or None where its cookie is not there.

    Raises `PermissionDenied` for the cookie without the CSRF token: another site made that request.
    """
    if data["transport"] == BODY:
        return data["refresh"]
    BrowserSessionAuthentication().enforce_csrf(request)
    return request.COOKIES.get(settings.REFRESH_COOKIE_NAME) or None


def answer(request: Request, family: TokenFamily, transport: str) -> Response:
    """Return the family's present pair of tokens in the way that the client asked for."""
    tokens = pair(family)
    if transport == BODY:
        return Response(tokens)
    refresh = tokens.pop("refresh")
    response = Response(tokens)
    _set_cookie(response, refresh, family)
    get_token(request._request)  # The client will need the CSRF cookie beside this one.
    return response


def replace_earlier(request: Request) -> None:
    """End the log-in whose cookie the new one's is about to overwrite, as a session would."""
    rotate_token(request._request)
    try:
        earlier = LogOutToken(request.COOKIES.get(settings.REFRESH_COOKIE_NAME, ""))
    except TokenError:
        return  # There is none, or it is over.
    TokenFamily.objects.filter(pk=earlier.family_id).end(EndReason.REPLACED)


def forget(response: Response) -> None:
    """Delete the cookie. Only a log-out does: a refused refresh may have lost a race, and the
    cookie may by now hold the winner's good token.
    """
    response.delete_cookie(settings.REFRESH_COOKIE_NAME, samesite="Strict")


def cookie_flags() -> dict[str, Any]:
    """Return what the browser is told of the cookie beside its value and its end."""
    secure = settings.SESSION_COOKIE_SECURE
    return {"path": "/", "secure": secure, "httponly": True, "samesite": "Strict"}


def _set_cookie(response: Response, refresh: str, family: TokenFamily) -> None:
    response.set_cookie(
        settings.REFRESH_COOKIE_NAME,
        refresh,
        # Without "remember me" the cookie ends with the browser, as the session's does.
        expires=family.idle_expires_at if family.remember else None,
        **cookie_flags(),
    )
