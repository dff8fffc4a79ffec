"""How a strategy's tables grow with log-ins and refreshes, and what that does to its requests."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.client import BAD_REQUEST
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.db.models import Model

from .arena import CHEAP_HASHER, Arena, arena
from .bench import Timer, block
from .cached import Entries, cache_size, entries_added_since, keys
from .contest import Failed
from .multiply import Copier, Trace, added_by, rows_older_than, table_bytes
from .strategies import configure, strategy_of
from .worker import orders

# What is measured at each size, and how often in one round.
ACTIONS = {"log in": 3, "read": 15, "renew": 3}
# Longer than a log-in lives and than anybody keeps what is over: our audit trail has half a year.
LONG_AGO = timedelta(days=200)


def run(slug: str) -> Iterator[dict[str, Any]]:
    """Grow one strategy's tables as `lab.ensemble` asks, and answer each order."""
    timer = Timer()
    with arena(slug, hashers=CHEAP_HASHER, wrap=timer.wrap, moving=False) as place:
        patterns = observed(place)
        models = {trace.model for left in patterns.values() for trace in left.traces}
        for order in orders():
            action = order["action"]
            if action == "hello":
                yield {name: described(left) for name, left in patterns.items()}
            elif action == "grow":
                yield grow(patterns[order["by"]], order["count"], old=order["old"])
            elif action == "sizes":
                yield sizes(models)
            elif action == "clean up":
                yield clean_up_beside_log_ins(place, models)
            else:
                yield {"us": block(place, timer, action, order["count"])}


@dataclass(frozen=True)
class Left:
    """What something left behind: rows, and entries in the cache."""

    traces: list[Trace]
    entries: Entries


def observed(place: Arena) -> dict[str, Left]:
    """Return what a log-in and what a refresh leaves behind, each observed once.

    The second log-in counts: the first may make what later ones use again.
    """
    visitor = place.logged_in("alice")
    place.logged_in("alice")
    return {
        "log-in": left_by(lambda: place.logged_in("alice")),
        "refresh": left_by(visitor.renew),
    }


def left_by(act: Callable[[], object]) -> Left:
    before = keys()
    traces = added_by(act)
    return Left(traces, entries_added_since(before))


def described(left: Left) -> dict[str, int]:
    """Return how many rows were left in each table, and how many entries in the cache."""
    rows = {trace.model._meta.db_table: len(trace.rows) for trace in left.traces}
    return rows | ({"cache": len(left.entries.patterns)} if left.entries.patterns else {})


def grow(left: Left, count: int, *, old: bool) -> dict[str, Any]:
    """Write so many copies and return how long that took, in seconds."""
    started = time.perf_counter()
    for _ in Copier(left.traces, LONG_AGO if old else timedelta()).write(count):
        pass
    left.entries.write(count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # As the database does by itself, sooner or later.
    return {"seconds": time.perf_counter() - started}


def sizes(models: set[type[Model]]) -> dict[str, Any]:
    """Return rows and bytes of the tables that grow, and what the cache holds."""
    size = table_bytes()
    return {
        "rows": sum(model._base_manager.count() for model in models),
        "bytes": sum(size.get(model._meta.db_table, 0) for model in models),
    } | cache_size()


def clean_up_beside_log_ins(place: Arena, models: set[type[Model]]) -> dict[str, Any]:
    """Clean up in a process of its own, log in meanwhile, and return what became of both."""
    if not place.strategy.clean_up:
        return {"seconds": None, "why": place.strategy.no_clean_up}
    command = [sys.executable, "-m", "authcompare.lab.worker", place.strategy.slug]
    with subprocess.Popen(  # noqa: S603  (our own program)
        [*command, "authcompare.lab.grow.clean_up", "{}"], stdout=subprocess.PIPE, text=True
    ) as process:
        next(iter(process.stdout or ()), None)  # It says when it begins.
        attempts = list(log_ins_while(place, lambda: process.poll() is None))
        said, _ = process.communicate()
    if process.returncode:
        raise Failed(f"The clean-up of {place.strategy.slug} broke.")
    left = rows_older_than(LONG_AGO / 2, models)
    return {**json.loads(said), "left": left, **waits(attempts)}


@dataclass(frozen=True)
class Attempt:
    """A log-in: how long it took until there was an answer, and whether that let her in."""

    seconds: float
    got_in: bool


def log_ins_while(place: Arena, is_going_on: Callable[[], bool]) -> Iterator[Attempt]:
    """Log in again and again while something goes on, at least once."""
    alice, more = place.id_of("alice"), True
    while more:
        visitor = place.visitor("alice")
        started = time.perf_counter()
        answer = visitor.log_in()
        seconds = time.perf_counter() - started
        more = is_going_on()
        # An error or the form again is an answer as well, but nobody is in.
        yield Attempt(seconds, answer.status < BAD_REQUEST and visitor.identity() == alice)
        place.exchanges.clear()


def waits(attempts: list[Attempt]) -> dict[str, Any]:
    """Return how many were refused, and the longest that it took to get in and to be refused."""
    got_in = [attempt.seconds for attempt in attempts if attempt.got_in]
    refused = [attempt.seconds for attempt in attempts if not attempt.got_in]
    return {
        "tried": len(attempts),
        "refused": len(refused),
        "longest_wait": max(got_in, default=None),
        "longest_refusal": max(refused, default=None),
    }


def clean_up(slug: str) -> Iterator[dict[str, float]]:
    """Say that a strategy's own command begins, run it, and yield its time and memory."""
    strategy = strategy_of(slug)
    configure(strategy, LOGGING_CONFIG=None)
    django.setup()
    yield {}
    started = time.perf_counter()
    call_command(strategy.clean_up)
    yield {"seconds": time.perf_counter() - started, "peak_mb": peak_mb()}


def peak_mb() -> float:
    """Return the most memory that this program has had, in MB.

    What the standard library tells (`ru_maxrss`) would on Linux include what the parent had when it
    started this program.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024
