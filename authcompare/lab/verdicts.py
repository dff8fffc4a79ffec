"""What comes of an attack: it was held off, it got through, or there was nothing to attack."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Verdict:
    """The outcome for one strategy, with its reason in a sentence that is the same in every run."""

    reason: str
    word: ClassVar[str]


class Held(Verdict):
    """The attacker got nothing."""

    word = "held"


class Breached(Verdict):
    """The attacker got through."""

    word = "breached"


class Inapplicable(Verdict):
    """The strategy has no such thing to attack."""

    word = "inapplicable"


WORDS = tuple(kind.word for kind in (Held, Breached, Inapplicable))
