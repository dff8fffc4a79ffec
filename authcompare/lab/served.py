"""Serves one strategy for real: over a socket, from a throwaway database with the cast in it.

What the arena plays inside one process can be tried here with any client: a plain script, a
browser, a load generator.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings as site
from django.contrib.auth import get_user_model
from django.core.management import call_command

from .arena import CAST, email_of, enter_cast, set_up
from .certificate import self_signed
from .contest import Failed, Message, throwaway_database
from .gunicorn import gunicorn
from .strategies import PLAYING, environment, strategy_of
from .strategies.base import Strategy

# Names the file that says by how many seconds the server's clock is ahead.
CLOCK = "AUTHCOMPARE_LAB_CLOCK"
# Settings on top of the strategy's own, as JSON.
SETTINGS = "AUTHCOMPARE_LAB_SETTINGS"


@dataclass(frozen=True)
class Server:
    """A strategy's server. `ids` are those of the cast, by name; `environ` is what it runs in."""

    port: int
    ids: Mapping[str, str]
    environ: Mapping[str, str]

    def wait(self, **by: float) -> None:
        """Let time pass for the server, if it was served with a clock: `wait(days=31)`."""
        file = Path(self.environ[CLOCK])
        ahead = float(file.read_text()) + timedelta(**by).total_seconds()
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(str(ahead))
        unfinished.replace(file)  # A request that comes meanwhile reads one or the other.


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
) -> Iterator[Server]:
    """Serve a strategy until the end of the block; nothing is left behind, whatever happens.

    `clock` lets `Server.wait` move the server's time. `settings` (of what JSON can say) and
    `environ` (CACHE_URL, say) come on top of the strategy's own. Without `tls` the server takes
    the client for a proxy that has taken off the TLS, if it says so: `X-Forwarded-Proto: https`.
    Raises `Failed` or `NotServed` where the strategy does not run.
    """
    with tempfile.TemporaryDirectory(prefix="authcompare-lab-") as name:
        home = Path(name)
        with throwaway_database(home, strategy.slug) as url:
            variables = os.environ | environment(home)
            variables |= {"DATABASE_URL": url, "CACHE_URL": "locmem://", PLAYING: strategy.slug}
            variables |= {SETTINGS: json.dumps(dict(settings or {}))} | dict(environ or {})
            if clock:
                variables[CLOCK] = str(home / "clock")
                (home / "clock").write_text("0")
            ids = _prepared(strategy, variables)
            with gunicorn(
                "authcompare.lab.wsgi",
                variables,
                home / "log",
                workers=workers,
                threads=threads,
                certificate=self_signed(home) if tls else None,
            ) as port:
                yield Server(port, ids, variables)


def further_settings() -> dict[str, Any]:
    """Return the settings that this process was given on top of its strategy's."""
    return json.loads(os.environ[SETTINGS])


def _prepared(strategy: Strategy, environ: Mapping[str, str]) -> Message:
    """Make the tables and the cast in a process of their own; return the ids of the cast."""
    task = f"{__name__}.{prepare.__name__}"
    command = [sys.executable, "-m", "authcompare.lab.worker", strategy.slug, task, "{}"]
    done = subprocess.run(  # noqa: S603  (our own program, with our own arguments)
        command, cwd=site.BASE_DIR, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"{strategy.slug} broke:\n{done.stderr}")
    ids: Message = json.loads(done.stdout)
    return ids


def prepare(slug: str) -> Iterator[Message]:
    """Make the tables and the cast of a strategy, as `lab.worker` asks; yield the cast's ids."""
    set_up(strategy_of(slug), **further_settings())
    call_command("createcachetable")  # For a cache that is a table; there is nothing to do else.
    enter_cast()
    users = get_user_model().objects.in_bulk(field_name="email")
    yield {name: str(users[email_of(name)].pk) for name in CAST}
