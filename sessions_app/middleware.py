"""Who makes this request, by session: Django's middleware with one query less."""

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import AuthenticationMiddleware as DjangoMiddleware
from django.contrib.auth.middleware import get_user as django_get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from authcompare.users.backends import already_loaded

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
