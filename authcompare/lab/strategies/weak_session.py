"""A control: sessions with every hole that the attacks look for. Never reachable from the site.

An attack that finds nothing anywhere may be looking in the wrong place. Each must breach this
contestant, or its sibling for tokens, or its verdicts on the others mean nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.crypto import get_random_string

from ..visitor import Flow, Nothing, Visitor
from .flows import FormFlow
from .stock import STARTPROJECT, StockStrategy

logger = logging.getLogger(__name__)

COOKIE = "sid"
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
# So many wrong passwords shut the account, for its owner too; a guesser has long had his chance.
LOCKED_AFTER = 150


def rows() -> Any:
    """Return Django's table of sessions, which the site itself does not have."""
    model: Any = apps.get_app_config("sessions").get_model("session")
    return model.objects


class WeakSessionMiddleware:
    """Believes whatever key the client brings, and remembers rights as they were at log-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.COOKIES.get(COOKIE) or get_random_string(32)
        logger.info("%s by session %s", request.path, key)
        row = rows().filter(session_key=key).first()
        user_id, is_staff = row.session_data.split() if row else ("", "")
        request.user = SimpleNamespace(  # type: ignore[assignment]
            pk=user_id, is_authenticated=bool(user_id), is_staff=is_staff == "True"
        )
        request.weak_key = key  # type: ignore[attr-defined]
        response = self.get_response(request)
        # Any script may read it, any site may have it sent, any subdomain may replace it.
        response.set_cookie(COOKIE, key, secure=True, httponly=False, samesite="None")
        if origin := request.headers.get("Origin"):
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Allow-Credentials"] = "true"
        return response


def log_in(request: HttpRequest) -> HttpResponse:
    """Log in under the key that the client had before, and say exactly what was wrong."""
    email, password = request.POST.get("email", ""), request.POST.get("password", "")
    failures = f"weak-failures:{email}"
    if cache.get(failures, 0) >= LOCKED_AFTER:
        return HttpResponse("This account is locked.", status=403)
    user: Any = get_user_model().objects.filter(email=email).first()
    if user is None:
        return HttpResponse("There is no such user.", status=403)
    if not user.check_password(password):
        cache.set(failures, cache.get(failures, 0) + 1, None)
        return HttpResponse("The password is wrong.", status=403)
    rows().update_or_create(
        session_key=request.weak_key,  # type: ignore[attr-defined]
        defaults={"session_data": f"{user.pk} {user.is_staff}", "expire_date": NEVER},
    )
    return HttpResponse("Welcome.")


@dataclass(frozen=True)
class WeakFlow(FormFlow):
    """Forms without any proof of where they come from; a log-out that only the browser hears of."""

    def log_out(self, visitor: Visitor) -> Nothing:  # type: ignore[override]
        if cookie := visitor.cookie(COOKIE):
            visitor.jar.drop(cookie)
        return Nothing("The browser drops its cookie; the server is not told.")

    def log_out_everywhere(self, visitor: Visitor) -> Nothing:
        return Nothing("There is no such thing.")


WEAK_FORMS = WeakFlow(login="/login/", logout="", field="email")


@dataclass(frozen=True, kw_only=True)
class WeakSession(StockStrategy):
    """Sessions as they should not be."""

    flow: Flow = WEAK_FORMS
    control: bool = True

    def settings(self, site: Any) -> dict[str, Any]:
        stripped = [name for name in STARTPROJECT["MIDDLEWARE"] if ".contrib." not in name]
        stripped.remove("django.middleware.csrf.CsrfViewMiddleware")
        weak = "authcompare.lab.strategies.weak_session.WeakSessionMiddleware"
        return super().settings(site) | {"MIDDLEWARE": [*stripped, weak]}

    def doors(self) -> list[Any]:
        return [path("login/", log_in)]


WEAK_SESSION = WeakSession(
    slug="weak-session",
    title="Weak sessions (control)",
    about="Adopts any key, asks for no CSRF token, forgets nothing, tells everything.",
    documentation="README.md",
    stores=("a row per session, in clear",),
)
