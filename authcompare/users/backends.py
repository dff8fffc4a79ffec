"""The authentication back end of both doors and of the admin."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth.backends import ModelBackend

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

    It costs an unknown user one hash (CVE-2025-13473) and refuses inactive users.
    """

    def user_can_authenticate(self, user: Any) -> bool:
        """Refuse also whoever has not verified the address, after the hash and as silently."""
        return super().user_can_authenticate(user) and user.email_verified_at is not None

    def get_user(self, user_id: Any) -> User | None:
        user = _loaded.get()
        if user is None or user.pk != user_id:
            return super().get_user(user_id)
        return user if self.user_can_authenticate(user) else None
