"""The attacks: each a few lines over the arena, with its verdict and a control it must breach.

An attack knows no strategy: it uses the four verbs and what the client was seen to hold. Its
docstring says what the attacker does; that is also what the page says.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..arena import CAST, CHEAP_HASHER, Arena, arena
from ..evidence import Names, steps
from ..verdicts import Verdict
from ..visitor import Visitor

# Longer than any access token lives here.
MINUTES = 10
# A long play is shown by its first and its last exchanges.
SHOWN_FIRST, SHOWN_LAST = 8, 6

# The groups of attacks by somebody who has the server's signing key already.
WITH_THE_KEY = ("trust",)

Play = Callable[[Arena], Verdict]


@dataclass(frozen=True)
class Attack:
    """One attack. `standards` are where it is described; `defence` is what stops it.

    One that `races` has several requests on their way at once: the verdict is the same in every
    run, the order of what was answered is not.
    """

    slug: str
    title: str
    group: str
    standards: tuple[str, ...]
    defence: str
    play: Play
    races: bool = False

    @property
    def story(self) -> str:
        """What the attacker does, in a few sentences."""
        return inspect.cleandoc(self.play.__doc__ or "")

    @property
    def needs_key(self) -> bool:
        """Tell whether the attacker must have the server's signing key already."""
        return self.group in WITH_THE_KEY


ATTACKS: dict[str, Attack] = {}


def attack(
    title: str, *, standards: tuple[str, ...], defence: str, races: bool = False
) -> Callable[[Play], Play]:
    """Register a function as an attack; its module is its group, its name its slug."""

    def register(play: Play) -> Play:
        slug = play.__name__.replace("_", "-")
        group = play.__module__.rpartition(".")[2]
        ATTACKS[slug] = Attack(slug, title, group, standards, defence, play, races)
        return play

    return register


def how_long(arena: Arena, thief: Visitor) -> str:
    """Return in a sentence whether a thief's copy is more than a few minutes' nuisance."""
    arena.wait(minutes=MINUTES)
    if thief.is_in():
        return f"{MINUTES} minutes later it still is."
    return f"It cannot be renewed, and {MINUTES} minutes later it is dead."


def load() -> dict[str, Attack]:
    """Return all attacks by slug, in the order of the groups' and the functions' definition."""
    from . import (  # noqa: F401  (importing them registers them)
        crossing,
        ending,
        fixation,
        forgery,
        guessing,
        misuse,
        rotation,
        theft,
        trust,
    )

    return ATTACKS


def run(slug: str, attacks: list[str]) -> Iterator[dict[str, Any]]:
    """Play attacks on one strategy, as `lab.contest` asks; yield a message for each."""
    known = load()
    with arena(slug, hashers=CHEAP_HASHER) as place:
        for name in attacks:
            place.reset()
            names = Names({place.id_of(who): f"‹id of {who}›" for who in CAST})
            verdict = known[name].play(place)
            shown = steps(place.exchanges, names)
            yield {
                "attack": name,
                "verdict": verdict.word,
                "reason": verdict.reason,
                "left_out": max(len(shown) - SHOWN_FIRST - SHOWN_LAST, 0),
                "steps": shortened(shown),
            }


def shortened(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the first and the last steps of a long play, all of a short one."""
    if len(shown) <= SHOWN_FIRST + SHOWN_LAST:
        return shown
    return shown[:SHOWN_FIRST] + shown[-SHOWN_LAST:]
