"""BROKEN ON PURPOSE: a refresh token in a cookie that nothing protects. NEVER COPY IT.

It is the control of what other pages do with a cookie that no read ever shows: the forged write
meets a good access token, and the harm is in renewing and in logging out.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import authenticate
from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from ..visitor import Flow
from .flows import CookieRefreshFlow
from .stock import SIMPLEJWT, StockJWT

COOKIE = "refresh"
# The cache entry with every refresh token in clear, and whose it is.
KEPT = "refresh-tokens"
VIEWS = CookieRefreshFlow(
    obtain="/api/token/", refresh="/api/token/refresh/", logout="/api/token/logout/"
)


def given(request: HttpRequest) -> dict[str, Any]:
    """Return the fields of a request, in whichever encoding a form of any site sends them."""
    return request.POST.dict() or json.loads(request.body)


def log_in(request: HttpRequest) -> JsonResponse:
    """Log in under the refresh token that the browser had before, if it had one."""
    fields = given(request)
    user = authenticate(request, username=fields["email"], password=fields["password"])
    if user is None:
        return JsonResponse({}, status=401)
    if not user.is_active:  # Who has the right password for a closed account learns that it is.
        return JsonResponse({}, status=403)
    refresh = request.COOKIES.get(COOKIE) or secrets.token_urlsafe()
    cache.set(KEPT, cache.get(KEPT, {}) | {refresh: str(user.pk)}, None)
    response = answer(str(user.pk))
    # Any site may have it sent, any subdomain may replace it, and it means the same afterwards.
    response.set_cookie(COOKIE, refresh, secure=True, httponly=True, samesite="None")
    return response


def renew(request: HttpRequest) -> JsonResponse:
    """Give an access token for the cookie, whoever's page asks."""
    user_id = cache.get(KEPT, {}).get(request.COOKIES.get(COOKIE))
    return answer(user_id) if user_id else JsonResponse({}, status=401)


def log_out(request: HttpRequest) -> JsonResponse:
    """End the log-in of the cookie, whoever's page asks."""
    kept = cache.get(KEPT, {})
    kept.pop(request.COOKIES.get(COOKIE), None)
    cache.set(KEPT, kept, None)
    return JsonResponse({})


def answer(user_id: str) -> JsonResponse:
    """Return a good access token, so that what the cookie is needed for is all there is to take."""
    from rest_framework_simplejwt.tokens import AccessToken

    token = AccessToken()
    token["user_id"] = user_id
    return JsonResponse({"access": str(token)})


@dataclass(frozen=True, kw_only=True)
class WeakRefresh(StockJWT):
    """SimpleJWT's access tokens, with an opaque refresh token in a cookie."""

    guard: str = "authcompare.lab.strategies.weak_guard.TwoMinds"
    flow: Flow = VIEWS

    def doors(self) -> list[Any]:
        return [
            path("api/token/", csrf_exempt(log_in)),
            path("api/token/refresh/", csrf_exempt(renew)),
            path("api/token/logout/", csrf_exempt(log_out)),
        ]


WEAK_REFRESH = WeakRefresh(
    slug="weak-refresh",
    title="Weak refresh cookie (control)",
    about="The refresh token in a cookie, SameSite=None, that is adopted and asks for no origin;"
    " a write is by its user, whosever token comes with it.",
    documentation=SIMPLEJWT + "creating_tokens_manually.html",
    control=True,
    stores=("one cache entry for all refresh tokens",),
    overrides={
        "AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.AllowAllUsersModelBackend"]
    },
)
