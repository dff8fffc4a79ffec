"""How a strategy's tables grow with log-ins and refreshes, and what that does to its requests."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

from .arena import CHEAP_HASHER, Arena, arena
from .bench import Timer, block
from .cached import Entries, cache_size, entries_added_since, keys
from .contest import Failed
from .multiply import Copier, Trace, added_by, table_bytes
from .strategies import configure, strategy_of
from .worker import orders

# How often an action is measured at each size.
SAMPLES = {"log in": 15, "read": 60, "renew": 15}
# Older than any log-in lives and any library keeps what is over.
LONG_AGO = timedelta(days=60)


def run(slug: str) -> Iterator[dict[str, Any]]:
    """Grow one strategy's tables as `lab.ensemble` asks, and answer each order."""
    timer = Timer()
    with arena(slug, hashers=CHEAP_HASHER, wrap=timer.wrap, moving=False) as place:
        patterns = observed(place)
        for order in orders():
            if order["action"] == "hello":
                yield {name: described(left) for name, left in patterns.items()}
            elif order["action"] == "grow":
                yield grow(patterns[order["by"]], order["count"], old=order["old"])
            elif order["action"] == "measure":
                yield {a: block(place, timer, a, n) for a, n in SAMPLES.items()} | sizes(patterns)
            else:
                yield clean_up_beside_log_ins(place)


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


def sizes(patterns: dict[str, Left]) -> dict[str, Any]:
    """Return rows and bytes of the tables that grow, and what the cache holds."""
    models = {trace.model for left in patterns.values() for trace in left.traces}
    size = table_bytes()
    return {
        "rows": sum(model._base_manager.count() for model in models),
        "bytes": sum(size.get(model._meta.db_table, 0) for model in models),
    } | cache_size()


def clean_up_beside_log_ins(place: Arena) -> dict[str, Any]:
    """Clean up in a process of its own, log in meanwhile, and return how long that waited."""
    if not place.strategy.clean_up:
        return {"seconds": None, "why": "The library has no command for it."}
    command = [sys.executable, "-m", "authcompare.lab.worker", place.strategy.slug]
    waits = []
    with subprocess.Popen(  # noqa: S603  (our own program)
        [*command, "authcompare.lab.grow.clean_up", "{}"], stdout=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None:
            started = time.perf_counter()
            place.visitor("alice").log_in()
            waits.append(time.perf_counter() - started)
            place.exchanges.clear()
        said, _ = process.communicate()
    if process.returncode:
        raise Failed(f"The clean-up of {place.strategy.slug} broke.")
    return {**json.loads(said), "longest_wait": max(waits)}


def clean_up(slug: str) -> Iterator[dict[str, float]]:
    """Run a strategy's own command for it and yield the seconds it took and its memory."""
    strategy = strategy_of(slug)
    configure(strategy, LOGGING_CONFIG=None)
    django.setup()
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
