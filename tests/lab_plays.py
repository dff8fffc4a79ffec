"""Plays that only tests need, run by `lab.worker` in a strategy's own process."""

from collections.abc import Iterator
from typing import Any

from authcompare.lab.arena import CHEAP_HASHER, arena


def writes(slug: str) -> Iterator[dict[str, Any]]:
    """Yield Alice's name after she wrote another one."""
    with arena(slug, hashers=CHEAP_HASHER) as place:
        place.logged_in("alice").write("Somebody Else")
        yield {"name": place.user("alice").name}
