"""Play each strategy on three servers: log in at one, read at another, log out at a third.

Each server has a network namespace of its own where root makes them, and else a port of its own.
All is played once with a cache in each server's own memory and, where `CACHE_URL` names one, once
with a shared cache. Where the site publishes keys, a service that knows nothing else tries its
tokens. `--write` keeps the result for the pages.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from rich.console import Console
from rich.table import Table

from .. import results, spread
from ..caches import OWN_MEMORY, site_cache_url
from ..figures import interval, told
from ..machine import machine
from ..network import TOLD, network
from ..strategies import CONTESTANTS
from .console import chosen, empty_table, progress, refuse_partial

KNOWN = {strategy.slug: strategy for strategy in CONTESTANTS}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--strategy", action="append", choices=list(KNOWN), metavar="SLUG", help="only this"
    )
    parser.add_argument("--write", action="store_true", help="keep the result for the pages")


def run(options: dict[str, Any], console: Console) -> int:
    """Play, print the table, and return the exit status."""
    refuse_partial(options)
    strategies = chosen(options["strategy"], KNOWN)
    urls = caches()
    found: dict[str, dict[str, Any]] = {}
    with (
        network(spread.PLACES) as net,
        progress("Spreading", len(strategies) * len(urls)) as advance,
    ):
        for strategy in strategies:
            found[strategy.slug] = {}
            for name, url in urls.items():
                found[strategy.slug][name] = spread.played(strategy, url, net.places)
                advance()
    result = {
        "machine": machine(),
        "network": net.kind,
        "caches": list(urls),
        "strategies": found,
    }
    console.print(table(result))
    if options["write"]:
        results.write("spread", result)
    return 0


def caches() -> dict[str, str]:
    """Return the caches to play with: each server's own memory, and the one that is shared."""
    shared = {"shared": site_cache_url()} if settings.SHARED_CACHE else {}
    return {"own": OWN_MEMORY} | shared


def table(result: dict[str, Any]) -> Table:
    """Return a row for each strategy and cache, and below them where the servers were."""
    columns = ("", "cache", "read elsewhere", "log-out seen", "service", "after log-out", "ms")
    shown = empty_table(*columns, caption=TOLD[result["network"]])
    for slug, by_cache in result["strategies"].items():
        for name, found in by_cache.items():
            beside = ("service_believes", "after_log_out")
            shown.add_row(
                KNOWN[slug].title,
                name,
                *(_word(found[key]) for key in ("read_elsewhere", "ended_everywhere")),
                *(_word(found.get(key)) for key in beside),
                " → ".join(f"{told(ms['mean'])} ({interval(ms)})" for ms in found.get("ms", ())),
            )
    return shown


def _word(value: bool | None) -> str:
    return {True: "yes", False: "no", None: "–"}[value]
