"""A way from a private network to a server that listens elsewhere: it passes on what it is sent.

Databases and caches mostly listen at their own machine's loopback address, which no other network
namespace can reach.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

Address = tuple[str, int]
CHUNK = 65_536


class Relay(ThreadingTCPServer):
    """Listens at `here` for whoever comes over a device, and connects each to the server `there`.

    Raises `OSError` where the device or the address does not exist.
    """

    allow_reuse_address = True

    def __init__(self, here: str, device: str, there: Address) -> None:
        super().__init__((here, 0), Connection, bind_and_activate=False)
        self.there = there
        self.connected: set[socket.socket] = set()
        try:
            # Whoever comes another way, from outside of this machine, must find nobody here.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
            self.server_bind()
            self.server_activate()
        except OSError:
            self.server_close()
            raise

    def hang_up(self) -> None:
        """End what is still connected, so that no thread waits for it."""
        for connection in tuple(self.connected):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet: whoever came sees that the connection ends, and says so."""


class Connection(BaseRequestHandler):
    """Passes on both ways until both have ended."""

    server: Relay

    def handle(self) -> None:
        with socket.create_connection(self.server.there) as there:
            both = {self.request, there}
            for end in both:  # Small questions and answers must not wait for more to send.
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.server.connected |= both
            back = Thread(target=pass_on, args=(there, self.request))
            back.start()
            pass_on(self.request, there)
            back.join()
            self.server.connected -= both


def pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Send to one what comes from the other until that one ends, and say that it has ended."""
    with suppress(OSError):
        while data := source.recv(CHUNK):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def relayed(here: str, device: str, there: Address) -> Iterator[Address]:
    """Run a relay until the end of the block, and yield the address at which it listens.

    Raises `OSError` where it cannot listen.
    """
    with Relay(here, device, there) as relay:
        thread = Thread(target=relay.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield relay.socket.getsockname()
        finally:
            relay.shutdown()
            thread.join()
            relay.hang_up()
