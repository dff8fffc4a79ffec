"""Observe what each strategy's client ends up holding, and whether a restart ends the log-in.

`--write` makes the result the one that the pages show.
"""

from argparse import ArgumentParser
from typing import Any

from rich.console import Console
from rich.table import Table

from .. import contest, results
from ..strategies import CONTESTANTS
from .console import empty_table, progress

TITLES = {strategy.slug: strategy.title for strategy in CONTESTANTS}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="keep the result for the pages")


def run(options: dict[str, Any], console: Console) -> int:
    """Observe, print a row for each part of each credential, and return the exit status."""
    with progress("Observing", len(CONTESTANTS)) as advance:
        found = contest.play("authcompare.lab.facts.run", CONTESTANTS, lambda *_: advance())
    observed = {slug: messages[0] for slug, messages in found.items()}
    console.print(table(observed))
    if options["write"]:
        results.write("facts", observed)
    return 0


def table(observed: dict[str, dict[str, Any]]) -> Table:
    """Return who holds what: a row for each part."""
    columns = ("strategy", "holds", "travels", "script reads it", "SameSite", "needed to")
    shown = empty_table(*columns)
    for slug, facts in observed.items():
        for number, part in enumerate(facts["parts"]):
            shown.add_row(
                "" if number else TITLES[slug],
                part["name"],
                "by itself" if part["ambient"] else "by script",
                "yes" if part["readable"] else "no",
                part["same_site"],
                ", ".join(part["needed_for"]) or "nothing here",
            )
    return shown
