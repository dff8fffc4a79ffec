"""The authentication back end of both doors and of the admin."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from inspect import signature
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from . import limits
from .models import User

_loaded: ContextVar[User | None] = ContextVar("loaded", default=None)


@contextmanager
def already_loaded(user: User | None) -> Iterator[None]:
    """Let `EmailBackend.get_user` answer from this user, which a joined query brought along."""
    token = _loaded.set(user)
    try:
        yield
    finally:
        _loaded.reset(token)


class EmailBackend(ModelBackend):
    """Django's own back end, which looks users up by `USERNAME_FIELD`, here the address.

    It costs an unknown user one hash (CVE-2025-13473) and refuses inactive users. Every door's
    guesses come through here, so here they are limited, once for all (ASVS 6.3.4).
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the user whose credentials these are. Raises `Throttled`: too many were wrong."""
        email = username or kwargs.pop(User.USERNAME_FIELD, None)
        if email is None or password is None:
            return None
        check = super().authenticate
        return limits.guess(request, email, lambda: check(request, email, password, **kwargs))

    async def aauthenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Do the same: Django's own would go around the limits."""
        return await sync_to_async(self.authenticate)(request, username, password, **kwargs)

    def user_can_authenticate(self, user: Any) -> bool:
        """Refuse also whoever has not verified the address, after the hash and as silently."""
        return super().user_can_authenticate(user) and user.email_verified_at is not None

    def get_user(self, user_id: Any) -> User | None:
        user = _loaded.get()
        if user is None or user.pk != user_id:
            return super().get_user(user_id)
        return user if self.user_can_authenticate(user) else None


# Django looks at each log-in which arguments this takes: here it is written down.
EmailBackend.authenticate.__signature__ = signature(EmailBackend.authenticate)  # type: ignore[attr-defined]
