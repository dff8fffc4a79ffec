"""The pages that belong to neither mode: the two doors, the site's health, its errors."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from sessions_app.forms import LogInForm
from sessions_app.store import session_of
from tokens_app.transport import cookie_flags

# What a request may not find behind an error: which paths answer in JSON, and which in HTML.
JSON_PATHS = ("/api/", "/.well-known/", "/healthz")


class HomeView(TemplateView):
    """The two doors side by side; behind them, who you are in each mode."""

    template_name = "home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            form=LogInForm(),
            next=reverse("home"),
            log_in=session_of(self.request).row if self.request.user.is_authenticated else None,
            cookie=session_cookie(self.request),
            refresh_cookie=refresh_cookie(),
            csrf_cookie_name=settings.CSRF_COOKIE_NAME,
            **kwargs,
        )


def session_cookie(request: HttpRequest) -> dict[str, Any]:
    """Return all that a page may tell of the session cookie, which is everything but its value."""
    name = settings.SESSION_COOKIE_NAME
    value = request.COOKIES.get(name, "")
    return {
        "name": name,
        "http_only": settings.SESSION_COOKIE_HTTPONLY,
        "secure": settings.SESSION_COOKIE_SECURE,
        "same_site": settings.SESSION_COOKIE_SAMESITE,
        "path": settings.SESSION_COOKIE_PATH,
        "length": len(value),
        "header_length": len(f"Cookie: {name}={value}"),
    }


def refresh_cookie() -> dict[str, Any]:
    """Return what a page may tell of the cookie that carries a refresh token."""
    flags = cookie_flags()
    return {
        "name": settings.REFRESH_COOKIE_NAME,
        "http_only": flags["httponly"],
        "secure": flags["secure"],
        "same_site": flags["samesite"],
        "path": flags["path"],
    }


@csrf_exempt  # It writes nothing, and any other method shall be a 405.
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200, or 503 where database or cache do not answer, with the state of each."""
    state = {"database": _answers(_ask_database), "cache": _answers(_ask_cache)}
    healthy = set(state.values()) == {"ok"}
    return JsonResponse(state, status=200 if healthy else 503)


def _answers(ask: Any) -> str:
    try:
        ask()
    except Exception:  # Whatever a driver raises, the answer is the same: it does not work.
        return "unavailable"
    return "ok"


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_cache() -> None:
    cache.set("healthz", 1, timeout=1)


def error_response(
    request: HttpRequest, status: int, code: str, title: str, detail: str
) -> HttpResponse:
    """Return an error as a page, or as `{"detail", "code"}` where a program asks."""
    if request.path.startswith(JSON_PATHS):
        return JsonResponse({"detail": detail, "code": code}, status=status)
    context = {"status": status, "title": title, "detail": detail}
    return render(request, "error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    detail = "The site could not make sense of this request. Go back and try again."
    return error_response(request, 400, "bad_request", "That request is malformed", detail)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    detail = (
        "The form was not sent from this site, or its page is older than your log-in. "
        "Go back, reload the page and send the form again. If that does not help, let your "
        "browser keep this site's cookies."
    )
    return error_response(request, 403, "csrf_failed", "This form has expired", detail)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    detail = "Your account may not see this page. Log in with another one."
    return error_response(request, 403, "permission_denied", "Not allowed", detail)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    detail = "There is nothing at this address. Check it, or start from the home page."
    return error_response(request, 404, "not_found", "Page not found", detail)


def server_error(request: HttpRequest) -> HttpResponse:
    detail = "Something broke on our side and was logged. Try again in a moment."
    return error_response(request, 500, "server_error", "That did not work", detail)
