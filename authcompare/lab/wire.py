"""Requests and answers as they are on the wire, and the call that turns one into the other.

The server is a WSGI callable (PEP 3333), so what is played here runs the middleware, the views and
the database for real, and only the socket is left out.
"""

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

# The places of the play. Two hosts of one site, and another site (RFC 2606 names).
SITE = "site.example"
HOST = f"www.{SITE}"
SIBLING = f"blog.{SITE}"
STRANGER = "mallory.example"
ORIGIN = f"https://{HOST}"

Headers = tuple[tuple[str, str], ...]
App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def header(headers: Headers, name: str) -> str:
    """Return the first header with this name, or an empty text."""
    return next((value for key, value in headers if key.lower() == name.lower()), "")


@dataclass(frozen=True)
class Request:
    """What a client sends. `path` has the query; `headers` are as sent, two of a name included."""

    method: str
    path: str
    headers: Headers = ()
    body: bytes = b""

    def head(self) -> str:
        """Return the request line and the headers as HTTP/1.1 has them (RFC 9112 2.1)."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {HOST}"]
        return "".join(f"{line}\r\n" for line in [*lines, *(f"{k}: {v}" for k, v in self.headers)])

    def size(self) -> int:
        """Return how many bytes go to the server."""
        return len(self.head()) + 2 + len(self.body)


@dataclass(frozen=True)
class Response:
    """What the server answers; `Set-Cookie` may be there several times."""

    status: int
    reason: str
    headers: Headers
    body: bytes

    def get(self, name: str) -> str:
        """Return the first header with this name, or an empty text."""
        return header(self.headers, name)

    def all(self, name: str) -> list[str]:
        """Return the values of all headers with this name, in their order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def ok(self) -> bool:
        """Tell whether the server did what it was asked for (2xx)."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> dict[str, Any]:
        """Return the JSON object in the body; what is none is an empty one."""
        try:
            data = json.loads(self.body)
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}

    def head(self) -> str:
        """Return the status line and the headers as HTTP/1.1 has them."""
        lines = [f"HTTP/1.1 {self.status} {self.reason}", *(f"{k}: {v}" for k, v in self.headers)]
        return "".join(f"{line}\r\n" for line in lines)

    def size(self) -> int:
        """Return how many bytes come from the server."""
        return len(self.head()) + 2 + len(self.body)


def form(method: str, path: str, fields: dict[str, str], headers: Headers = ()) -> Request:
    """Return a request as an HTML form or a script with form fields sends it."""
    return Request(method, path, (("Content-Type", FORM), *headers), urlencode(fields).encode())


def json_request(method: str, path: str, data: Any, headers: Headers = ()) -> Request:
    """Return a request with a JSON body."""
    body = json.dumps(data).encode()
    return Request(method, path, (("Content-Type", JSON), *headers), body)


def environ_of(request: Request, address: str) -> dict[str, Any]:
    """Return the WSGI environment of a request from an IP address, as gunicorn makes it."""
    path, _, query = request.path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": HOST,
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": address,
        "HTTP_HOST": HOST,
        "CONTENT_LENGTH": str(len(request.body)) if request.body else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        joiner = "; " if key == "HTTP_COOKIE" else ","
        text = value.encode().decode("latin-1")  # PEP 3333: bytes, dressed as text.
        environ[key] = f"{environ[key]}{joiner}{text}" if environ.get(key) else text
    return environ


def call(app: App, request: Request, address: str) -> Response:
    """Send a request to a WSGI callable and return its answer, read to the end."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        started.append((status, headers))

    answer = app(environ_of(request, address), start_response)
    try:
        body = b"".join(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()
    status, headers = started[-1]
    code, _, reason = status.partition(" ")
    # White space around a value is none of it (RFC 9110 5.5); Django puts one before a cookie.
    stripped = tuple((name, value.strip(" \t")) for name, value in headers)
    return Response(int(code), reason, stripped, body)
