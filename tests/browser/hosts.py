"""A browser for which the hosts of the play are this machine, and a server that is all of them."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

from tests.conftest import CHROMIUM

from .conftest import ARGUMENTS, TIMEOUT

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Playwright

ALLOWED, BLOCKED = 0, 1


@contextmanager
def browser(
    playwright: Playwright,
    folder: Path,
    hosts: Mapping[str, int],
    *,
    third_party_cookies: int = ALLOWED,
) -> Iterator[BrowserContext]:
    """Run a browser with a profile in `folder`; `hosts` has the ports that answer for the hosts.

    A setting of the browser's decides whether it has third-party cookies at all, and it is off by
    default in some: an attack must not seem to fail because of that.
    """
    preferences = {"profile": {"cookie_controls_mode": third_party_cookies}}
    (folder / "Default").mkdir()
    (folder / "Default" / "Preferences").write_text(json.dumps(preferences))
    rules = ", ".join(f"MAP {host} 127.0.0.1:{port}" for host, port in hosts.items())
    context = playwright.chromium.launch_persistent_context(
        folder,
        executable_path=CHROMIUM,
        args=[*ARGUMENTS, f"--host-resolver-rules={rules}"],
        ignore_https_errors=True,
    )
    context.set_default_timeout(TIMEOUT)
    yield context
    context.close()


class Echo(ThreadingHTTPServer):
    """`sent` has the cookies of each request to `…/echo`, as the bytes of the header."""

    sent: list[bytes]
    daemon_threads = True

    @property
    def port(self) -> int:
        return self.server_address[1]

    def handle_error(self, *_: Any) -> None:
        """Let a browser hang up whenever it likes."""


class Handler(BaseHTTPRequestHandler):
    """`/set?c=…` sets cookies, `…/echo` keeps what the browser sent, all else is an empty page."""

    server: Echo

    def do_GET(self) -> None:
        """Answer with a page of that host's."""
        address = urlsplit(self.path)
        if address.path.endswith("/echo"):
            self.server.sent.append(self.headers.get("Cookie", "").encode("latin-1"))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        for cookie in parse_qs(address.query).get("c", []):
            # A header is bytes; these are the cookie's in UTF-8, as Django sends it.
            self.send_header("Set-Cookie", cookie.encode().decode("latin-1"))
        self.end_headers()
        self.wfile.write(b"<title>A page</title>")

    do_POST = do_GET  # noqa: N815  (the standard library's name)

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


def address_that_sets(host: str, *cookies: str) -> str:
    """Return the address at a host that answers with these `Set-Cookie` headers."""
    return f"https://{host}/set?" + "&".join(f"c={quote(cookie)}" for cookie in cookies)


@contextmanager
def echo(certificate: Path) -> Iterator[Echo]:
    """Serve all hosts over TLS, in a thread, until the end of the block."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Echo(("127.0.0.1", 0), Handler) as server:
        server.sent = []
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
