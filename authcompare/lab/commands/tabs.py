"""Let several tabs, and a thief, use one refresh token, seconds to minutes apart.

For each policy: the share of honest tabs that are logged out, and of thefts that are stopped.
`--write` keeps the result for the pages.
"""

from argparse import ArgumentParser
from typing import Any

from rich.console import Console
from rich.table import Table

from .. import contest, results
from ..strategies import CONTESTANTS, VARIANTS
from ..tabs import GAPS
from .console import empty_table, progress

KNOWN = {strategy.slug: strategy for strategy in (*CONTESTANTS, *VARIANTS.values())}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="keep the result for the pages")


def run(options: dict[str, Any], console: Console) -> int:
    """Play, print the table, and return the exit status."""
    with progress("Refreshing", len(KNOWN) * len(GAPS)) as advance:
        played = contest.play(
            "authcompare.lab.tabs.run", list(KNOWN.values()), lambda *_: advance()
        )
    # A strategy that renews nothing has said nothing.
    found = {slug: messages for slug, messages in played.items() if messages}
    console.print(table(found))
    if options["write"]:
        results.write("tabs", found)
    return 0


def table(found: dict[str, list[dict[str, Any]]]) -> Table:
    """Return for each policy and gap the tabs logged out and the thefts stopped."""
    columns = (f"{gap} s" for gap in GAPS)
    title = "honest tabs logged out / thefts stopped, by the seconds between two uses"
    shown = empty_table("policy", *columns, title=title, title_justify="left")
    for slug, messages in found.items():
        cells = (f"{m['honest_out']:.0%} / {m['stopped']:.0%}" for m in messages)
        shown.add_row(KNOWN[slug].title, *cells)
    return shown
