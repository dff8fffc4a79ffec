"""What a request costs the server, in one process: processor time, statements and bytes.

Only the WSGI callable is measured, and of an action that takes several requests the last: a log-in
by form fetches the page with the form first, which looks as each site wants it to. Passwords are
hashed by a cheap hasher here: a real hash takes as long as hundreds of requests and is the same for
all, so it has its own table (`lab.signatures`).
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from django.core.cache import caches
from django.core.signals import request_started
from django.db import connection

from authcompare.users.counters import Windows

from . import wire
from .arena import CHEAP_HASHER, Arena, Exchange, arena
from .recorder import CACHE_COMMANDS, COUNTER_COMMANDS, Stopwatch
from .visitor import Nothing, Visitor
from .worker import orders

OPEN_PROBE = "/probe/open/"
# What is measured, and how often in one block.
ACTIONS = {"log in": 8, "read": 40, "write": 25, "renew": 15, "log out": 8}
FLOOR_COUNT = 40
TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")


class Timer:
    """Takes the processor time of this thread within the WSGI callable, for the last request."""

    def __init__(self) -> None:
        self.ns = 0

    def wrap(self, app: wire.App) -> wire.App:
        """Return the callable with the timer around it."""

        def timed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            started = time.thread_time_ns()
            try:
                return app(environ, start_response)
            finally:
                self.ns = time.thread_time_ns() - started

        return timed


class Wrong(Exception):  # noqa: N818  (it reads as what it says)
    """A request did not do what is to be measured, so its time would mean nothing."""


def run(slug: str) -> Iterator[dict[str, Any]]:
    """Stand ready as one strategy, as `lab.ensemble` asks, and answer each order."""
    timer = Timer()
    with arena(slug, hashers=CHEAP_HASHER, wrap=timer.wrap, moving=False) as place:
        for order in orders():
            action = order["action"]
            if action == "hello":
                yield {"database": connection.vendor}
            elif action == "verify":
                yield verify(place)
            else:
                yield {"us": block(place, timer, action, order["count"])}


def block(place: Arena, timer: Timer, action: str, count: int) -> float | None:
    """Return the median microseconds of so many requests, or None where there is none to send."""
    times = []
    visitor = place.logged_in("alice")
    for number in range(count):
        if action in ("log in", "log out"):
            visitor = place.visitor("alice") if action == "log in" else place.logged_in("alice")
        answer = act(visitor, action, number)
        times.append(timer.ns)
        if isinstance(answer, Nothing):
            return None
    place.exchanges.clear()
    return statistics.median(times) / 1000


def act(visitor: Visitor, action: str, number: int) -> wire.Response | Nothing:
    """Do what is measured, once."""
    verbs: dict[str, Callable[[], wire.Response | Nothing]] = {
        "floor": lambda: visitor.read(OPEN_PROBE),
        "log in": visitor.log_in,
        "read": visitor.read,
        "write": lambda: visitor.write(f"Alice {number}"),
        "renew": visitor.renew,
        "log out": visitor.log_out,
    }
    return verbs[action]()


def verify(place: Arena) -> dict[str, Any]:
    """Return what each action does beside taking time. Raises `Wrong` for one that fails."""
    found: dict[str, Any] = {}
    place.logged_in("alice")  # The first log-in may make what later ones use again.
    visitor = place.visitor("alice")
    for action in ("floor", *ACTIONS):
        place.exchanges.clear()
        with counted() as asked:
            answer = act(visitor, action, 0)
        found[action] = None
        if not isinstance(answer, Nothing):
            found[action] = {**asked, **sizes(place.exchanges[-1])}
        if action not in ("floor", "log out") and visitor.identity() != place.id_of("alice"):
            raise Wrong(f"{place.strategy.slug}: after “{action}” the client is not Alice.")
    if place.user("alice").name != "Alice 0":
        raise Wrong(f"{place.strategy.slug}: the write changed nothing.")
    return found


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count what the last request asks: statements, without what frames transactions, and cache."""
    asked = Counter(statements=0, cache=0)

    def forget(**kwargs: Any) -> None:
        asked["statements"] = asked["cache"] = 0

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked["statements"] += not sql.startswith(TRANSACTIONS)
        return execute(sql, params, many, context)

    request_started.connect(forget)
    with connection.execute_wrapper(note), noted_by_cache(asked):
        yield asked
    request_started.disconnect(forget)


@contextmanager
def noted_by_cache(asked: Counter[str]) -> Iterator[None]:
    """Count each command to the cache and to the counters of attempts, for the block's time only.

    What one command calls in its turn does not count.
    """
    outermost = Stopwatch()

    def noting(command: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **kwargs: Any) -> Any:
            with outermost.running() as outer:
                asked["cache"] += outer
                return command(*args, **kwargs)

        return noted

    asking: dict[type, tuple[str, ...]] = {
        type(caches["default"]): CACHE_COMMANDS,
        Windows: COUNTER_COMMANDS,
    }
    with ExitStack() as stack:
        for owner, names in asking.items():
            for name in names:
                stack.enter_context(patch.object(owner, name, noting(getattr(owner, name))))
        yield


def sizes(exchange: Exchange) -> dict[str, int]:
    """Return the bytes of a request and of its answer."""
    return {
        "bytes_sent": exchange.request.size(),
        "bytes_answered": exchange.response.size(),
    }
