"""A play of the lab's script that several test modules look at: once a process and strategy."""

import functools
from typing import Any

from authcompare.lab import contest
from authcompare.lab.arena import CHEAP_HASHER
from authcompare.lab.strategies import STRATEGIES
from authcompare.lab.traces import collect

# One of each kind, which most tests can do with; the kept traces are held against all of them.
PLAYED = ("session", "jwt-denylist", "jwt-none", "django-db", "django-signed-cookies", "simplejwt")


@functools.cache
def messages(slug: str) -> list[contest.Message]:
    """Return what the process of a strategy said, its archive included."""
    played = contest.play(
        "authcompare.lab.traces.run",
        [STRATEGIES[slug]],
        lambda *_: None,
        with_har=True,
        hashers=CHEAP_HASHER,
    )
    return played[slug]


def trace_of(slug: str) -> dict[str, Any]:
    return collect(messages(slug))


def asked(slug: str, verb: str, *kinds: str) -> list[dict[str, Any]]:
    """Return what the server asked for in a step, in its order."""
    exchanges = step_of(slug, verb)["exchanges"]
    return [c for exchange in exchanges for c in exchange["commands"] if c["kind"] in kinds]


def step_of(slug: str, verb: str) -> dict[str, Any]:
    return next(step for step in trace_of(slug)["steps"] if step["verb"] == verb)
