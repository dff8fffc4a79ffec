"""The apps of the stock contestants' processes."""

from django.apps import AppConfig


class PlainUsers(AppConfig):
    """The shared user model without `users.signals`: no policy of this project's, no audit."""

    name = "authcompare.users"


class Pages(AppConfig):
    """The log-in page as Django's documentation shows it; `startproject` has none."""

    name = "authcompare.lab.strategies"
    label = "lab_pages"
