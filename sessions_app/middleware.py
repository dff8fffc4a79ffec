"""Who makes this request, by session: Django's middleware with one query less.

And whose form it was: the CSRF secret of a browser with a session is the session's.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import AuthenticationMiddleware as DjangoMiddleware
from django.contrib.auth.middleware import get_user as django_get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.utils.functional import SimpleLazyObject

from authcompare.users.backends import already_loaded
from authcompare.users.hmacs import salted_sha256

from .store import session_of


def get_user(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    """Return the session's user after all of Django's checks, without a second query."""
    session = session_of(request)
    session.get(SESSION_KEY)  # Loads the session, and the user with it.
    with already_loaded(session.user):
        user = django_get_user(request)
    if session.row and user.is_authenticated:
        user.log_in_id = session.row.pk
    return user


class AuthenticationMiddleware(DjangoMiddleware):
    """Sets `request.user`, lazily: a request that never asks costs nothing."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: get_user(request))  # type: ignore[assignment]


class SessionCsrfMiddleware:
    """Binds the CSRF cookie to the session, in front of Django's CSRF middleware.

    Django compares a form's token with a cookie and asks no further. Whoever can plant a cookie,
    a subdomain say, plants one of his own and sends the token that fits (OWASP calls it the naive
    double submit). So where there is a session its key decides, and the cookie only tells it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if session_key := request.COOKIES.get(settings.SESSION_COOKIE_NAME):
            request.COOKIES[settings.CSRF_COOKIE_NAME] = csrf_secret(session_key)
        response = self.get_response(request)
        if settings.CSRF_COOKIE_NAME in response.cookies and request.session.session_key:
            # The session's key of now: a log-in has just given it a new one.
            secret = csrf_secret(request.session.session_key)
            response.cookies[settings.CSRF_COOKIE_NAME] = secret
        return response


def csrf_secret(session_key: str) -> str:
    """Return the CSRF secret of a session, which tells nothing of its key."""
    salt = "sessions_app.middleware.csrf_secret"
    return salted_sha256(salt, session_key)[:CSRF_SECRET_LENGTH]
