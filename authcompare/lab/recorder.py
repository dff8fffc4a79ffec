"""What a server does for one exchange: statements, cache commands, counters, processor time.

The two apps know nothing of it. It wraps the WSGI callable, listens to the database connection, and
puts itself before the methods that ask the cache, count attempts, hash passwords and sign. That
stays in the process of one strategy, which ends with the play: nothing is put back.
"""

import functools
import hmac
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import get_hashers
from django.core.cache import caches
from django.db import connections
from jwt.algorithms import get_default_algorithms

from authcompare.users import counters

from .wire import App

Watch = Callable[..., AbstractContextManager[Any]]

CACHE_COMMANDS = (
    *("get", "set", "add", "delete", "touch", "incr", "decr", "has_key", "clear"),
    *("get_many", "set_many", "delete_many", "get_or_set"),
)
COUNTER_COMMANDS = ("hit", "is_open", "seconds_left", "clear")
# Django names a savepoint after its thread, which is another one in each run.
SAVEPOINT_NAME = re.compile(r'"?s\d+_x\d+"?')


class Stopwatch:
    """Adds up the processor time of calls. What one of them calls in its turn counts once.

    It is the time of the whole process, since Argon2 hashes on threads of its own.
    """

    def __init__(self) -> None:
        self.times = 0
        self.ns = 0
        self._running = False

    @contextmanager
    def running(self) -> Iterator[bool]:
        """Measure a call; yield whether it is an outer one."""
        if self._running:
            yield False
            return
        self._running, started = True, time.process_time_ns()
        try:
            yield True
        finally:
            self.ns += time.process_time_ns() - started
            self.times += 1
            self._running = False

    @property
    def ms(self) -> float:
        return milliseconds(self.ns)


@dataclass(frozen=True)
class Command:
    """What the server asked for: `kind` is sql, cache or counter; SQL has its placeholders."""

    kind: str
    text: str
    ms: float


@dataclass
class Record:
    """All that the server did between a request and its answer. `ms` is by the wall clock."""

    commands: list[Command] = field(default_factory=list)
    cpu: Stopwatch = field(default_factory=Stopwatch)
    caching: Stopwatch = field(default_factory=Stopwatch)
    hashing: Stopwatch = field(default_factory=Stopwatch)
    signing: Stopwatch = field(default_factory=Stopwatch)
    ms: float = 0


class Recorder:
    """Keeps a record of each exchange: `arena(slug, wrap=recorder.wrap)`."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        # Between two exchanges it is one that nobody looks at.
        self._record = Record()

    def wrap(self, app: App) -> App:
        """Return the WSGI callable with the recorder around it. Django must be set up."""
        self._watch_the_rest()

        def recorded(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
            with self._recording():
                answer = app(environ, start_response)
                try:
                    return [b"".join(answer)]
                finally:
                    answer.close()  # type: ignore[attr-defined]

        return recorded

    @contextmanager
    def _recording(self) -> Iterator[None]:
        self._record = Record()
        started = time.perf_counter_ns()
        with connections["default"].execute_wrapper(self._execute), self._record.cpu.running():
            yield
        self._record.ms = milliseconds(time.perf_counter_ns() - started)
        self.records.append(self._record)
        self._record = Record()

    def _watch_the_rest(self) -> None:
        for name in ("commit", "rollback"):  # Django sends these past its cursors.
            _watch(
                connections["default"], name, functools.partial(self._asked, "sql", name.upper())
            )
        for name in CACHE_COMMANDS:
            _watch(type(caches["default"]), name, functools.partial(self._cache_asked, name))
        for name in COUNTER_COMMANDS:
            _watch(counters.Windows, name, functools.partial(self._counter_asked, name))
        for owner, name in hashing_methods():
            _watch(owner, name, functools.partial(self._time, "hashing"))
        for owner, name in signing_functions():
            _watch(owner, name, functools.partial(self._time, "signing"))

    @contextmanager
    def _asked(self, kind: str, text: str) -> Iterator[None]:
        started = time.perf_counter_ns()
        try:
            yield
        finally:
            ms = milliseconds(time.perf_counter_ns() - started)
            self._record.commands.append(Command(kind, text, ms))

    def _execute(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        with self._asked("sql", SAVEPOINT_NAME.sub("…", sql)):
            return execute(sql, params, many, context)

    @contextmanager
    def _cache_asked(
        self, name: str, cache: Any, key: Collection[str] = "", *args: Any, **kwargs: Any
    ) -> Iterator[None]:
        keys = key if isinstance(key, str) else " ".join(key)
        with (
            self._record.caching.running() as outer,
            self._asked("cache", f"{name} {keys}".strip()) if outer else nullcontext(),
        ):
            yield

    def _counter_asked(
        self, name: str, windows: Any, item: Any, key: str
    ) -> AbstractContextManager[None]:
        return self._asked("counter", f"{name} {key}: {item}")

    def _time(self, what: str, *args: Any, **kwargs: Any) -> AbstractContextManager[bool]:
        stopwatch: Stopwatch = getattr(self._record, what)
        return stopwatch.running()


def _watch(owner: Any, name: str, watch: Watch) -> None:
    """Have `watch`, which returns a context manager, around each call of a method or function."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def watched(*args: Any, **kwargs: Any) -> Any:
        with watch(*args, **kwargs):
            return original(*args, **kwargs)

    setattr(owner, name, watched)


def hashing_methods() -> Iterable[tuple[Any, str]]:
    """Return where this site's passwords are hashed."""
    return [(type(hasher), name) for hasher in get_hashers() for name in ("encode", "verify")]


def signing_functions() -> Iterator[tuple[Any, str]]:
    """Yield where something is signed or a signature verified.

    PyJWT's algorithms, and the HMAC under Django's signed values and session hashes.
    """
    yield hmac, "new"
    yield hmac, "digest"
    for kind in {type(algorithm) for algorithm in get_default_algorithms().values()}:
        yield from ((kind, name) for name in ("sign", "verify"))


def milliseconds(ns: int) -> float:
    """Return nanoseconds as milliseconds, to the microsecond."""
    return round(ns / 1e6, 3)
