"""Compare two runs of one measurement: do their intervals meet? `lab agree BEFORE.json AFTER.json`.

Each is a file that `lab bench --write`, `load` or `signatures` has written. Of two sure 95 %
intervals for one figure hardly one in a hundred pairs does not meet. Exit status 1 where more than
one in twenty does not.
"""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from rich.console import Console
from rich.table import Table

from .console import empty_table

# So many of a hundred intervals must meet.
ENOUGH = 95

# The names that lead to a figure, and its interval.
Names = tuple[str, ...]
Interval = tuple[float, float]


def add_arguments(parser: ArgumentParser) -> None:
    for name in ("before", "after"):
        parser.add_argument(name, type=Path, metavar=f"{name.upper()}.json")


def run(options: dict[str, Any], console: Console) -> int:
    """Print what differs and how many intervals meet, and return the exit status."""
    before, after = (read(options[name]) for name in ("before", "after"))
    for fact in sorted(before["machine"].keys() & after["machine"].keys()):
        if before["machine"][fact] != after["machine"][fact]:
            console.print(f"{fact}: {before['machine'][fact]} / {after['machine'][fact]}")
    of_before, of_after = dict(intervals(before)), dict(intervals(after))
    both = [path for path in of_before if path in of_after]
    if not both:
        raise CommandError("The two runs have no figure with an interval in common.")
    apart = [path for path in both if not meet(of_before[path], of_after[path])]
    if apart:
        console.print(table(apart, of_before, of_after))
    missed = Counter(map(kind_of, apart))
    for kind, count in Counter(map(kind_of, both)).items():
        console.print(f"{kind}: {count - missed[kind]} of {count} intervals meet.")
    return 0 if 100 * (len(both) - len(apart)) >= ENOUGH * len(both) else 1


def read(file: Path) -> dict[str, Any]:
    """Return a run's result. Raises `CommandError` for a file that is none."""
    try:
        result = json.loads(file.read_text())
        return {"machine": result.pop("machine"), "figures": result}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CommandError(f"{file} is no result of a measurement: {error!r}") from error


def intervals(result: Any, path: Names = ()) -> Iterator[tuple[Names, Interval]]:
    """Yield each interval in a result."""
    if not isinstance(result, dict):
        return
    if result.get("low") is not None and result.get("high") is not None:
        yield path, (result["low"], result["high"])
    for name, part in result.items():
        yield from intervals(part, (*path, name))


def meet(one: Interval, other: Interval) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def kind_of(path: Names) -> str:
    """Return what a figure is: a load's have the number of people in the place of a name."""
    return "per second" if path[-1].isdigit() else path[-1]


def table(apart: list[Names], before: dict[Names, Interval], after: dict[Names, Interval]) -> Table:
    """Return a row for each figure whose two intervals do not meet."""
    shown = empty_table("do not meet", "before", "after")
    for path in apart:
        both = (before[path], after[path])
        shown.add_row(" · ".join(path[1:]), *(f"{low:g}–{high:g}" for low, high in both))
    return shown
