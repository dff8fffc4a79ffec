"""Measure what each strategy costs: processor time, beside the same view without authentication.

Strategies take turns, round by round. Ctrl-C ends it early and keeps what was measured. `--quick`
measures three rounds, which takes less than a minute; `--write` keeps the result for the pages.
"""

import random
from argparse import ArgumentParser
from typing import Any

from django.db import connection
from rich.console import Console
from rich.table import Table

from .. import results
from ..bench import ACTIONS, FLOOR_COUNT
from ..caches import site_cache_url
from ..ensemble import Player, ensemble
from ..figures import rounded, summary
from ..machine import machine
from ..strategies import CONTESTANTS, LEVERS, strategy_of
from .console import chosen, empty_table, progress, refuse_partial

KNOWN = {strategy.slug: strategy for strategy in CONTESTANTS} | LEVERS
ROUNDS, QUICK_ROUNDS = 25, 3

# By action and strategy, a figure for each round.
Measured = dict[str, dict[str, list[float]]]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--strategy",
        action="append",
        choices=list(KNOWN),
        metavar="SLUG",
        help="only this one",
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"how many, {ROUNDS} if not said"
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds")
    parser.add_argument("--write", action="store_true", help="keep the result for the pages")


def run(options: dict[str, Any], console: Console) -> int:
    """Verify, measure in turns, print the tables, and return the exit status."""
    refuse_partial(options)
    strategies = chosen(options["strategy"], KNOWN)
    rounds = QUICK_ROUNDS if options["quick"] else options["rounds"]
    times: Measured = {action: {} for action in ACTIONS}
    ratios: Measured = {action: {} for action in ACTIONS}
    with ensemble("authcompare.lab.bench.run", strategies, site_cache_url()) as players:
        facts = {player.strategy.slug: player.ask(action="verify") for player in players}
        try:
            measure(players, rounds, times, ratios)
        except KeyboardInterrupt:
            console.print("Interrupted: this is what was measured until then.")
    result = collected(times, ratios, facts)
    for action in ACTIONS:
        console.print(table(action, result["actions"][action]))
    if options["write"]:
        results.write(results.name_on("bench", connection.vendor), result)
    return 0


def measure(players: list[Player], rounds: int, times: Measured, ratios: Measured) -> None:
    """Fill in a figure for each round, action and strategy; a first round warms up."""
    turns = (rounds + 1) * len(ACTIONS) * len(players)
    with progress("Measuring", turns) as advance:
        for number in range(rounds + 1):
            for action in ACTIONS:
                # In another order each time, or each would always follow the same one.
                for player in random.sample(players, len(players)):
                    figure = one(player, action)
                    advance()
                    if number and figure:
                        slug = player.strategy.slug
                        times[action].setdefault(slug, []).append(figure[0])
                        ratios[action].setdefault(slug, []).append(figure[0] / figure[1])


def one(player: Player, action: str) -> tuple[float, float] | None:
    """Return microseconds of an action and of the floor beside it, or None for no such action."""
    before = player.ask(action="floor", count=FLOOR_COUNT)["us"]
    found = player.ask(action=action, count=ACTIONS[action])["us"]
    after = player.ask(action="floor", count=FLOOR_COUNT)["us"]
    return None if found is None else (found, (before + after) / 2)


def collected(times: Measured, ratios: Measured, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the result: for each action and strategy the time, the ratio and what else it does."""
    return {
        "machine": machine(),
        "actions": {
            action: {
                slug: {
                    "us": rounded(summary(times[action][slug])),
                    "floor": rounded(summary(ratios[action][slug])),
                    **facts[slug][action],
                }
                for slug in times[action]
            }
            for action in ACTIONS
        },
    }


def table(action: str, rows: dict[str, Any]) -> Table:
    """Return what an action costs, the cheapest strategy first."""
    title = f"{action.capitalize()}: microseconds of processor time"
    columns = ("", "µs", "95 %", "× floor", "SQL", "bytes sent", "answered")
    shown = empty_table(*columns, title=title, title_justify="left")
    for slug, row in sorted(rows.items(), key=lambda item: item[1]["us"]["median"]):
        us, floor = row["us"], row["floor"]
        shown.add_row(
            strategy_of(slug).title,
            f"{us['median']:g}",
            f"{us['low']:g}–{us['high']:g}",
            f"{floor['median']:g}",
            *(str(row[name]) for name in ("statements", "bytes_sent", "bytes_answered")),
        )
    return shown
