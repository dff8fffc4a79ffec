"""A play of the lab's script that several test modules look at: it runs once in a process."""

import functools
from typing import Any

from authcompare.lab import contest
from authcompare.lab.arena import CHEAP_HASHER
from authcompare.lab.strategies import STRATEGIES
from authcompare.lab.traces import collect

# One of each kind, which is enough: what stands in the results was made with all of them.
PLAYED = ("session", "jwt-denylist", "jwt-none", "django-db", "django-signed-cookies", "simplejwt")


@functools.cache
def messages() -> dict[str, list[contest.Message]]:
    """Return what the processes of the strategies said, archives included."""
    return contest.play(
        "authcompare.lab.traces.run",
        [STRATEGIES[slug] for slug in PLAYED],
        lambda *_: None,
        with_har=True,
        hashers=CHEAP_HASHER,
    )


def trace_of(slug: str) -> dict[str, Any]:
    return collect(messages()[slug])


def asked(slug: str, verb: str, *kinds: str) -> list[dict[str, Any]]:
    """Return what the server asked for in a step, in its order."""
    exchanges = step_of(slug, verb)["exchanges"]
    return [c for exchange in exchanges for c in exchange["commands"] if c["kind"] in kinds]


def step_of(slug: str, verb: str) -> dict[str, Any]:
    return next(step for step in trace_of(slug)["steps"] if step["verb"] == verb)
