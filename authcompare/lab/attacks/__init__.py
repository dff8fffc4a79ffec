"""The attacks: each a few lines over the arena, with its verdict and a control it must breach.

An attack knows no strategy: it uses the four verbs and what the client was seen to hold. Its
docstring says what the attacker does; that is also what the page says.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..arena import CHEAP_HASHER, Arena, arena
from ..evidence import Names, steps
from ..verdicts import Verdict

Play = Callable[[Arena], Verdict]


@dataclass(frozen=True)
class Attack:
    """One attack. `standards` are where it is described; `defence` is what stops it."""

    slug: str
    title: str
    group: str
    standards: tuple[str, ...]
    defence: str
    play: Play

    @property
    def story(self) -> str:
        """What the attacker does, in a few sentences."""
        return inspect.cleandoc(self.play.__doc__ or "")


ATTACKS: dict[str, Attack] = {}


def attack(title: str, *, standards: tuple[str, ...], defence: str) -> Callable[[Play], Play]:
    """Register a function as an attack; its module is its group, its name its slug."""

    def register(play: Play) -> Play:
        slug = play.__name__.replace("_", "-")
        group = play.__module__.rpartition(".")[2]
        ATTACKS[slug] = Attack(slug, title, group, standards, defence, play)
        return play

    return register


def load() -> dict[str, Attack]:
    """Return all attacks by slug, in the order of the groups' and the functions' definition."""
    from . import ending  # noqa: F401  (importing them registers them)

    return ATTACKS


def run(slug: str, attacks: list[str]) -> Iterator[dict[str, Any]]:
    """Play attacks on one strategy, as `lab.contest` asks; yield a message for each."""
    known = load()
    with arena(slug, hashers=CHEAP_HASHER) as place:
        for name in attacks:
            place.reset()
            names = Names(
                {place.id_of(who): f"‹id of {who}›" for who in ("alice", "bob", "carol", "mallory")}
            )
            verdict = known[name].play(place)
            yield {
                "attack": name,
                "verdict": verdict.word,
                "reason": verdict.reason,
                "steps": steps(place.exchanges, names),
            }
