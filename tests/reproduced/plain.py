"""A client of plain HTTP, and a look into the server's database from outside."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import psycopg

from authcompare.lab.served import Server

HOST = "www.site.example"
# The server has a proxy before it that speaks TLS, as sites have; this is what it adds.
BEHIND_TLS = {"Host": HOST, "X-Forwarded-Proto": "https"}
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Message
    text: str

    def json(self) -> Any:
        return json.loads(self.text)

    def cookie(self, name: str) -> str:
        """Return the value of a cookie that the answer sets."""
        cookies = (line.partition(";")[0] for line in self.headers.get_all("Set-Cookie", []))
        return dict(cookie.split("=", 1) for cookie in cookies)[name]


class Site:
    """One served strategy as a script sees it."""

    def __init__(self, server: Server) -> None:
        """Talk to this server; `ids` are the users' by name."""
        self.port, self.ids, self.wait = server.port, server.ids, server.wait
        self.secret: str = server.environ["SECRET_KEY"]
        self._database = server.environ["DATABASE_URL"]

    def connect(self, source: str = LOOPBACK) -> HTTPConnection:
        """Return a connection from an address; all of 127.0.0.0/8 are this machine's."""
        return HTTPConnection(LOOPBACK, self.port, timeout=60, source_address=(source, 0))

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, "", headers)

    def post_form(
        self, path: str, fields: Mapping[str, str], *, source: str = LOOPBACK, **headers: str
    ) -> Answer:
        """Send fields as an HTML form of the site's own does."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{HOST}"}
        return self.send("POST", path, urlencode(fields), kind | headers, source)

    def post_json(self, path: str, *, source: str = LOOPBACK, **members: str) -> Answer:
        kind = {"Content-Type": "application/json"}
        return self.send("POST", path, json.dumps(members), kind, source)

    def send(
        self, method: str, path: str, body: str, headers: Mapping[str, str], source: str = LOOPBACK
    ) -> Answer:
        """Send one request over a connection of its own and return the answer."""
        with closing(self.connect(source)) as connection:
            connection.request(method, path, body, BEHIND_TLS | headers)
            return received(connection)

    def sql(self, statement: str, *values: str) -> list[Any]:
        """Run a statement on the server's database, as its operator or a thief of it can."""
        if self._database.startswith("sqlite:///"):
            file = self._database.removeprefix("sqlite:///")
            with closing(sqlite3.connect(file, timeout=20)) as database, database:
                return database.execute(statement, values).fetchall()
        with psycopg.connect(self._database) as database:
            cursor = database.execute(statement.replace("?", "%s"), values)
            return cursor.fetchall() if cursor.description else []


def received(connection: HTTPConnection) -> Answer:
    """Read the answer to what was sent on a connection."""
    answer = connection.getresponse()
    return Answer(answer.status, answer.headers, answer.read().decode())
