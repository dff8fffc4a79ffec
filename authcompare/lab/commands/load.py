"""Load each strategy, served as deployed, with 1 to 256 people at the same time.

Each waits for an answer before the next request. The server has the machine's first core, the
people the last one; a second run gives the server two processes. `--quick` looks at two sizes only;
`--write` keeps the result for the pages. It needs the tools: `make lab` installs them.
"""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from rich.console import Console
from rich.table import Table

from .. import results
from ..arena import CHEAP_HASHER
from ..caches import site_cache_url, throwaway_cache
from ..contest import Failed
from ..figures import rounded
from ..machine import machine
from ..served import served
from ..strategies import CONTESTANTS
from ..strategies.base import Strategy
from .console import chosen, progress

KNOWN = {strategy.slug: strategy for strategy in CONTESTANTS}
USERS, QUICK_USERS = (1, 4, 16, 64, 256), (1, 16)
SECONDS = 1.5
ACTIONS = ("read", "write", "renew")
CORES = sorted(os.sched_getaffinity(0))


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--strategy", action="append", choices=list(KNOWN), metavar="SLUG", help="only this"
    )
    parser.add_argument("--action", choices=ACTIONS, default="read", help="read if not said")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement")
    parser.add_argument("--quick", action="store_true", help="1 and 16 people, one process")
    parser.add_argument("--write", action="store_true", help="keep the result for the pages")


def run(options: dict[str, Any], console: Console) -> int:
    """Serve and load one strategy after the other, print the table, return the exit status."""
    strategies = chosen(options["strategy"], KNOWN)
    users = QUICK_USERS if options["quick"] else USERS
    processes = (1,) if options["quick"] else (1, 2)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    with progress("Loading", len(strategies) * len(processes) * len(users)) as advance:
        for strategy in strategies:
            found[strategy.slug] = {
                str(workers): loaded(strategy, workers, users, options, advance)
                for workers in processes
            }
    result = {"machine": machine(), "users": users, "strategies": found}
    console.print(table(result))
    if options["write"]:
        results.write(results.name_on("load", connection.vendor), result)
    return 0


def loaded(
    strategy: Strategy, workers: int, users: tuple[int, ...], options: dict[str, Any], advance: Any
) -> dict[str, Any]:
    """Return the figures of one strategy, by how many people there were."""
    figures = {}
    hashers = {"PASSWORD_HASHERS": CHEAP_HASHER}
    with (
        throwaway_cache(site_cache_url()) as cache,
        on_cores(CORES[:workers]),
        served(strategy, workers=workers, settings=hashers, environ=cache) as server,
    ):
        for count in users:
            figures[str(count)] = generated(strategy, server.port, count, options)
            advance()
    return figures


@contextmanager
def on_cores(cores: list[int]) -> Iterator[None]:
    """Start what is started meanwhile on these cores only."""
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES)


def generated(strategy: Strategy, port: int, users: int, options: dict[str, Any]) -> dict[str, Any]:
    """Return what the load generator saw of one size. Raises `Failed` where it broke."""
    spec = {
        "slug": strategy.slug,
        "port": port,
        "users": users,
        "action": options["action"],
        "seconds": options["seconds"],
        "cores": CORES[-1:],
    }
    done = subprocess.run(  # noqa: S603  (our own program, with our own arguments)
        [sys.executable, "-m", "authcompare.lab.load", json.dumps(spec)],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    if "No module named 'locust'" in done.stderr:
        raise CommandError("The load generator is not installed: `make lab` does it.")
    if done.returncode:
        raise Failed(f"The load on {strategy.slug} broke:\n{done.stderr}")
    figures = json.loads(done.stdout)
    counts = {name: figures.pop(name) for name in ("requests", "failures")}
    return rounded(figures) | counts


def table(result: dict[str, Any]) -> Table:
    """Return requests per second and the slowest percent, for one process and the most people."""
    shown = Table("", "people", "processes", "per second", "p50 ms", "p99 ms", "failed", box=None)
    for slug, by_workers in result["strategies"].items():
        for workers, by_users in by_workers.items():
            for users, figures in by_users.items():
                cells = (f"{figures[name]:g}" for name in ("per_second", "p50", "p99", "failures"))
                shown.add_row(KNOWN[slug].title, users, workers, *cells)
    return shown
