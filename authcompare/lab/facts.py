"""What each strategy's client holds, and what the server would lose: observed, not declared."""

import base64
import binascii
import zlib
from collections.abc import Iterator
from typing import Any

from django.core.cache import cache
from django.core.wsgi import get_wsgi_application

from .arena import CHEAP_HASHER, Arena, arena
from .credentials import Part, observe


def run(slug: str) -> Iterator[dict[str, Any]]:
    """Observe one strategy, as `lab.contest` asks, and yield one message with all of it."""
    with arena(slug, hashers=CHEAP_HASHER) as place:
        parts = observe(lambda: place.logged_in("alice"))
        yield {
            "parts": [described(part, place.id_of("alice")) for part in parts],
            "survives_restart": survives_restart(place),
        }


def described(part: Part, user_id: str) -> dict[str, Any]:
    """Return what may be told of a part, which is everything but its value."""
    return {
        "name": part.name,
        "ambient": part.ambient,
        "readable": part.readable,
        "same_site": part.same_site,
        "needed_for": list(part.needed_for),
        "says_who": says_who(part.value, user_id),
    }


def says_who(value: str, user_id: str) -> bool:
    """Tell whether anybody who sees the value can read the user's id in it, without any key."""
    segments = [value, *value.replace(":", ".").split(".")]
    return any(user_id in text for segment in segments for text in decoded(segment))


def decoded(segment: str) -> Iterator[str]:
    """Yield the readings of a segment: as it is, from base64url, and from that uncompressed."""
    yield segment
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except (ValueError, binascii.Error):
        return
    yield raw.decode(errors="replace")
    try:
        yield zlib.decompress(raw).decode(errors="replace")
    except zlib.error:
        return


def survives_restart(place: Arena) -> bool:
    """Tell whether a log-in outlives the memory of the server's process.

    The arena's cache is that memory: emptying it and making the application anew is a restart.
    """
    place.reset()
    alice = place.logged_in("alice")
    cache.clear()
    place.app = get_wsgi_application()
    return alice.is_in()
