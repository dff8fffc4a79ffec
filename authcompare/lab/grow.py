"""How a strategy's tables grow with log-ins and refreshes, and what that does to its requests."""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import django
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from .arena import CHEAP_HASHER, Arena, arena
from .bench import Timer, block
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
                yield {name: described(traces) for name, traces in patterns.items()}
            elif order["action"] == "grow":
                yield grow(patterns[order["by"]], order["count"], old=order["old"])
            elif order["action"] == "measure":
                yield {a: block(place, timer, a, n) for a, n in SAMPLES.items()} | sizes(patterns)
            else:
                yield clean_up_beside_log_ins(place)


def observed(place: Arena) -> dict[str, list[Trace]]:
    """Return what a log-in and what a refresh leaves behind, each observed once.

    The second log-in counts: the first may make what later ones use again.
    """
    visitor = place.logged_in("alice")
    place.logged_in("alice")
    return {
        "log-in": added_by(lambda: place.logged_in("alice")),
        "refresh": added_by(visitor.renew),
    }


def described(traces: list[Trace]) -> dict[str, int]:
    return {trace.model._meta.db_table: len(trace.rows) for trace in traces}


def grow(traces: list[Trace], count: int, *, old: bool) -> dict[str, Any]:
    """Write so many copies and return how long that took, in seconds."""
    started = time.perf_counter()
    for _ in Copier(traces, LONG_AGO if old else timedelta()).write(count):
        pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # As the database does by itself, sooner or later.
    return {"seconds": time.perf_counter() - started}


def sizes(patterns: dict[str, list[Trace]]) -> dict[str, Any]:
    """Return rows and bytes of the tables that grow."""
    models = {trace.model for traces in patterns.values() for trace in traces}
    size = table_bytes()
    return {
        "rows": sum(model._base_manager.count() for model in models),
        "bytes": sum(size.get(model._meta.db_table, 0) for model in models),
        "cache_entries": len(getattr(cache, "_cache", {})),
    }


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
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": float(said), "peak_mb": peak, "longest_wait": max(waits)}


def clean_up(slug: str) -> Iterator[float]:
    """Run a strategy's own command for it and yield the seconds it took."""
    strategy = strategy_of(slug)
    configure(strategy, LOGGING_CONFIG=None)
    django.setup()
    started = time.perf_counter()
    call_command(strategy.clean_up)
    yield time.perf_counter() - started
