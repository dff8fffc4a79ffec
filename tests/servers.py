"""The site as deployed: gunicorn processes over the test database, each at its own port."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import connection

from authcompare.lab.gunicorn import gunicorn


def database_url() -> str:
    """Return the address of the database that this test uses."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    account = f"{database['USER']}:{database['PASSWORD']}"
    return f"postgres://{account}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


@contextmanager
def server(log: Path, workers: int = 1, options: Sequence[str] = ()) -> Iterator[int]:
    """Run gunicorn on the test database and yield its port."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "SIGNING_KEYS_FILE": str(settings.SIGNING_KEYS_FILE),
    }
    options = [*options, "--workers", str(workers), "--threads", "4"]
    with gunicorn("authcompare.wsgi", environment, log, options=options) as port:
        yield port


@contextmanager
def servers(count: int, log: Path) -> Iterator[list[int]]:
    """Run so many separate servers on one database and yield their ports."""
    with ExitStack() as stack:
        yield [stack.enter_context(server(log)) for _ in range(count)]


class Caller:
    """A client with one kept-alive connection to one server; use each in one thread."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()

    def __call__(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Send a request and return status and parsed JSON."""
        data = None if body is None else json.dumps(body)
        self.connection.request(
            method, path, data, {"Content-Type": "application/json", "Host": "localhost"} | headers
        )
        response = self.connection.getresponse()
        text = response.read()
        return response.status, json.loads(text) if text else {}
