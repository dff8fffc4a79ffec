"""Durations in words, as tables show them."""

UNITS = ((24 * 60 * 60, "day"), (60 * 60, "hour"), (60, "minute"), (1, "second"))


def words(seconds: int | None) -> str:
    """Return a duration in its largest whole unit: 0 is "at once", None "never"."""
    if seconds is None:
        return "never"
    if seconds == 0:
        return "at once"
    size, unit = next((size, unit) for size, unit in UNITS if seconds % size == 0)
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"
