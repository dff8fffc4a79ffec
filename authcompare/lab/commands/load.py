"""Load each strategy, served as deployed, with 1 to 256 people at the same time.

Each waits for an answer before the next request. The server has the machine's first core, the
people the last one; then the same with two server processes. Strategies take turns, round by round.
Ctrl-C ends it early and keeps what was measured. `--quick` looks at two sizes once; `--write` keeps
the result for the pages. It needs the tools: `make lab` installs them.
"""

import json
import os
import random
import statistics
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from rich.console import Console
from rich.table import Table

from .. import results
from ..arena import CHEAP_HASHER
from ..caches import roomy, site_cache_url, throwaway_cache
from ..contest import Failed
from ..figures import interval, over_rounds, rounded, significant
from ..machine import machine
from ..served import served
from ..strategies import CONTESTANTS
from ..strategies.base import Strategy
from .console import chosen, empty_table, progress, refuse_partial

KNOWN = {strategy.slug: strategy for strategy in CONTESTANTS}
USERS, QUICK_USERS = (1, 4, 16, 64, 256), (1, 16)
SECONDS = 0.6
ROUNDS = 4
ACTIONS = ("read", "write", "renew")
CORES = sorted(os.sched_getaffinity(0))

# By strategy, number of server processes and number of people: what each round saw.
Seen = dict[tuple[str, int, int], list[Any]]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--strategy", action="append", choices=list(KNOWN), metavar="SLUG", help="only this"
    )
    parser.add_argument("--action", choices=ACTIONS, default="read", help="read if not said")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"how many, {ROUNDS} if not said"
    )
    parser.add_argument("--quick", action="store_true", help="1 and 16 people, one process")
    parser.add_argument("--write", action="store_true", help="keep the result for the pages")


def run(options: dict[str, Any], console: Console) -> int:
    """Serve and load the strategies in turns, print the table, return the exit status."""
    refuse_partial(options)
    if options["write"] and (options["quick"] or options["action"] != "read"):
        raise CommandError("--write keeps a whole run of reads: neither --quick nor an --action.")
    if not find_spec("locust"):
        raise CommandError("Locust, the load generator, is not installed: `make lab` does it.")
    strategies = chosen(options["strategy"], KNOWN)
    users = QUICK_USERS if options["quick"] else USERS
    processes = (1,) if options["quick"] else (1, 2)
    rounds = 1 if options["quick"] else options["rounds"]
    turns = in_turns(strategies, processes, rounds)
    seen: Seen = {}
    interrupted = False
    try:
        measure(turns, users, options, seen)
    except KeyboardInterrupt:
        console.print("Interrupted: this is what was measured until then.")
        interrupted = True
    result = {
        "machine": machine(),
        "interrupted": interrupted,
        "users": users,
        "strategies": collected(strategies, processes, users, seen),
    }
    console.print(table(result))
    if options["write"]:
        results.write(results.name_on("load", connection.vendor), result)
    return 0


def in_turns(
    strategies: list[Strategy], processes: tuple[int, ...], rounds: int
) -> list[tuple[Strategy, int]]:
    """Return each strategy at each number of server processes, once in each round."""
    # In another order each time, or each would always follow the same one.
    return [
        (strategy, workers)
        for _ in range(rounds)
        for strategy in random.sample(strategies, len(strategies))
        for workers in processes
    ]


def measure(
    turns: list[tuple[Strategy, int]], users: tuple[int, ...], options: dict[str, Any], seen: Seen
) -> None:
    """Fill in what was seen of each strategy by so many people at so many processes."""
    with progress("Loading", len(turns) * len(users)) as advance:
        for strategy, workers in turns:
            for count, found in loaded(strategy, workers, users, options):
                seen.setdefault((strategy.slug, workers, count), []).append(found)
                advance()


def loaded(
    strategy: Strategy, workers: int, users: tuple[int, ...], options: dict[str, Any]
) -> Iterator[tuple[int, Any]]:
    """Yield what each number of people sees of a strategy at so many server processes."""
    own = {"PASSWORD_HASHERS": CHEAP_HASHER} | roomy()
    with (
        throwaway_cache(site_cache_url()) as cache,
        on_cores(CORES[:workers]),
        served(strategy, workers=workers, settings=own, environ=cache) as server,
    ):
        spec = {
            "slug": strategy.slug,
            "port": server.port,
            "users": users,
            "action": options["action"],
            "seconds": options["seconds"],
            "cores": CORES[-1:],
        }
        yield from zip(users, generated(spec), strict=True)


@contextmanager
def on_cores(cores: list[int]) -> Iterator[None]:
    """Start what is started meanwhile on these cores only."""
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES)


def generated(spec: dict[str, Any]) -> Iterator[Any]:
    """Yield what the load generator saw of each size. Raises `Failed` where it broke."""
    with subprocess.Popen(  # noqa: S603  (our own program, with our own arguments)
        [sys.executable, "-m", "authcompare.lab.load", json.dumps(spec)],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as generator:
        try:
            yield from map(json.loads, generator.stdout or ())
        finally:
            generator.kill()
        errors = generator.stderr.read() if generator.stderr else ""
    if generator.returncode > 0:
        raise Failed(f"The load on {spec['slug']} broke:\n{errors}")


def collected(
    strategies: list[Strategy], processes: tuple[int, ...], users: tuple[int, ...], seen: Seen
) -> dict[str, Any]:
    """Return figures by strategy, server processes and people, where there are any."""
    return {
        strategy.slug: {
            str(workers): {
                str(count): summed_up(seen[strategy.slug, workers, count])
                for count in users
                if (strategy.slug, workers, count) in seen
            }
            for workers in processes
        }
        for strategy in strategies
    }


def summed_up(rounds: list[Any]) -> dict[str, Any]:
    """Return requests per second with their interval, percentiles in milliseconds, and counts."""
    ms = [time for one in rounds for time in one["ms"]]
    # Answers of one round are no witnesses of their own: the round is.
    rates = [len(one["ms"]) / one["seconds"] for one in rounds]
    rate = over_rounds(rates)
    cuts = statistics.quantiles(ms, n=100)
    figures = {
        "per_second": rate["mean"],
        "low": rate["low"],
        "high": rate["high"],
        "p50": cuts[49],
        "p95": cuts[94],
        "p99": cuts[98],
        "busy": max(one["busy"] for one in rounds),
    }
    return rounded(figures) | {
        "rounds": [significant(each) for each in rates],
        "requests": len(ms),
        "failures": sum(one["failures"] for one in rounds),
    }


def table(result: dict[str, Any]) -> Table:
    """Return a row for each strategy, number of server processes and number of people."""
    columns = ("", "people", "processes", "per second", "95 %", "p50 ms", "p99 ms", "failed")
    shown = empty_table(*columns)
    for slug, by_workers in result["strategies"].items():
        for workers, by_users in by_workers.items():
            for users, row in by_users.items():
                figures = (f"{row[name]:g}" for name in ("p50", "p99", "failures"))
                rate = f"{row['per_second']:g}"
                shown.add_row(KNOWN[slug].title, users, workers, rate, interval(row), *figures)
    return shown
