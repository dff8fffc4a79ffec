"""What was measured, as tables: the pages and the README are made of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from . import results
from .figures import over_rounds, rounded, significant, told
from .grids import Grid, Line, Row
from .kinds import colours
from .strategies import CONTESTANTS, LEVERS, VARIANTS, WITH

TITLES = {s.slug: s.title for s in (*CONTESTANTS, *VARIANTS.values())}
# What the load generator saw: the figure's name, its title, the scale upwards, and if it is drawn.
LOAD = (
    ("per_second", "Requests per second", "linear", True),
    ("p99", "Milliseconds until 99 of 100 answers were there", "log", True),
    ("low", "Requests per second: where the 95 % interval begins", "linear", False),
    ("high", "Requests per second: where the 95 % interval ends", "linear", False),
    ("p50", "Milliseconds until half of the answers were there", "log", False),
    ("p95", "Milliseconds until 95 of 100 answers were there", "log", False),
    ("failures", "Requests that failed", "linear", False),
    ("busy", "Share of its core that the load generator took at most", "linear", False),
)
SPACE = (
    Line("rows", drawn=False),
    Line("bytes", "bytes"),
    Line("cache entries", drawn=False),
    Line("cache bytes", "bytes"),
)
# What grows.
GROWN_BY = "log-ins and refreshes"
TIME = ("log in", "read", "renew")
# The figures of a time that the page of growth shows.
TIMES = {
    "mean": "Microseconds of processor time",
    "low": "Microseconds: where the 95 % interval begins",
    "high": "Microseconds: where the 95 % interval ends",
}


def costs(action: str, run: str = "bench") -> list[dict[str, Any]]:
    """Return what an action costs each strategy, the cheapest first."""
    measured, modes = results.read(run)["actions"][action], colours()
    rows = [
        {"name": TITLES[slug], "mode": modes.get(slug, ""), **found}
        for slug, found in measured.items()
        if slug in TITLES
    ]
    return sorted(rows, key=lambda row: row["us"]["mean"])


def levers(run: str) -> list[dict[str, Any]]:
    """Return what each action costs one of ours, with and without what makes it fast.

    Only where it surely makes a difference: other actions are the same code twice.
    """
    rows = []
    for action, measured in results.read(run)["actions"].items():
        for without, slug in WITH.items():
            if slug not in measured or without not in measured:
                continue
            # Start by start, since a start of one has met the same minute as the other's.
            pairs = zip(measured[slug]["starts"], measured[without]["starts"], strict=False)
            share = rounded(over_rounds([with_it / alone for with_it, alone in pairs]))
            if differs(share):
                rows.append(lever(action, measured, slug, without) | {"share": share})
    return rows


def differs(share: Mapping[str, float | None]) -> bool:
    """Tell whether a factor is surely another than 1, or stands on one start alone."""
    low, high = share["low"], share["high"]
    return low is None or high is None or not low <= 1 <= high


def lever(action: str, measured: dict[str, Any], slug: str, without: str) -> dict[str, Any]:
    return {
        "name": TITLES[slug],
        "action": action,
        "without": LEVERS[without].about,
        "us": [measured[one]["us"]["mean"] for one in (slug, without)],
    }


def space(run: str) -> Grid:
    """Return what is there at each size; a row names all who leave the same behind."""
    measured = results.read(run)
    rows = [
        _row(
            slug,
            # A picture's scale is logarithmic and has no nought; a figure of the table may be one.
            [
                [(size[line.title] or None) if line.drawn else size[line.title] for size in sizes]
                for line in SPACE
            ],
            also=[TITLES[other] for other in found["same"] if other != slug],
        )
        for slug, found in measured["strategies"].items()
        for sizes in [found["sizes"]]
    ]
    return Grid("What is left behind", GROWN_BY, measured["counts"], SPACE, rows)


def times(run: str, figure: str = "mean") -> Grid:
    """Return what each action took at each size, of those who were measured and nobody else.

    Who leaves the same behind takes a time of his own. Only means are drawn.
    """
    measured = results.read(run)
    lines = [Line(action, drawn=figure == "mean") for action in TIME]
    rows = [
        _row(slug, [[_of(size[action], figure) for size in found["sizes"]] for action in TIME])
        for slug, found in measured["strategies"].items()
    ]
    return Grid(TIMES[figure], GROWN_BY, measured["counts"], lines, rows)


def _row(slug: str, figures: list[list[float | None]], also: Sequence[str] = ()) -> Row:
    return Row(TITLES[slug], colours().get(slug, ""), figures, also)


def _of(found: dict[str, float | None] | None, figure: str) -> float | None:
    return found[figure] if found else None


def cleaned(run: str = "growth") -> list[dict[str, Any]]:
    """Return what each strategy's own command took over the most log-ins, or why it has none."""
    rows = [(slug, row["clean_up"]) for slug, row in results.read(run)["strategies"].items()]
    return [
        {"name": TITLES[slug], **row, "refusals": None if row["seconds"] is None else refusals(row)}
        for slug, row in rows
    ]


def refusals(cleaned: dict[str, Any]) -> str:
    """Return how many log-ins beside a clean-up were refused: `1 of 4, after up to 20.1 s`."""
    count = f"{cleaned['refused']:,} of {cleaned['tried']:,}"
    longest = cleaned["longest_refusal"]
    return count if longest is None else f"{count}, after up to {told(significant(longest))} s"


def load(figure: str, title: str, scale: str, drawn: bool, *, run: str) -> Grid:
    """Return one of the figures in `LOAD`, a line for each number of server processes."""
    measured, modes = results.read(run), colours()
    strategies, users = measured["strategies"], measured["users"]
    processes = list(next(iter(strategies.values())))
    rows = [
        Row(
            name=TITLES[slug],
            mode=modes.get(slug, ""),
            figures=[[seen(found, n, count, figure) for count in users] for n in processes],
        )
        for slug, found in strategies.items()
    ]
    lines = [Line(f"{n} server process{'es' if n != '1' else ''}", drawn=drawn) for n in processes]
    return Grid(title, "people", users, lines, rows, ("log", scale))


def seen(by_processes: Any, processes: str, people: int, figure: str) -> float | None:
    """Return what the load generator saw of one strategy, or None where it saw nothing."""
    return by_processes.get(processes, {}).get(str(people), {}).get(figure)


def tabs() -> Grid:
    """Return a row for each way to treat a spent refresh token, naming all who treat it so."""
    measured = results.read("tabs")
    alike: dict[str, list[str]] = {}
    for slug, played in measured.items():
        alike.setdefault(str(played), []).append(slug)
    rows = [
        Row(
            name=TITLES[first],
            mode="tokens",  # Nobody else has a refresh token.
            figures=[[p[share] for p in measured[first]] for share in ("honest_out", "stopped")],
            also=[TITLES[slug] for slug in others],
        )
        for first, *others in alike.values()
    ]
    gaps = [played["gap"] for played in next(iter(measured.values()))]
    lines = (Line("honest tabs logged out", "share"), Line("thefts stopped", "share"))
    return Grid("Who is out in the end", "seconds apart", gaps, lines, rows, ("point", "linear"))
