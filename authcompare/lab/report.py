"""The README's tables, made of the results: between two comments, so that nobody edits them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import results
from .durations import words
from .events import EVENTS
from .strategies import CONTESTANTS


def delays() -> str:
    """Return how long a copy of everything is good after each event: a row for each strategy."""
    measured = results.read("delays")
    header = ["a stolen copy dies after …", *(event.title.lower() for event in EVENTS)]
    rows = [
        [s.title, *(_delay(measured[s.slug][event.slug]) for event in EVENTS)] for s in CONTESTANTS
    ]
    return table(header, rows)


def _delay(found: dict[str, Any]) -> str:
    return words(found["renewed"]["refused_at"])


def verdicts() -> str:
    """Return how many attacks were held and got through: a row for each strategy."""
    played = results.read("attacks").values()
    words_of = {s.slug: [row[s.slug]["verdict"] for row in played] for s in CONTESTANTS}
    counted = ("held", "breached", "inapplicable")
    rows = [
        [s.title, *(str(words_of[s.slug].count(word)) for word in counted)] for s in CONTESTANTS
    ]
    return table([f"of {len(played)} attacks", "held", "breached", "nothing to attack"], rows)


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


TABLES: dict[str, Callable[[], str]] = {"delays": delays, "verdicts": verdicts}


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
