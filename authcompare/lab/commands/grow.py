"""Grow each strategy's tables with log-ins and refreshes, and measure at each size.

What one log-in and one refresh leaves behind is observed and copied, as of two hundred days ago. At
each size the strategies take turns, round by round. In the end each one's own command cleans up
while somebody logs in. Strategies that leave the same behind are measured once, those that leave
nothing not at all. `--most 10000000` goes on to ten million; `--write` keeps the result for the
pages.
"""

import os
import random
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, repeat
from typing import Any

from django.db import connection
from rich.console import Console
from rich.table import Table

from .. import results
from ..caches import site_cache_url
from ..ensemble import Player, ensemble
from ..figures import over_rounds, rounded
from ..grow import ACTIONS
from ..machine import machine
from ..measured import refusals
from ..strategies import CONTESTANTS
from .console import chosen, empty_table, progress, refuse_partial

KNOWN = {strategy.slug: strategy for strategy in CONTESTANTS}
FEWEST, MOST = 1_000, 1_000_000
ROUNDS = 8


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--strategy", action="append", choices=list(KNOWN), metavar="SLUG", help="only this"
    )
    parser.add_argument("--most", type=int, default=MOST, help=f"log-ins, {MOST} if not said")
    parser.add_argument("--write", action="store_true", help="keep the result for the pages")


def run(options: dict[str, Any], console: Console) -> int:
    """Grow, measure, clean up, print, and return the exit status."""
    refuse_partial(options)
    strategies = chosen(options["strategy"], KNOWN)
    counts = sizes_up_to(options["most"])
    with ensemble("authcompare.lab.grow.run", strategies, site_cache_url()) as players:
        growing = [p for p in players if p.hello["log-in"] or p.hello["refresh"]]
        groups = alike(growing)
        with progress("Growing", len(groups) * (len(counts) + 1)) as advance:
            found = measured([player for player, _ in groups], counts, advance)
    for player, same in groups:
        found[player.strategy.slug] |= {"leaves": player.hello, "same": same}
    still = [player.strategy.slug for player in players if player not in growing]
    result = {"machine": machine(), "counts": counts, "strategies": found, "still": still}
    console.print(table(result))
    console.print(f"Nothing is left by: {', '.join(KNOWN[slug].title for slug in still) or '–'}.")
    if options["write"]:
        results.write(results.name_on("growth", connection.vendor), result)
    return 0


def sizes_up_to(most: int) -> list[int]:
    """Return the sizes at which to measure: every power of ten."""
    counts = [FEWEST]
    while counts[-1] * 10 <= most:
        counts.append(counts[-1] * 10)
    return counts


def alike(players: list[Player]) -> list[tuple[Player, list[str]]]:
    """Return one player for each way to grow, with the slugs of those that grow as it does."""
    groups: dict[str, tuple[Player, list[str]]] = {}
    for player in players:
        player_and_same = groups.setdefault(str(player.hello), (player, []))
        player_and_same[1].append(player.strategy.slug)
    return list(groups.values())


def measured(players: list[Player], counts: list[int], advance: Any) -> dict[str, dict[str, Any]]:
    """Return what was measured at each size, and what the last one's clean-up took."""
    sizes: dict[str, list[Any]] = {player.strategy.slug: [] for player in players}
    for before, count in pairwise([0, *counts]):
        # Only what is measured needs the machine for itself.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(grow, players, repeat(count - before)))
        there = {player.strategy.slug: player.ask(action="sizes") for player in players}
        for slug, times in in_turns(players).items():
            sizes[slug].append(times | there[slug])
            advance()
    cleaned = {}
    for player in players:
        cleaned[player.strategy.slug] = player.ask(action="clean up")
        advance()
    return {slug: {"sizes": sizes[slug], "clean_up": cleaned[slug]} for slug in sizes}


def grow(player: Player, more: int) -> None:
    """Let a strategy's tables have so many more log-ins and refreshes."""
    for by in ("log-in", "refresh"):
        player.ask(action="grow", by=by, count=more, old=True)


def in_turns(players: list[Player]) -> dict[str, dict[str, Any]]:
    """Return by strategy the microseconds of each action with their interval; None: no such action.

    The first round warms up: the tables have just been written, by all at once.
    """
    seen: dict[str, dict[str, list[float]]] = {
        player.strategy.slug: {action: [] for action in ACTIONS} for player in players
    }
    for number in range(ROUNDS + 1):
        for action, count in ACTIONS.items():
            # In another order each time, or each would always follow the same one.
            for player in random.sample(players, len(players)):
                us = player.ask(action=action, count=count)["us"]
                if number and us is not None:
                    seen[player.strategy.slug][action].append(us)
    return {
        slug: {action: sure(values) for action, values in by_action.items()}
        for slug, by_action in seen.items()
    }


def sure(values: list[float]) -> dict[str, float | None] | None:
    return rounded(over_rounds(values)) if values else None


def table(result: dict[str, Any]) -> Table:
    """Return a row for each strategy and size."""
    times = (f"{action} µs" for action in ACTIONS)
    cleaned = ("clean-up", "rows left", "log-ins refused")
    columns = ("", "log-ins", "rows", "MB", "cached", "MB", *times, *cleaned)
    shown = empty_table(*columns)
    for slug, found in result["strategies"].items():
        for count, figures in zip(result["counts"], found["sizes"], strict=True):
            last = count == result["counts"][-1]
            shown.add_row(
                KNOWN[slug].title,
                f"{count:,}",
                f"{figures['rows']:,}",
                f"{figures['bytes'] / 1e6:.1f}",
                f"{figures['cache entries']:,}",
                f"{figures['cache bytes'] / 1e6:.1f}",
                *("–" if figures[a] is None else f"{figures[a]['mean']:g}" for a in ACTIONS),
                *(_cleaned(found["clean_up"]) if last else ()),
            )
    return shown


def _cleaned(found: dict[str, Any]) -> tuple[str, str, str]:
    if found["seconds"] is None:
        return "–", "–", "–"
    wait = found["longest_wait"]
    waited = "nobody got in" if wait is None else f"waited {wait * 1000:.0f} ms"
    took = f"{found['seconds']:.1f} s, {found['peak_mb']:.0f} MB, {waited}"
    return took, f"{found['left']:,}", refusals(found)
