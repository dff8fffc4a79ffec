"""The apps of the stock contestants' processes, and of a variant of ours."""

from typing import Any

from django.apps import AppConfig


class PlainUsers(AppConfig):
    """The shared user model without `users.signals`: no policy of this project's, no audit."""

    name = "authcompare.users"


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
    rows = look_up.model._default_manager.select_related(look_up.reference.name)
    return rows.filter(**{look_up.column.name: value}).first()


def update(model: Any, where: dict[str, Any], new: dict[str, Any]) -> int:
    return model._base_manager.filter(**where).update(**new)


def insert(row: Any) -> None:
    row.save(force_insert=True)
