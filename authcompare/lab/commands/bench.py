"""Measure what each strategy costs: processor time, beside the same view without authentication.

Strategies take turns, round by round, and all processes are started anew a few times. Ctrl-C ends
it early and keeps what was measured. `--quick` measures three rounds of one start, which takes less
than a minute; `--write` keeps the result for the pages.
"""

import random
from argparse import ArgumentParser
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

from django.db import connection
from rich.console import Console
from rich.table import Table

from .. import results
from ..bench import ACTIONS, FLOOR_COUNT
from ..caches import site_cache_url
from ..ensemble import Player, ensemble
from ..figures import interval, over_starts, rounded, significant, told
from ..machine import machine
from ..strategies import CONTESTANTS, LEVERS, strategy_of
from ..strategies.base import Strategy
from .console import chosen, empty_table, progress, refuse_partial

KNOWN = {strategy.slug: strategy for strategy in CONTESTANTS} | LEVERS
STARTS, ROUNDS, QUICK_ROUNDS = 5, 4, 3


class Figures(NamedTuple):
    """The microseconds of an action, and of the same view without authentication beside it."""

    us: float
    floor: float

    @property
    def above(self) -> float:
        return self.us - self.floor

    @property
    def times_floor(self) -> float:
        return self.us / self.floor


# By action and strategy, the figures of each round of each start.
Starts = list[list[Figures]]
Seen = dict[str, dict[str, Starts]]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--strategy",
        action="append",
        choices=list(KNOWN),
        metavar="SLUG",
        help="only this one",
    )
    parser.add_argument(
        "--starts", type=int, default=STARTS, help=f"of all processes, {STARTS} if not said"
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"of each start, {ROUNDS} if not said"
    )
    parser.add_argument("--quick", action="store_true", help=f"one start and {QUICK_ROUNDS} rounds")
    parser.add_argument("--write", action="store_true", help="keep the result for the pages")


def run(options: dict[str, Any], console: Console) -> int:
    """Verify, measure in turns, print the tables, and return the exit status."""
    refuse_partial(options)
    strategies = chosen(options["strategy"], KNOWN)
    starts, rounds = options["starts"], options["rounds"]
    if options["quick"]:
        starts, rounds = 1, QUICK_ROUNDS
    seen: Seen = {action: {} for action in ACTIONS}
    facts: dict[str, Any] = {}
    try:
        # The first round of each start warms up.
        with progress("Measuring", starts * (rounds + 1) * len(ACTIONS) * len(strategies)) as step:
            for _ in range(starts):
                start(strategies, rounds, step, seen, facts)
        interrupted = False
    except KeyboardInterrupt:
        if not all(seen.values()):
            raise  # There is nothing to keep.
        console.print("Interrupted: this is what was measured until then.")
        interrupted = True
    actions = collected(seen, facts)
    for action in ACTIONS:
        console.print(table(action, actions[action]))
    if options["write"]:
        result = {"machine": machine(), "interrupted": interrupted, "actions": actions}
        results.write(results.name_on("bench", connection.vendor), result)
    return 0


def start(
    strategies: list[Strategy],
    rounds: int,
    advance: Callable[[], None],
    seen: Seen,
    facts: dict[str, Any],
) -> None:
    """Start all processes and let them take turns; fill in what they took and what they do."""
    with ensemble("authcompare.lab.bench.run", strategies, site_cache_url()) as players:
        for player in players:
            facts[player.strategy.slug] = player.ask(action="verify")
        measure(players, rounds, advance, seen)


def measure(players: list[Player], rounds: int, advance: Callable[[], None], seen: Seen) -> None:
    """Fill in a start's figures: one for each round, action and strategy."""
    for number in range(rounds + 1):
        for action in ACTIONS:
            # In another order each time, or each would always follow the same one.
            for player in random.sample(players, len(players)):
                figures = one(player, action)
                advance()
                if not number or figures is None:
                    continue
                starts = seen[action].setdefault(player.strategy.slug, [])
                if number == 1:
                    starts.append([])
                starts[-1].append(figures)


def one(player: Player, action: str) -> Figures | None:
    """Return an action's figures, or None for no such action."""
    before = player.ask(action="floor", count=FLOOR_COUNT)["us"]
    found = player.ask(action=action, count=ACTIONS[action])["us"]
    after = player.ask(action="floor", count=FLOOR_COUNT)["us"]
    return None if found is None else Figures(found, (before + after) / 2)


def collected(seen: Seen, facts: dict[str, Any]) -> dict[str, Any]:
    """Return for each action and strategy what it took, and what else it does."""
    return {
        action: {slug: taken(starts) | facts[slug][action] for slug, starts in by_slug.items()}
        for action, by_slug in seen.items()
    }


def taken(starts: Starts) -> dict[str, Any]:
    """Return the microseconds with their interval, by themselves and beside the floor."""
    us, floor, above = (
        [[getattr(figures, name) for figures in start] for start in starts]
        for name in ("us", "times_floor", "above")
    )
    return {
        "us": rounded(over_starts(us)),
        "floor": rounded(over_starts(floor)),
        "above": rounded(over_starts(above)),
        # For whoever compares two strategies: each start of one stands beside the other's.
        "starts": [significant(median(start)) for start in us],
    }


def table(action: str, rows: dict[str, Any]) -> Table:
    """Return what an action costs, the cheapest strategy first."""
    title = f"{action.capitalize()}: microseconds of processor time"
    columns = ("", "µs", "95 %", "above the floor", "× floor", "SQL", "cache", "bytes", "answered")
    shown = empty_table(*columns, title=title, title_justify="left")
    for slug, row in sorted(rows.items(), key=lambda item: item[1]["us"]["mean"]):
        us = row["us"]
        shown.add_row(
            strategy_of(slug).title,
            told(us["mean"]),
            interval(us),
            told(row["above"]["mean"]),
            told(row["floor"]["mean"]),
            *(str(row[name]) for name in ("statements", "cache", "bytes_sent", "bytes_answered")),
        )
    return shown
