"""Several tabs, one refresh token: who is logged out by mistake, and which thefts are stopped?

A policy that ends a log-in whenever a spent token is shown stops thieves, and honest people whose
tabs or lost answers show one too. The distance in time between the two uses decides, so that is
what is varied here, by moving the clock.
"""

from collections.abc import Iterator
from typing import Any

from .arena import CHEAP_HASHER, Arena, arena
from .visitor import Nothing, Visitor

# Seconds between the first and the last use of the one token.
GAPS = (0, 1, 5, 15, 30, 31, 60, 300)
TABS = 4
# Longer than any access token lives.
AFTER_ACCESS_SECONDS = 600
# How often owner and thief come back afterwards, each with what it holds by then.
ROUNDS = 2


def run(slug: str) -> Iterator[dict[str, Any]]:
    """Play every gap with one strategy, as `lab.contest` asks; yield a message for each."""
    with arena(slug, hashers=CHEAP_HASHER) as place:
        if isinstance(place.logged_in("alice").renew(), Nothing):
            return
        for gap in GAPS:
            yield {"gap": gap, "honest_out": honest_out(place, gap), "stopped": stopped(place, gap)}


def honest_out(place: Arena, gap: float) -> float:
    """Return the share of the owner's tabs that are logged out after each used the one token."""
    place.reset()
    alice = place.logged_in("alice")
    tabs = [alice.copy("alice") for _ in range(TABS)]
    for tab in tabs:
        tab.address = alice.address  # All of them are one browser's.
        tab.agent = alice.agent
        tab.renew()
        place.wait(seconds=gap / (TABS - 1))
    place.wait(seconds=AFTER_ACCESS_SECONDS)
    return sum(not tab.is_in() for tab in tabs) / TABS


def stopped(place: Arena, gap: float) -> float:
    """Return the share of thefts after which the thief is out: he was second, or he was first."""
    return sum(thief_is_out(place, gap, first=first) for first in (False, True)) / 2


def thief_is_out(place: Arena, gap: float, *, first: bool) -> bool:
    """Let owner and thief use the one token, then go on as clients do, and see where he is."""
    place.reset()
    alice = place.logged_in("alice")
    thief = alice.copy()
    users: list[Visitor] = [thief, alice] if first else [alice, thief]
    users[0].renew()
    place.wait(seconds=gap)
    users[1].renew()
    for _ in range(ROUNDS):
        for user in users:
            place.wait(seconds=AFTER_ACCESS_SECONDS)
            user.is_in()
    return not thief.is_in()
