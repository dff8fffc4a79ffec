"""Moving windows that count attempts: in Redis for all processes, else in this process.

The library `limits` brings the windows, and the Redis side as one atomic script a step. Its memory
storage is replaced here: beside a `clear` its `hit` fails (KeyError, so an error 500 beside a
log-in), it never frees a key, and an attacker chooses the keys. Of the others that were tried
django-axes reads, checks and only then counts, so parallel guesses slip through; django-ratelimit
and the REST framework's throttles count in Django's cache, whose local memory forgets counters
when it is full, and none of them can tell a wrong password from a right one in time.
"""

import functools
import logging
import math
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from limits import RateLimitItem, WindowStats
from limits.storage import MovingWindowSupport, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# How often local memory looks for windows that are over, in seconds.
SWEEP_INTERVAL = 60
# How long Redis is left alone when it has not answered, in seconds.
REDIS_PAUSE = 5


class LocalStorage(Storage, MovingWindowSupport):
    """The moving windows of one process: each key's moments, oldest first, under one lock."""

    STORAGE_SCHEME = ["authcompare-local"]

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._moments: dict[str, list[float]] = {}
        self._over_at: dict[str, float] = {}
        self._sweep_at = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        return RuntimeError  # It raises nothing of its own.

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count so many attempts, unless more than `limit` would then be in the window."""
        now = time.time()
        with self._lock:
            self._sweep(now)
            moments = self._within(key, now - expiry)
            if len(moments) + amount > limit:
                return False
            self._moments[key] = moments + [now] * amount
            self._over_at[key] = now + expiry
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the window's oldest attempt was, and how many there are in it."""
        now = time.time()
        with self._lock:
            moments = self._within(key, now - expiry)
        return (moments[0] if moments else now), len(moments)

    def _within(self, key: str, since: float) -> list[float]:
        return [moment for moment in self._moments.get(key, []) if moment >= since]

    def _sweep(self, now: float) -> None:
        # Keys are made of what attackers send: none may stay for ever.
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_INTERVAL
            for key in [key for key, moment in self._over_at.items() if moment < now]:
                del self._moments[key], self._over_at[key]

    def clear(self, key: str) -> None:
        with self._lock:
            self._moments.pop(key, None)
            self._over_at.pop(key, None)

    def reset(self) -> int:
        with self._lock:
            count = len(self._moments)
            self._moments.clear()
            self._over_at.clear()
        return count

    def check(self) -> bool:
        return True

    # What only the library's other kinds of window ask for.

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError

    def get(self, key: str) -> int:
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError


LOCAL = MovingWindowRateLimiter(LocalStorage())


@functools.cache
def redis_windows(url: str, prefix: str) -> MovingWindowRateLimiter:
    """Return the windows that all processes share; making them asks Redis nothing."""
    options = settings.CACHES["default"]["OPTIONS"]
    return MovingWindowRateLimiter(RedisStorage(url, key_prefix=f"{prefix}:limits", **options))


class Windows:
    """The shared windows, with the process's own behind them for when Redis does not answer."""

    def __init__(self) -> None:
        self._redis_again_at = 0.0

    def ask(self, question: Callable[[MovingWindowRateLimiter], Answer]) -> Answer:
        """Put a question to Redis, or to this process's own windows.

        Without Redis each process counts for itself: the limits are then looser by the number of
        processes, but never open, and nobody meets an error 500.
        """
        if settings.SHARED_CACHE and time.monotonic() >= self._redis_again_at:
            cache = settings.CACHES["default"]
            try:
                return question(redis_windows(cache["LOCATION"], cache["KEY_PREFIX"]))
            except RedisError:
                self._redis_again_at = time.monotonic() + REDIS_PAUSE
                logger.warning("Redis does not answer: this process counts attempts by itself.")
        return question(LOCAL)

    def hit(self, item: RateLimitItem, key: str) -> bool:
        """Count an attempt; return False, and count nothing, where the window is full."""
        return self.ask(lambda windows: windows.hit(item, key))

    def is_open(self, item: RateLimitItem, key: str) -> bool:
        """Tell whether an attempt would be counted now."""
        return self.ask(lambda windows: windows.test(item, key))

    def seconds_left(self, item: RateLimitItem, key: str) -> int:
        """Return in how many seconds, at least one, a full window has room again."""
        stats: WindowStats = self.ask(lambda windows: windows.get_window_stats(item, key))
        # The oldest attempt counts to the very end of its time, and Redis rounds what it says.
        return max(math.ceil(stats.reset_time - time.time() + 0.001), 1)

    def clear(self, item: RateLimitItem, key: str) -> None:
        """Forget the attempts in a window."""
        self.ask(lambda windows: windows.clear(item, key))


windows = Windows()
