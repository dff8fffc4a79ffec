"""What more people, a second process and more rows do to strategies: what the claims compare.

Every figure has a 95 % interval, and what is made of figures has one as well, as wide as theirs
allow. So a claim can tell what is sure from what the next run may turn around.
"""

import math
import statistics
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self

from . import results
from .figures import over_rounds, significant, told

# Who answers less than this share of what he answered at his best has been slowed down.
SLOWED = 0.8


class Figure(NamedTuple):
    """What was measured: a mean, and where the true one is with 95 % confidence.

    After one round alone that may be anywhere.
    """

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, found: Mapping[str, Any], mean: str = "mean") -> Self:
        """Return a figure as results hold it."""
        low, high = found["low"], found["high"]
        if low is None or high is None:
            return cls(found[mean], -math.inf, math.inf)
        return cls(found[mean], low, high)

    def over(self, other: "Figure") -> "Figure":
        """Return how many times the other it is. Neither can be below nought."""
        high = self.high / other.low if other.low > 0 else math.inf
        return Figure(self.mean / other.mean, max(self.low, 0) / other.high, high)

    def __str__(self) -> str:
        """Return it as people write it: `1.2 (1.1–1.4)`."""
        ends = [told(significant(end)) for end in self[1:] if math.isfinite(end)]
        interval = "–".join(ends) if len(ends) == len(self[1:]) else "no interval"
        return f"{told(significant(self.mean))} ({interval})"


Row = list[Figure]


def middle(figures: Iterable[Figure]) -> Figure:
    """Return the median: it is between those of the lows and of the highs.

    Raises `statistics.StatisticsError` where nothing was measured.
    """
    measured = list(figures)
    return Figure(*(statistics.median(figure[part] for figure in measured) for part in range(3)))


def surely_most(by_kind: dict[str, Figure]) -> str:
    """Return whose figure is more than all others' for sure, or nothing if intervals meet."""
    first, *others = sorted(by_kind, key=lambda kind: by_kind[kind].low, reverse=True)
    return first if all(by_kind[first].low > by_kind[other].high for other in others) else ""


def surely_least(by_kind: dict[str, Figure]) -> str:
    """Return whose figure is less than all others' for sure, or nothing if intervals meet."""
    first, *others = sorted(by_kind, key=lambda kind: by_kind[kind].high)
    return first if all(by_kind[first].high < by_kind[other].low for other in others) else ""


def loads(slugs: list[str], processes: int = 1) -> dict[str, list[dict[str, Any]]]:
    """Return by strategy what the load generator saw, from the fewest people to the most.

    Who was not measured with all of them is left out.
    """
    found = results.read("load")
    people = [str(count) for count in found["users"]]
    seen = {slug: found["strategies"].get(slug, {}).get(str(processes), {}) for slug in slugs}
    return {
        slug: [by_people[count] for count in people]
        for slug, by_people in seen.items()
        if set(people) <= set(by_people)
    }


def rates(slugs: list[str]) -> dict[str, Row]:
    """Return the requests a second by strategy, from the fewest people to the most."""
    return {
        slug: [Figure.of(seen, "per_second") for seen in row] for slug, row in loads(slugs).items()
    }


def span(rows: Iterable[Row]) -> str:
    """Return the medians with the fewest people and with the most: `500 (480–520) to 620 (…)`."""
    firsts, *_, lasts = zip(*rows, strict=True)
    return f"{middle(firsts)} to {middle(lasts)}"


def waits(slugs: list[str]) -> str:
    """Return the milliseconds of the slowest of 100 answers as `span` does, without intervals.

    Few answers are as slow as these, so that nothing is known of how much they vary.
    """
    firsts, *_, lasts = zip(*loads(slugs).values(), strict=True)
    ends = (statistics.median(seen["p99"] for seen in end) for end in (firsts, lasts))
    return " to ".join(told(significant(ms)) for ms in ends)


def best(row: Row) -> Figure:
    return max(row, key=lambda figure: figure.mean)


def slowed(per_second: dict[str, Row]) -> list[str]:
    """Return who answers to the most people less than that share of his best for sure."""
    return [slug for slug, row in per_second.items() if row[-1].high < SLOWED * best(row).low]


def not_slowed(per_second: dict[str, Row]) -> list[str]:
    """Return who answers to the most people at least that share of anything else for sure."""
    return [
        slug
        for slug, row in per_second.items()
        if row[-1].low >= SLOWED * max(figure.high for figure in row[:-1])
    ]


def shares_a_core(processes: int) -> bool:
    """Tell whether people and one of so many server processes had to share a core."""
    return int(results.read("load")["machine"]["cores"]) < processes + 1


def by_second_process(slugs: list[str]) -> dict[str, Figure]:
    """Return how many times as much two processes answer to the most people as one."""
    one, two = (loads(slugs, processes) for processes in (1, 2))
    return {slug: times(two[slug][-1], one[slug][-1]) for slug in two if slug in one}


def times(seen: dict[str, Any], other: dict[str, Any]) -> Figure:
    """Return how many times the other's rate it is.

    A round of both has met the same minutes of the machine, so it is compared with its own.
    """
    pairs = zip(seen.get("rounds", ()), other.get("rounds", ()), strict=False)
    if factors := [rate / alone for rate, alone in pairs]:
        return Figure.of(over_rounds(factors))
    return Figure.of(seen, "per_second").over(Figure.of(other, "per_second"))


def by_rows(slugs: list[str]) -> dict[str, Figure]:
    """Return how many times as long a read takes among the most log-ins as among the fewest.

    Only of those that were timed, whoever leaves the same behind as they.
    """
    found = results.read("growth")["strategies"]
    reads = {
        slug: [size["read"] for size in found[slug]["sizes"]] for slug in slugs if slug in found
    }
    return {
        slug: Figure.of(row[-1]).over(Figure.of(row[0]))
        for slug, row in reads.items()
        if row[0] and row[-1]
    }


def prices(slugs: list[str]) -> dict[str, Figure]:
    """Return the microseconds by which a read is above the same view without authentication.

    Views of the REST framework take longer by themselves, which no way to authenticate is to blame
    for.
    """
    found = results.read("bench")["actions"]["read"]
    return {slug: Figure.of(found[slug]["above"]) for slug in slugs if slug in found}
