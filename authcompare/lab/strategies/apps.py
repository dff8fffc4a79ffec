"""The apps of the stock contestants' processes, and of a variant of ours."""

from typing import Any

from django.apps import AppConfig


class PlainUsers(AppConfig):
    """The shared user model as Django's own would be: no policy of this project's, no audit.

    `users.signals` stay out, and the ORM finds the user as it does in everybody's project.
    """

    name = "authcompare.users"

    def ready(self) -> None:
        from authcompare.users.models import User, UserManager

        # Behind each is Django's own.
        manager: Any = UserManager
        del manager.get_by_natural_key
        user: Any = User
        del user._get_session_auth_hash


class Pages(AppConfig):
    """The log-in page as Django's documentation shows it; `startproject` has none."""

    name = "authcompare.lab.strategies"
    label = "lab_pages"


class Uncompiled(AppConfig):
    """Gives each statement that `users.compiled` keeps back to Django's compiler."""

    name = "authcompare.lab.strategies"
    label = "lab_uncompiled"

    def ready(self) -> None:
        from authcompare.users import compiled

        patched: Any = compiled
        patched.LookUp.find = find
        patched.update = update
        patched.insert = insert


def find(look_up: Any, value: Any) -> Any:
    rows = look_up.model._default_manager.filter(**{look_up.column.name: value})
    rows = rows.select_related(look_up.related) if look_up.related else rows
    return next(iter(rows), None)


def update(model: Any, where: dict[str, Any], new: dict[str, Any]) -> int:
    return model._base_manager.filter(**where).update(**new)


def insert(row: Any) -> None:
    row.save(force_insert=True)
