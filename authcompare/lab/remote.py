"""A visitor of real servers: requests over sockets, each to the server that it is at."""

from collections.abc import Sequence
from http.client import HTTPConnection

from .relay import Address
from .visitor import Visitor
from .wire import HOST, Request, Response

TIMEOUT_SECONDS = 30


class Road:
    """The way to several servers of one site, of which a visitor is at one at a time."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._connections = [
            HTTPConnection(host, port, timeout=TIMEOUT_SECONDS) for host, port in addresses
        ]
        self.at = 0

    def send(self, visitor: Visitor, request: Request) -> Response:
        """Send a request as a proxy does that has taken off the TLS, and return the answer."""
        connection = self._connections[self.at]
        headers = dict(request.headers) | {"Host": HOST, "X-Forwarded-Proto": "https"}
        connection.request(request.method, request.path, request.body or None, headers)
        answer = connection.getresponse()
        return Response(answer.status, answer.reason, tuple(answer.getheaders()), answer.read())

    def close(self) -> None:
        """Close the connections."""
        for connection in self._connections:
            connection.close()
