"""Measure for how long a stolen copy is good after each event that should end it.

The clock is moved, not waited for. `--write` makes the result the one that the pages show.
"""

from argparse import ArgumentParser
from typing import Any

from rich.console import Console
from rich.table import Table

from .. import contest, results
from ..durations import words
from ..events import EVENTS
from ..strategies import CONTESTANTS
from .console import chosen, empty_table, progress

KNOWN = {strategy.slug: strategy for strategy in CONTESTANTS}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--strategy", action="append", choices=list(KNOWN), metavar="SLUG", help="only this one"
    )
    parser.add_argument("--write", action="store_true", help="keep the result for the pages")


def run(options: dict[str, Any], console: Console) -> int:
    """Measure, print the table, and return the exit status."""
    strategies = chosen(options["strategy"], KNOWN)
    with progress("Moving clocks", len(strategies) * len(EVENTS)) as advance:
        found = contest.play("authcompare.lab.delays.run", strategies, lambda *_: advance())
    measured = {slug: {m.pop("event"): m for m in messages} for slug, messages in found.items()}
    console.print(table(measured))
    if options["write"]:
        results.write("delays", results.merged(results.found("delays"), measured, KNOWN))
    return 0


def table(measured: dict[str, dict[str, Any]]) -> Table:
    """Return a row for each strategy; two durations where renewing makes a difference."""
    shown = empty_table("strategy", *(event.title for event in EVENTS))
    for slug, events in measured.items():
        shown.add_row(KNOWN[slug].title, *(_cell(events[event.slug]) for event in EVENTS))
    return shown


def _cell(found: dict[str, Any]) -> str:
    as_it_is, renewed = (words(found[how]["refused_at"]) for how in ("as_it_is", "renewed"))
    return as_it_is if as_it_is == renewed else f"{as_it_is}, renewed {renewed}"
