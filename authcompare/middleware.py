"""What holds for every request and answer, in front of both modes."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.signals import request_started
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.cookie import parse_cookie
from django.template.defaultfilters import pluralize

from .users.limits import Throttled
from .views import error_response

# Django's own pages of these have their style within them.
DEBUG_PAGES = (HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR)

GetResponse = Callable[[HttpRequest], HttpResponse]

# RFC 6265 4.1.1: a cookie's name is an RFC 9110 token.
COOKIE_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# RFC 9110 8.6: digits. What has more of them than this is refused as well.
CONTENT_LENGTH = re.compile(r"[0-9]{1,18}")
# RFC 2231's `name*=charset''value`, NUL, and each charset but UTF-8: `base64` is one to Python.
ODD_CONTENT_TYPE = re.compile(r'[*\0]|charset(?!="?utf-?8"?\s*(;|$))', re.IGNORECASE)


HARMLESS = "application/octet-stream; charset=none"


@receiver(request_started)
def replace_odd_content_type(
    environ: dict[str, Any] | None = None, scope: dict[str, Any] | None = None, **kwargs: Any
) -> None:
    """Put a harmless Content-Type that is refused in the place of one that breaks Django.

    Django reads this header, and decodes the query by it, while it makes the request: in front of
    all middleware, where nothing catches what that raises, and the server answers with a 500.
    """
    if environ and ODD_CONTENT_TYPE.search(environ.get("CONTENT_TYPE") or ""):
        environ["CONTENT_TYPE"] = HARMLESS
    if scope:  # The same under ASGI.
        scope["headers"] = [
            (name, HARMLESS.encode() if _is_odd(name, value) else value)
            for name, value in scope["headers"]
        ]


def _is_odd(name: bytes, value: bytes) -> bool:
    return name == b"content-type" and bool(ODD_CONTENT_TYPE.search(value.decode("latin-1")))


class HeadersMiddleware:
    """Tells the browser what it may load for an answer, and nobody to keep one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not (settings.DEBUG and response.status_code in DEBUG_PAGES):
            response.headers["Content-Security-Policy"] = settings.CONTENT_SECURITY_POLICY
        # Tokens and private pages alike (RFC 6749 5.1, ASVS 14.3.2), unless the view knows better.
        response.headers.setdefault("Cache-Control", "no-store")
        if response.cookies:
            # Whatever the view says: a shared cache would hand one user's cookie to all others.
            response.headers["Cache-Control"] = "no-store"
        return response


class ThrottleMiddleware:
    """Answers 429 where `users.limits` raised, whichever view it was, as a page or as JSON."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Throttled):
            return None
        # Nothing here depends on who tried what: whether the password was right, the address
        # known or the limit the account's own would each be worth knowing (ASVS 6.3.8).
        minutes = -(-error.seconds // 60)
        wait = f"{minutes} minute{pluralize(minutes)}"
        detail = f"There were too many attempts. Wait {wait}, then try again."
        response = error_response(request, 429, "throttled", "Too many attempts", detail)
        response["Retry-After"] = str(error.seconds)
        return response


class MethodMiddleware:
    """Explains a 405, as a page or as JSON, where Django leaves it empty."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        detail = f"This address takes {response['Allow']} only."
        explained = error_response(request, 405, "method_not_allowed", "Not that way", detail)
        explained["Allow"] = response["Allow"]
        return explained


class RequestGuardMiddleware:
    """Refuses what no honest client sends, before anything reads it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.COOKIES = honest_cookies(request.META.get("HTTP_COOKIE", ""))
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        length = str(request.META.get("CONTENT_LENGTH") or 0)
        if not CONTENT_LENGTH.fullmatch(length):
            # Django would let this through to the view, and break when that reads a form.
            detail = "Content-Length is a number of bytes."
            return error_response(request, 400, "bad_request", "That request is malformed", detail)
        if int(length) > settings.MAX_BODY_BYTES:
            detail = f"A request may have {settings.MAX_BODY_BYTES} bytes, not more."
            return error_response(request, 413, "too_large", "That is too much", detail)
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower() not in ("utf-8", "utf8"):
            detail = "Send UTF-8, and say so or say nothing."
            return error_response(request, 415, "charset", "Unknown character set", detail)
        if (
            settings.SECURE_SSL_REDIRECT
            and not request.is_secure()
            and request.path.startswith("/api/")
        ):
            detail = "The API is served over https only. Whatever you just sent was readable."
            return error_response(request, 403, "https_required", "Not over http", detail)
        return None


def honest_cookies(header: str) -> dict[str, str]:
    """Return the cookies of a request whose names are names, each given once.

    Django strips all Unicode white space from a name, so a subdomain could plant a cookie that
    passes the browser's `__Host-` rule and arrives under the protected name; and of two cookies
    with one name it takes the last, which a subdomain chooses (RFC 6265bis 8.6). A name given
    twice with two values is therefore nobody's.
    """
    values: dict[str, set[str]] = {}
    for pair in header.split(";"):
        name, _, value = pair.strip(" \t").partition("=")
        if COOKIE_NAME.fullmatch(name):
            values.setdefault(name, set()).add(unquoted(value))
    return {name: given.pop() for name, given in values.items() if len(given) == 1}


def unquoted(value: str) -> str:
    """Return a cookie's value as Django reads it; only what stands in quotes takes longer."""
    return parse_cookie(f"value={value}")["value"] if '"' in value else value.strip()
