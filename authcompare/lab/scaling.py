"""What more people, a second process and more rows do to strategies: what the claims compare."""

import statistics
from collections.abc import Iterable

from . import results
from .figures import significant, told
from .measured import seen

# Who answers less than this share of what he answered at his best has been slowed down.
SLOWED = 0.8
# A factor has to be so many times another before it counts as better: runs differ by less.
CLEARLY = 1.1


def middle(figures: Iterable[float]) -> float:
    """Return the median. Raises `statistics.StatisticsError` where nothing was measured."""
    return significant(statistics.median(figures))


def span(figures: Iterable[list[float]]) -> str:
    """Return the medians of the first and of the last figures: `500 to 620`."""
    firsts, *_, lasts = zip(*figures, strict=True)
    return f"{told(middle(firsts))} to {told(middle(lasts))}"


def by_people(slugs: list[str], figure: str, processes: int = 1) -> dict[str, list[float]]:
    """Return a figure of the load generator's by strategy, from the fewest people to the most.

    Who was not measured with all of them is left out.
    """
    found = results.read("load")
    people, strategies = found["users"], found["strategies"]
    rows = {}
    for slug in slugs:
        row = [seen(strategies.get(slug, {}), str(processes), n, figure) for n in people]
        rows[slug] = [value for value in row if value is not None]
    return {slug: row for slug, row in rows.items() if len(row) == len(people)}


def slowed(per_second: dict[str, list[float]]) -> list[str]:
    """Return who answers to the most people clearly less than at his best."""
    return [slug for slug, row in per_second.items() if row[-1] < SLOWED * max(row)]


def by_second_process(slugs: list[str]) -> float:
    """Return how many times as much two processes answer to the most people as one."""
    one, two = (by_people(slugs, "per_second", processes) for processes in (1, 2))
    return middle(two[slug][-1] / one[slug][-1] for slug in two if slug in one)


def by_rows(slugs: list[str]) -> float:
    """Return how many times as long a read takes among the most log-ins as among the fewest.

    Strategies that leave the same behind were measured once, those that leave nothing not at all.
    """
    found = results.read("growth")["strategies"].values()
    sizes = [row["sizes"] for row in found if set(row["same"]) & set(slugs)]
    return middle(size[-1]["read"] / size[0]["read"] for size in sizes)


def prices(slugs: list[str]) -> dict[str, float]:
    """Return the microseconds of a read by strategy."""
    found = results.read("bench")["actions"]["read"]
    return {slug: found[slug]["us"]["median"] for slug in slugs if slug in found}
