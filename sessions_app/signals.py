"""A log-in through Django's `login()`, whoever called it, becomes a row with its client."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from authcompare.users import audit
from authcompare.users.clients import Client
from authcompare.users.models import User

from .store import session_of


@receiver(user_logged_in)
def begin_log_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Give each log-in its own row and key, also where the browser was logged in already.

    Django keeps the key when the same user logs in again; here the earlier log-in ends with its
    key (ASVS 7.2.4), the admin's log-in page included.
    """
    log_in_id = session_of(request).begin(user, Client.of(request))
    audit.record(audit.What.LOGGED_IN, request, user_id=user.pk, log_in_id=log_in_id)


@receiver(user_logged_out)
def record_log_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Record the end of a log-in, the admin's included; a stranger's log-out ended none."""
    if user is not None:
        log_in_id = user.log_in_id
        audit.record(audit.What.LOGGED_OUT, request, user_id=user.pk, log_in_id=log_in_id)
