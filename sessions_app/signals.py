"""A log-in through Django's `login()`, whoever called it, becomes a row with its client."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from authcompare.users.clients import Client
from authcompare.users.models import User

from .store import session_of


@receiver(user_logged_in)
def begin_log_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Give each log-in its own row and key, also where the browser was logged in already.

    Django keeps the key when the same user logs in again; here the earlier log-in ends with its
    key (ASVS 7.2.4), the admin's log-in page included.
    """
    session_of(request).begin(user, Client.of(request))
