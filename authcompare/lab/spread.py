"""Beyond one server: log in at one, read at another, log out at a third.

The servers are processes of their own at addresses of their own, over one database; what each keeps
in its own memory the others do not see. A service that only verifies tokens stands beside them.
"""

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from .arena import PASSWORD, email_of
from .caches import throwaway_cache
from .figures import over_rounds, rounded
from .gunicorn import gunicorn
from .network import Place
from .relay import Address
from .remote import Road
from .resource_server import ISSUER, JWKS
from .served import Server, options, served
from .strategies.base import Strategy
from .visitor import Visitor
from .wire import ORIGIN, Request

SERVERS = 3
# The servers', and the one of the service beside them.
PLACES = SERVERS + 1
KEYS = "/.well-known/jwks.json"
# A latency is the median of a block's reads; site and service take turns.
READS, BLOCKS = 25, 10


def played(strategy: Strategy, cache_url: str, places: Sequence[Place]) -> dict[str, Any]:
    """Return what a strategy does on three servers with one cache, or with one each.

    `places` are `PLACES` of them: the servers', and last the one of the service beside them.
    Raises `NotServed` where the strategy does not run.
    """
    at, *others, service = places
    with ExitStack() as stack:
        environ = stack.enter_context(throwaway_cache(cache_url))
        first = stack.enter_context(served(strategy, environ=environ, place=at))
        further = [stack.enter_context(another(first, place)) for place in others]
        road = Road([first.address, *further])
        stack.callback(road.close)
        return spread(strategy, first, road) | beside(strategy, first, road, service)


@contextmanager
def another(
    server: Server, place: Place, app: str = "authcompare.lab.wsgi", **more: str
) -> Iterator[Address]:
    """Serve the same once more: the same settings, secrets and database, another process."""
    log = Path(server.environ["SIGNING_KEYS_FILE"]).with_name("log")
    with gunicorn(app, {**server.environ, **more}, log, options=options(), place=place) as port:
        yield place.address, port


def spread(strategy: Strategy, server: Server, road: Road) -> dict[str, Any]:
    """Log in at the first server, read at the second, log out at the third, try the first again."""
    alice = visitor(strategy, road)
    alice.log_in()
    alice.read()  # Whatever a server remembers of her, the first one does from now on.
    road.at = 1
    elsewhere = alice.identity() == server.ids["alice"]
    copy = alice.copy()
    road.at = 2
    alice.log_out()
    road.at = 0
    return {"read_elsewhere": elsewhere, "ended_everywhere": copy.identity() is None}


def beside(strategy: Strategy, server: Server, road: Road, place: Place) -> dict[str, Any]:
    """Show a token to a service that knows the keys' address only, where there are such keys."""
    road.at = 0
    alice = visitor(strategy, road)
    if alice.send(Request("GET", KEYS)).status != HTTPStatus.OK:
        return {}
    alice.log_in()
    if alice.identity() != server.ids["alice"]:
        return {}
    known = {JWKS: f"http://{server.host}:{server.port}{KEYS}", ISSUER: ORIGIN}
    with another(server, place, "authcompare.lab.resource_server", **known) as address:
        service = Road([address])
        guest = alice.copy()
        guest.way = service.send
        try:
            if guest.identity() != server.ids["alice"]:
                return {"service_believes": False}
            ms = latencies(alice, guest)
            alice.log_out()
            after = guest.identity() is not None
            return {"service_believes": True, "after_log_out": after, "ms": ms}
        finally:
            service.close()


def visitor(strategy: Strategy, road: Road) -> Visitor:
    return Visitor(
        "alice", email_of("alice"), PASSWORD, address="", flow=strategy.flow, send=road.send
    )


def latencies(*people: Visitor) -> list[dict[str, float | None]]:
    """Return the milliseconds of a read over the socket for each of them, with their interval."""
    turns = [[latency(somebody) for somebody in people] for _ in range(BLOCKS + 1)]
    return [rounded(over_rounds(of_one)) for of_one in zip(*turns[1:], strict=True)]


def latency(somebody: Visitor) -> float:
    """Return the median milliseconds of a block of reads."""
    times = []
    for _ in range(READS):
        started = time.perf_counter()
        somebody.read()
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)
