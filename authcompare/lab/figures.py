"""What a series of measurements comes to: the median, its spread, and how sure it is."""

import math
import statistics
from collections.abc import Sequence


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


def rounded(figures: dict[str, float], digits: int = 3) -> dict[str, float]:
    """Return the figures with so many significant digits: more would claim too much."""
    return {name: significant(value, digits) for name, value in figures.items()}


def significant(value: float, digits: int = 3) -> float:
    if not value:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def told(value: float) -> str:
    """Return a figure as people write it: `1,230`, `0.5`."""
    return f"{value:,.10g}"
