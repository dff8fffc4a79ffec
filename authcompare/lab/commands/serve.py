"""Serve one strategy until Ctrl-C, log Alice in, and print how any tool reads as her.

The server is set up as `manage.py lab load` measures it, so that its figures can be checked with
another load generator. Database, cache and keys are throwaway.
"""

import shlex
import threading
from argparse import ArgumentParser
from typing import Any

from rich.console import Console

from ..arena import CHEAP_HASHER, PASSWORD, email_of
from ..caches import roomy, site_cache_url, throwaway_cache
from ..contest import Failed
from ..network import HERE
from ..remote import Road
from ..served import served
from ..strategies import CONTESTANTS
from ..visitor import PROBE, Visitor
from ..wire import HOST, Request, Response

KNOWN = {strategy.slug: strategy for strategy in CONTESTANTS}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("strategy", choices=list(KNOWN), metavar="STRATEGY", help="its slug")
    parser.add_argument("--workers", type=int, default=1, help="server processes, 1 if not said")


def run(options: dict[str, Any], console: Console) -> int:
    """Serve, print two commands to try, wait for Ctrl-C, and return the exit status."""
    strategy = KNOWN[options["strategy"]]
    own = {"PASSWORD_HASHERS": CHEAP_HASHER} | roomy()
    with (
        throwaway_cache(site_cache_url()) as cache,
        served(strategy, workers=options["workers"], settings=own, environ=cache) as server,
    ):
        headers = shlex.join(headers_of_alice(options["strategy"], server.port))
        address = f"http://127.0.0.1:{server.port}{PROBE}"
        console.print(f"“{strategy.title}” is served until Ctrl-C. Alice reads by:\n")
        for tool in ("curl --include", "wrk --threads 1 --connections 16 --duration 10s --latency"):
            # As it is: a line that was broken or coloured could not be copied.
            console.out(f"{tool} {headers} {address}\n", highlight=False)
        threading.Event().wait()
    return 0


def headers_of_alice(slug: str, port: int) -> list[str]:
    """Return the options of curl and wrk by which they read as Alice. Raises `Failed` without."""
    road = Road([(HERE.address, port)])
    sent: list[Request] = []

    def send(visitor: Visitor, request: Request) -> Response:
        sent.append(request)
        return road.send(visitor, request)

    alice = Visitor(
        "alice", email_of("alice"), PASSWORD, address="", flow=KNOWN[slug].flow, send=send
    )
    alice.log_in()
    if not alice.identity():
        raise Failed(f"Alice cannot log in to {slug}.")
    road.close()
    # The server takes them for a proxy that has taken off the TLS.
    headers = (*sent[-1].headers, ("Host", HOST), ("X-Forwarded-Proto", "https"))
    return [part for name, value in headers for part in ("-H", f"{name}: {value}")]
