"""What measurements come to: a mean, how sure it is, and how far single ones spread."""

import math
import statistics
from collections.abc import Mapping, Sequence

# Student's t, 95 % two-sided, for one degree of freedom, two, three and so on. For more than these
# the last is a little too much, so that an interval rather promises too little.
T_95 = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)


def over_rounds(values: Sequence[float]) -> dict[str, float | None]:
    """Return the mean of one figure a round, and the mean's 95 % confidence interval.

    By Student's t, as rounds are few. What was measured within a round has met the same process and
    the same moments of the machine, so only the rounds are witnesses of their own. One alone has no
    interval.
    """
    mean, freedom = statistics.fmean(values), len(values) - 1
    if not freedom:
        return {"mean": mean, "low": None, "high": None}
    t = T_95[min(freedom, len(T_95)) - 1]
    reach = t * statistics.stdev(values) / math.sqrt(len(values))
    return {"mean": mean, "low": mean - reach, "high": mean + reach}


def over_starts(starts: Sequence[Sequence[float]]) -> dict[str, float | None]:
    """Return the mean of the starts' medians with its interval, and the quartiles of everything.

    A start of the processes is one witness: memory is laid out anew, and a minute has passed.
    """
    everything = [value for start in starts for value in start]
    single = len(everything) == 1
    quartiles = everything * 3 if single else statistics.quantiles(everything, n=4)
    mean = over_rounds([statistics.median(start) for start in starts])
    return mean | {"q1": quartiles[0], "q3": quartiles[2]}


def rounded(figures: Mapping[str, float | None], digits: int = 3) -> dict[str, float | None]:
    """Return the figures with so many significant digits: more would claim too much."""
    return {
        name: None if value is None else significant(value, digits)
        for name, value in figures.items()
    }


def significant(value: float, digits: int = 3) -> float:
    if not value:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def told(value: float) -> str:
    """Return a figure as people write it: `1,230`, `0.5`."""
    return f"{value:,.10g}"


def interval(figures: Mapping[str, float | None]) -> str:
    """Return where the mean is with 95 % confidence: `300–320`, or `–` after one round."""
    low, high = figures["low"], figures["high"]
    return "–" if low is None or high is None else f"{told(low)}–{told(high)}"
