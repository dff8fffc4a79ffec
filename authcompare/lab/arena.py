"""The arena: one strategy, served from a throwaway database and cache, with its cast and clock.

A process plays one strategy only, since Django's settings hold for a process. `lab.contest` starts
such a process for each; nothing here is reachable from the site.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import django
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.utils import timezone

from authcompare.users import counters

from . import wire
from .caches import empty_cache
from .clock import Clock, RealClock
from .strategies import configure, strategy_of
from .strategies.base import Strategy
from .visitor import Visitor

PASSWORD = "correct horse battery staple"  # noqa: S105  (the cast's, in a throwaway database)
CAST = ("alice", "bob", "carol", "mallory")
ADDRESSES = {name: f"192.0.2.{number}" for number, name in enumerate(CAST, 1)}
# Plays that ask what the server says, not what it costs, hash without the cost.
CHEAP_HASHER = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class NoMigrations(dict[str, None]):
    """`MIGRATION_MODULES` by which every app's tables are made straight from its models."""

    def __contains__(self, label: object) -> bool:
        return True

    def __getitem__(self, label: str) -> None:
        return None


class Unplayable(Exception):  # noqa: N818  (it reads as what it says)
    """A strategy did not do in the play what it is there for: log somebody in, say."""


@dataclass
class Exchange:
    """One request and its answer, by whom and for which verb."""

    who: str
    verb: str
    request: wire.Request
    response: wire.Response


@dataclass
class Arena:
    """One strategy and all that a play needs."""

    strategy: Strategy
    clock: Clock
    app: wire.App
    exchanges: list[Exchange] = field(default_factory=list)

    def reset(self) -> None:
        """Empty database, cache and counters, and bring the cast on, at the start of the clock."""
        self.clock.reset()
        self.exchanges.clear()
        empty_cache()
        counters.LOCAL.storage.reset()
        with transaction.atomic(), constraints_off():
            for model in apps.get_models(include_auto_created=True):
                model._base_manager.all()._raw_delete(using="default")
        enter_cast()

    def visitor(self, name: str) -> Visitor:
        """Return one of the cast at her own browser, not logged in."""
        return Visitor(
            name,
            email_of(name),
            PASSWORD,
            address=ADDRESSES[name],
            flow=self.strategy.flow,
            send=self.send,
        )

    def logged_in(self, name: str) -> Visitor:
        """Return one of the cast, logged in. Raises `Unplayable` where the strategy cannot."""
        visitor = self.visitor(name)
        answer = visitor.log_in()
        if visitor.identity() != self.id_of(name):
            raise Unplayable(f"{self.strategy.slug}: {name} could not log in: {answer.status}")
        return visitor

    def user(self, name: str) -> Any:
        """Return one of the cast as the database has her now."""
        return get_user_model().objects.get(email=email_of(name))

    def id_of(self, name: str) -> str:
        return str(self.user(name).pk)

    def wait(self, **by: float) -> None:
        """Let time pass: `wait(minutes=5)`."""
        self.clock.move(timedelta(**by))

    def now(self) -> float:
        """Return the play's time in seconds since 1970."""
        return timezone.now().timestamp()

    def send(self, visitor: Visitor, request: wire.Request) -> wire.Response:
        """Send a visitor's request to the server and keep the exchange."""
        response = wire.call(self.app, request, visitor.address)
        self.exchanges.append(Exchange(visitor.name, visitor.verb, request, response))
        return response


def email_of(name: str) -> str:
    return f"{name}@example.com"


def set_up(strategy: Strategy, **more: Any) -> None:
    """Give this process a strategy's settings, with `more` on top, and its database the tables."""
    configure(strategy, MIGRATION_MODULES=NoMigrations(), **more)
    django.setup()
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)


def enter_cast() -> None:
    """Give each of the cast an account; Carol is staff."""
    for name in CAST:
        get_user_model().objects.create_user(
            email_of(name), name=name.title(), is_staff=name == "carol"
        )
    # One hash for all of them, since it is slow on purpose.
    get_user_model().objects.update(password=make_password(PASSWORD))


@contextmanager
def constraints_off() -> Iterator[None]:
    """Let rows be deleted in any order within the transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    yield


@contextmanager
def arena(
    slug: str,
    *,
    hashers: list[str] | None = None,
    wrap: Callable[[wire.App], wire.App] | None = None,
    moving: bool = True,
) -> Iterator[Arena]:
    """Turn this process into the arena of one strategy.

    Database, cache and keys are what the environment says (`lab.contest` makes them). `wrap` may
    put a recorder around the WSGI callable. Without `moving` the clock is the real one.
    """
    with Clock() if moving else RealClock() as clock:
        strategy = strategy_of(slug)
        more = {"PASSWORD_HASHERS": hashers} if hashers else {}
        set_up(strategy, LOGGING_CONFIG=None, **more)
        logging.getLogger().addHandler(logging.NullHandler())  # Attacks fill logs.
        app = get_wsgi_application()
        place = Arena(strategy, clock, wrap(app) if wrap else app)
        place.reset()
        yield place
