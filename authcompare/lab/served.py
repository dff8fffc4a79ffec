"""Serves one strategy for real: over a socket, from a throwaway database with the cast in it.

What the arena plays inside one process can be tried here with any client: a plain script, a
browser, a load generator.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from .certificate import self_signed
from .contest import throwaway_database
from .gunicorn import gunicorn
from .network import HERE, Place
from .relay import Address
from .strategies import PLAYING, environment
from .strategies.base import Strategy

# Names the file that says by how many seconds the server's clock is ahead.
CLOCK = "AUTHCOMPARE_LAB_CLOCK"
# Names the file into which the server writes the ids of the cast.
IDS = "AUTHCOMPARE_LAB_IDS"
# Settings on top of the strategy's own, as JSON.
SETTINGS = "AUTHCOMPARE_LAB_SETTINGS"
# Where the servers are that a strategy's own server asks.
SERVERS = ("DATABASE_URL", "CACHE_URL")


def options(*, workers: int = 1, threads: int = 4) -> list[str]:
    """Return how gunicorn serves here; `--threads` lets connections live on between requests."""
    return ["--workers", str(workers), "--threads", str(threads)]


@dataclass(frozen=True)
class Server:
    """A strategy's server. `ids` are those of the cast, by name; `environ` is what it runs in."""

    port: int
    ids: Mapping[str, str]
    environ: Mapping[str, str]
    host: str = HERE.address

    @property
    def address(self) -> Address:
        """Return where it listens."""
        return self.host, self.port

    def wait(self, **by: float) -> None:
        """Let time pass for the server, if it was served with a clock: `wait(days=31)`."""
        file = Path(self.environ[CLOCK])
        ahead = float(file.read_text()) + timedelta(**by).total_seconds()
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(str(ahead))
        unfinished.replace(file)  # A request that comes meanwhile reads one or the other.


def started_clock(home: Path) -> dict[str, str]:
    """Write a clock that is not ahead yet, and return the variable that names its file."""
    file = home / "clock"
    file.write_text("0")
    return {CLOCK: str(file)}


@contextmanager
def served(
    strategy: Strategy,
    *,
    workers: int = 1,
    threads: int = 4,
    tls: bool = False,
    clock: bool = False,
    settings: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    place: Place = HERE,
) -> Iterator[Server]:
    """Serve a strategy until the end of the block; nothing is left behind, whatever happens.

    `clock` lets `Server.wait` move the server's time. `settings` (of what JSON can say) and
    `environ` (CACHE_URL, say) come on top of the strategy's own. Without `tls` the server takes
    the client for a proxy that has taken off the TLS, if it says so: `X-Forwarded-Proto: https`.
    `place` is where it runs, and from where it must reach database and cache.
    Raises `NotServed` where the strategy does not run.
    """
    with tempfile.TemporaryDirectory(prefix="authcompare-lab-") as name:
        home = Path(name)
        with throwaway_database(home, strategy.slug) as url:
            variables = os.environ | environment(home) | {"CACHE_URL": "locmem://"}
            variables |= {PLAYING: strategy.slug, "DATABASE_URL": url, IDS: str(home / "ids")}
            variables |= {SETTINGS: json.dumps(dict(settings or {}))} | dict(environ or {})
            variables |= {name: place.reach(variables[name]) for name in SERVERS}
            variables |= started_clock(home) if clock else {}
            with gunicorn(
                "authcompare.lab.wsgi",
                variables,
                home / "log",
                options=["--preload", *options(workers=workers, threads=threads)],
                certificate=self_signed(home) if tls else None,
                place=place,
            ) as port:
                ids = json.loads((home / "ids").read_text())
                yield Server(port, ids, variables, place.address)
