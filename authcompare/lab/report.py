"""The README's tables, made of the results: between two comments, so that nobody edits them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.template.defaultfilters import filesizeformat

from . import measured, results
from .attacks import load as load_attacks
from .durations import words
from .events import EVENTS
from .figures import interval, significant, told
from .strategies import CONTESTANTS

# An attack's outcomes by strategy.
Row = dict[str, dict[str, str]]

# How many people the README's table of many people is about, or as near to it as was measured.
MANY = 64
# What the README's table of clean-ups has of each.
CLEANED = ("seconds", "peak_mb", "left", "longest_wait")


def delays() -> str:
    """Return how long a copy of everything is good after each event: a row for each strategy."""
    measured = results.read("delays")
    header = ["a stolen copy dies after …", *(event.title.lower() for event in EVENTS)]
    rows = [
        [s.title, *(_delay(measured[s.slug].get(event.slug)) for event in EVENTS)]
        for s in CONTESTANTS
        if s.slug in measured
    ]
    return table(header, rows)


def _delay(found: dict[str, Any] | None) -> str:
    return words(found["renewed"]["refused_at"]) if found else "–"


def verdicts() -> str:
    """Return how many attacks were held and got through: a row for each strategy.

    Those by somebody who has the signing key already stand apart: who can sign is no stranger.
    """
    strangers, insiders = by_key(results.read("attacks"))
    rows = [
        [
            s.title,
            *(_count(strangers, s.slug, word) for word in ("held", "breached", "inapplicable")),
            _count(insiders, s.slug, "breached"),
        ]
        for s in CONTESTANTS
    ]
    header = [f"of {len(strangers)} attacks", "held", "breached", "nothing to attack"]
    return table([*header, f"breached, of {len(insiders)} with the signing key"], rows)


def by_key(played: dict[str, Row]) -> tuple[list[Row], list[Row]]:
    """Return the rows of the attacks without and of those with the server's signing key."""
    keyed = [slug for slug, attack in load_attacks().items() if attack.needs_key]
    return (
        [row for slug, row in played.items() if slug not in keyed],
        [row for slug, row in played.items() if slug in keyed],
    )


def _count(rows: list[Row], slug: str, word: str) -> str:
    return str(sum(row[slug]["verdict"] == word for row in rows))


def costs() -> str:
    """Return what reading and logging in cost each strategy, the cheapest reader first."""
    log_ins = {row["name"]: row for row in measured.costs("log in")}
    rows = [
        [read["name"], *_cost(read), *_cost(log_ins[read["name"]])]
        for read in measured.costs("read")
    ]
    columns = ("{}, µs", "95 %", "above none, µs", "SQL", "cache")
    header = [column.format(action) for action in ("read", "log in") for column in columns]
    return table(["processor time", *header], rows)


def _cost(row: dict[str, Any]) -> list[str]:
    us, above = row["us"], row["above"]
    asked = (str(row[name]) for name in ("statements", "cache"))
    return [told(us["mean"]), interval(us), told(above["mean"]), *asked]


def growth() -> str:
    """Return what the most log-ins left behind, and what came of it."""
    found = results.read("growth")
    strategies = found["strategies"].items()
    rows = [[measured.TITLES[slug], *_grown(row["sizes"][-1])] for slug, row in strategies]
    none = "; ".join(measured.TITLES[slug] for slug in found["still"])
    header = [f"{told(found['counts'][-1])} log-ins and refreshes", "rows", "size"]
    header += ["cache entries", "size", "read, µs", "log in, µs"]
    return table(header, [*rows, [none, "0", "0", "0", "0", "–", "–"]])


def _grown(size: dict[str, Any]) -> list[str]:
    rows, entries = (told(size[name]) for name in ("rows", "cache entries"))
    of_rows, of_entries = (_bytes(size[name]) for name in ("bytes", "cache bytes"))
    times = (told(size[action]["mean"]) for action in ("read", "log in"))
    return [rows, of_rows, entries, of_entries, *times]


def _bytes(count: int) -> str:
    return filesizeformat(count).replace("\xa0", " ") if count else "0"


def clean_up() -> str:
    """Return what deleting the most log-ins took, and what became of log-ins meanwhile."""
    rows = [
        [row["name"], *(_cleaned(row.get(name)) for name in CLEANED), row["refusals"] or "–"]
        for row in measured.cleaned()
    ]
    header = ["its own command for it", "seconds", "memory, MB", "rows left"]
    return table([*header, "longest log-in meanwhile, s", "log-ins refused"], rows)


def _cleaned(figure: float | None) -> str:
    if figure is None:
        return "–"
    return told(figure if isinstance(figure, int) else significant(figure))  # Rows are counted.


def load() -> str:
    """Return what one server process answers to many people, the most requests per second first."""
    found = results.read("load")
    people = min(found["users"], key=lambda count: abs(count - MANY))
    seen = {slug: row["1"].get(str(people)) for slug, row in found["strategies"].items()}
    figures = {measured.TITLES[slug]: row for slug, row in seen.items() if row}
    rows = [
        [title, told(row["per_second"]), interval(row), told(row["p50"]), told(row["p99"])]
        for title, row in sorted(figures.items(), key=lambda item: -item[1]["per_second"])
    ]
    header = [f"{people} people at once", "requests per second", "95 %", "p50, ms", "p99, ms"]
    return table(header, rows)


def tabs() -> str:
    """Return the shares of honest tabs logged out and of thefts stopped, by the gap in time."""
    grid = measured.tabs()
    rows = [
        [
            "; ".join([row.name, *row.also]),
            *(f"{out:.0%} / {stopped:.0%}" for out, stopped in zip(*row.figures, strict=True)),
        ]
        for row in grid.rows
    ]
    return table(["seconds apart", *(str(gap) for gap in grid.sizes)], rows)


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


TABLES: dict[str, Callable[[], str]] = {
    "delays": delays,
    "verdicts": verdicts,
    "costs": costs,
    "growth": growth,
    "clean-up": clean_up,
    "load": load,
    "tabs": tabs,
}


def filled(text: str) -> str:
    """Return a README's text with each table between its two comments as the results have it."""
    for name, make in TABLES.items():
        begin, end = f"<!-- lab:{name} -->\n", f"<!-- /lab:{name} -->"
        before, found, rest = text.partition(begin)
        if found:
            text = f"{before}{begin}{make()}{end}{rest.partition(end)[2]}"
    return text


def write(path: Path) -> bool:
    """Fill a README in; return whether anything in it changed."""
    text = path.read_text()
    path.write_text(filled(text))
    return filled(text) != text
