"""Durations in words, as tables show them."""

UNITS = ((24 * 60 * 60, "day"), (60 * 60, "hour"), (60, "minute"), (1, "second"))


def words(seconds: int | None) -> str:
    """Return a duration as one says it, "1 day 5 minutes": 0 is "at once", None "never"."""
    if seconds is None:
        return "never"
    if seconds == 0:
        return "at once"
    parts = []
    for size, unit in UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts)
