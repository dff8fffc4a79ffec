"""The session row: a log-in whose credential is a cookie."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from authcompare.users.log_ins import LogIn, LogInQuerySet


class SessionQuerySet(LogInQuerySet):
    # What the session held goes at once; that it was, and why it ended, stays.
    cleared_at_end: ClassVar = {"session_data": ""}


class Session(LogIn, AbstractBaseSession):
    """One browser's log-in. The cookie holds the key, the table only the key's SHA-256."""

    mode = "session"

    # Django's columns that this model says otherwise: the key is not kept, and a log-in has two
    # expiries (`idle_expires_at`, `expires_at`).
    session_key = None  # type: ignore[assignment]
    expire_date = None  # type: ignore[assignment]

    key_digest = models.CharField(max_length=64, unique=True, editable=False)
    # Empty where something was kept for a visitor who has not logged in. Nothing in this project
    # does that, but Django's session framework promises that it works.
    user = models.ForeignKey(  # type: ignore[assignment]
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True
    )

    objects: ClassVar[Any] = SessionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "session"

    @classmethod
    def get_session_store_class(cls) -> type:
        from .store import SessionStore

        return SessionStore
