"""What one log-in or one refresh leaves in the cache, a million times over: see `lab.multiply`."""

import secrets
from dataclasses import dataclass
from itertools import islice
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache

from .caches import is_on_server

CHUNK = 5000
# A session's key at the end of a cache key, of which each copy needs another.
SECRET_LENGTH = 32
# Of so many entries Redis is asked how large they are.
SAMPLE = 200


def keys() -> set[str]:
    """Return the keys of all entries of this process's cache, as its users know them."""
    own = cache.make_key("")
    return {key.removeprefix(own) for key in raw_keys() if key.startswith(own)}


def raw_keys() -> list[str]:
    if is_on_server():
        with server() as redis_server:
            pattern = f"{settings.CACHES['default']['KEY_PREFIX']}:*"
            return [key.decode() for key in redis_server.scan_iter(pattern, count=10_000)]
    return list(cache._cache)  # type: ignore[attr-defined]  # Local memory has no way to list them.


def server() -> redis.Redis:
    return redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])


@dataclass
class Entries:
    """The entries that something added: each is a pattern."""

    patterns: dict[str, Any]

    def write(self, count: int) -> None:
        """Write so many copies of each, under new keys of the same length."""
        for key, value in self.patterns.items():
            for start in range(0, count, CHUNK):
                size = min(CHUNK, count - start)
                names = (key[:-SECRET_LENGTH] + secrets.token_hex(16) for _ in range(size))
                copies = dict.fromkeys(names, value)
                cache.set_many(copies, timeout=settings.SESSION_COOKIE_AGE)


def entries_added_since(before: set[str]) -> Entries:
    """Return the entries that were not there before."""
    return Entries(cache.get_many(sorted(keys() - before)))


def cache_size() -> dict[str, int]:
    """Return how many entries the cache holds, and the bytes of memory that they take."""
    found = raw_keys()
    if not is_on_server():
        held = cache._cache.items()  # type: ignore[attr-defined]
        return {"cache entries": len(found), "cache bytes": sum(len(k) + len(v) for k, v in held)}
    with server() as redis_server:
        some = [redis_server.memory_usage(key) or 0 for key in islice(found, SAMPLE)]
    each = sum(some) / len(some) if some else 0
    return {"cache entries": len(found), "cache bytes": round(each * len(found))}
