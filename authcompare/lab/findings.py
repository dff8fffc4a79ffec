"""What the runs say to a claim: a verdict, in how far, and the pages that show it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from .strategies import STRATEGIES

HOLDS, FAILS, UNKNOWN = "holds", "does not hold", "not measured yet"
# The intervals meet, so that another run of the same may say the opposite.
UNSURE = "no difference was measured that is sure"


@dataclass(frozen=True)
class Finding:
    """What the runs say: a verdict, in how far, and the pages that show the run.

    `measured` names the results whose figures another machine would not give.
    """

    verdict: str
    sentence: str
    runs: tuple[tuple[str, str], ...] = ()
    measured: tuple[str, ...] = ()


NOT_MEASURED = Finding(UNKNOWN, "The runs that would tell have not been made yet.")


def among(slugs: list[str], found: Collection[str]) -> list[str]:
    """Return those strategies of which something was found. Raises `ValueError` for none."""
    if played := [slug for slug in slugs if slug in found]:
        return played
    raise ValueError("None of them was played.")


def of(part: list[str], whole: list[str]) -> str:
    """Return a share in words: `2 of 5`."""
    return f"{len(part)} of {len(whole)}"


def graded(part: list[str], whole: list[str]) -> str:
    """Return the verdict on a sentence that came true for these strategies of all."""
    if len(part) in (0, len(whole)):
        return HOLDS if part else FAILS
    return f"holds for {of(part, whole)}"


def titles(slugs: list[str]) -> str:
    return "; ".join(STRATEGIES[slug].title for slug in slugs) or "none"


def when_measured(check: Callable[[], Finding]) -> Callable[[], Finding]:
    """Leave a finding open for as long as there is nothing to compute it from.

    That is no result at all, or none of one kind, of which there is no least and no median.
    """

    def finding() -> Finding:
        try:
            return check()
        except (FileNotFoundError, ValueError):
            return NOT_MEASURED

    return finding
