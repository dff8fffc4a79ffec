"""What a series of measurements comes to: the median, its spread, and how sure it is."""

import math
import statistics
from collections.abc import Mapping, Sequence


def summary(values: Sequence[float]) -> dict[str, float]:
    """Return median, quartiles, and the 95 % confidence interval of the median.

    The interval is by order statistics (binomial, normal approximation): it assumes nothing of the
    distribution, which on a busy machine is never normal.
    """
    ordered, count = sorted(values), len(values)
    reach = 1.96 * math.sqrt(count) / 2
    low = max(math.floor(count / 2 - reach), 0)
    high = min(math.ceil(count / 2 + reach), count - 1)
    quartiles = statistics.quantiles(ordered, n=4) if count > 1 else [ordered[0]] * 3
    return {
        "median": statistics.median(ordered),
        "q1": quartiles[0],
        "q3": quartiles[2],
        "low": ordered[low],
        "high": ordered[high],
    }


# Student's t, 95 % two-sided, for one degree of freedom, two, three and so on.
T_95 = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)


def over_rounds(values: Sequence[float]) -> dict[str, float | None]:
    """Return the geometric mean of one figure a round, and the mean's 95 % confidence interval.

    For few rounds, where order statistics say nothing: by Student's t over the logarithms, since
    what disturbs a machine disturbs it by a factor. One round alone has no interval.
    """
    logs = [math.log(value) for value in values]
    mean = statistics.fmean(logs)
    freedom = len(logs) - 1
    if not freedom:
        return {"mean": math.exp(mean), "low": None, "high": None}
    t = T_95[min(freedom, len(T_95)) - 1]
    reach = t * statistics.stdev(logs) / math.sqrt(len(logs))
    return {"mean": math.exp(mean), "low": math.exp(mean - reach), "high": math.exp(mean + reach)}


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
