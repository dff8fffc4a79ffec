"""Plays a task with every strategy, each in a process of its own, and collects what they say."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from .clock import Clock
from .strategies import environment
from .strategies.base import Strategy

Message = dict[str, Any]
Report = Callable[[Strategy, Message], None]

# The same in every run: a cache of the process's own, and the order of sets that become headers.
SAME = {"CACHE_URL": "locmem://", "CACHE_KEY_PREFIX": "lab", "PYTHONHASHSEED": "0"}


class Failed(Exception):  # noqa: N818  (it reads as what it says)
    """A strategy's process ended before its task was done."""


def database_server() -> str:
    """Return the URL of the site's database server, without a database."""
    site = settings.DATABASES["default"]
    return f"postgres://{site['USER']}:{site['PASSWORD']}@{site['HOST']}:{site['PORT']}"


@contextmanager
def throwaway_database(home: Path, slug: str) -> Iterator[str]:
    """Yield the URL of an empty database that is gone afterwards: a file, or one on the server."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{home}/{slug}.sqlite3"
        return
    server = database_server()
    name = f"lab_{slug.replace('-', '_')}_{secrets.token_hex(4)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{server}/{name}"
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            admin.execute(drop.format(sql.Identifier(name)))


@contextmanager
def home(*, moving: bool = True) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield a folder that is gone afterwards, and the environment of the processes that use it.

    The keys are made at the time at which they will sign: the play's, or where no clock is moved
    the real one.
    """
    with tempfile.TemporaryDirectory(prefix="authcompare-lab-") as folder:
        with Clock() if moving else nullcontext():
            environ = environment(Path(folder))
        yield Path(folder), environ


def start(
    strategy: Strategy, task: str, environ: dict[str, str], **options: Any
) -> subprocess.Popen[str]:
    """Start the process of a strategy, to which one can write and from which one reads."""
    command = [sys.executable, "-m", "authcompare.lab.worker", strategy.slug, task]
    return subprocess.Popen(  # noqa: S603  (our own program, with our own arguments)
        [*command, json.dumps(options)],
        env=os.environ | environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=settings.BASE_DIR,
    )


def play(
    task: str, strategies: Sequence[Strategy], report: Report, **options: Any
) -> dict[str, list[Message]]:
    """Run a task with each strategy, as many at once as there are cores; return all messages.

    `report` hears each message as it comes, from several threads. Raises `Failed` where a process
    broke. Whatever happens, Ctrl-C included, processes, files and databases are gone afterwards.
    """
    running: list[subprocess.Popen[str]] = []
    ended = Event()

    def one(strategy: Strategy) -> list[Message]:
        with throwaway_database(folder, strategy.slug) as url:
            own = SAME | {"DATABASE_URL": url}
            with start(strategy, task, environ | own, **options) as process:
                running.append(process)
                if ended.is_set():  # It was just starting when the others were killed.
                    process.kill()
                return list(_messages(process, strategy, report))

    with home() as (folder, environ), ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            done = {pool.submit(one, strategy): strategy.slug for strategy in strategies}
            found = {done[future]: future.result() for future in as_completed(done)}
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            ended.set()
            for process in running:
                process.kill()
            raise
    return {strategy.slug: found[strategy.slug] for strategy in strategies}


def _messages(
    process: subprocess.Popen[str], strategy: Strategy, report: Report
) -> Iterator[Message]:
    """Yield what a process says until it ends; its own errors are told when it fails."""
    with ThreadPoolExecutor(1) as reader:  # A full pipe of errors would stop the process.
        errors = reader.submit(process.stderr.read)  # type: ignore[union-attr]
        for line in process.stdout or ():
            message = json.loads(line)
            report(strategy, message)
            yield message
        if process.wait():
            raise Failed(f"{strategy.slug} broke:\n{errors.result()}")
