"""Mallory's own server on the loopback interface, which notes who fetches what."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread


@dataclass
class Listener:
    """Where the server is, and which of its documents were asked for."""

    origin: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def listening(documents: Mapping[str, bytes]) -> Iterator[Listener]:
    """Serve documents by their paths as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listener.asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(documents.get(self.path, b""))

        def log_message(self, *args: object) -> None:
            """Keep quiet: what is asked for is noted, not printed."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        listener = Listener(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()
