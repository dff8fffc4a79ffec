"""The cache of a play: a process's own memory, or keys of its own on a server that others use."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache

OWN_MEMORY = "locmem://"
# How many keys of Redis are looked at in one step.
SCAN = 5000
LOCAL_MEMORY = "django.core.cache.backends.locmem.LocMemCache"


def site_cache_url() -> str:
    """Return the cache that the site has: a server's, or the process's own memory."""
    return settings.CACHES["default"]["LOCATION"] if settings.SHARED_CACHE else OWN_MEMORY


def roomy() -> dict[str, Any]:
    """Return the settings by which a process's own memory has room for every session.

    Django's default keeps 300 entries: of more people some would be logged out while measured.
    """
    memory = {"BACKEND": LOCAL_MEMORY, "OPTIONS": {"MAX_ENTRIES": 100_000}}
    return {} if settings.SHARED_CACHE else {"CACHES": {"default": memory}}


@contextmanager
def throwaway_cache(url: str) -> Iterator[dict[str, str]]:
    """Yield the environment of processes that share a cache; nothing is left of it afterwards."""
    prefix = f"lab-{secrets.token_hex(4)}"
    try:
        yield {"CACHE_URL": url, "CACHE_KEY_PREFIX": prefix}
    finally:
        if url != OWN_MEMORY:
            delete_keys(url, prefix)


def is_on_server() -> bool:
    """Tell whether this process's cache is a server's, whichever strategy it plays."""
    return "redis" in settings.CACHES["default"]["BACKEND"]


def empty_cache() -> None:
    """Empty this process's cache; on a server only what is under its own prefix."""
    site = settings.CACHES["default"]
    if is_on_server():
        delete_keys(site["LOCATION"], site["KEY_PREFIX"])  # Django's `clear` would empty it whole.
    else:
        cache.clear()


def delete_keys(url: str, prefix: str) -> None:
    """Delete what is under a prefix in Redis."""
    with redis.Redis.from_url(url) as server:
        cursor = None
        while cursor != 0:  # There may be millions: a command for each would take minutes.
            cursor, found = server.scan(cursor or 0, f"{prefix}:*", SCAN)
            if found:
                server.unlink(*found)
