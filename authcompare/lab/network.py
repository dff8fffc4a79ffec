"""Where the servers of a play run: each in a network namespace of its own, or at ports of one.

Namespaces are Linux's, and only root makes them. A bridge joins them, as a switch joins machines:
each has its own address on it, and this process, which makes it, has one too. Where there can be
none, all servers share this machine's loopback address and have a port each.
"""

import ctypes
import ipaddress
import json
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from .relay import relayed

# What a result says, and how the page and the table say it.
NAMESPACES, PORTS = "namespaces", "ports"
TOLD = {
    NAMESPACES: "each server in a network namespace of its own, with an address of its own; what it"
    " asks of PostgreSQL or Redis goes through a relay",
    PORTS: "each server at a port of its own, all at one address",
}

# Where `ip netns` keeps the namespaces that have names.
NAMED = Path("/var/run/netns")
# A subnet of 2 ** 4 addresses, somewhere in the largest block that is nobody's on the internet.
BLOCK, BITS = ipaddress.IPv4Network("10.0.0.0/8"), 4
TRIES = 100
# How long one address may take to answer another on the bridge.
ANSWER_SECONDS = 2
DEFAULT_PORTS = {"postgres": 5432, "postgresql": 5432, "redis": 6379}

T = TypeVar("T")


class Unavailable(Exception):  # noqa: N818  (it reads as what it says)
    """No namespaces can be made here; the text is the reason."""


@dataclass(frozen=True)
class Place:
    """Where a server runs. `neighbours` are the addresses from which a proxy of it may come."""

    address: str = "127.0.0.1"
    neighbours: str = "127.0.0.0/8"
    namespace: str = ""
    reach: Callable[[str], str] = str

    @property
    def command(self) -> list[str]:
        """Return what stands before a command that is to run here."""
        return ["ip", "netns", "exec", self.namespace] if self.namespace else []

    def listener(self) -> socket.socket:
        """Return a socket that listens at a free port here. Raises `OSError`."""
        return self.within(lambda: socket.create_server((self.address, 0)))

    def within(self, action: Callable[[], T]) -> T:
        """Return what an action returns here, and raise what it raises: it may open sockets."""
        return within(self.namespace, action) if self.namespace else action()


HERE = Place()


@dataclass(frozen=True)
class Network:
    """The places of a play's servers; `kind` is `NAMESPACES` or `PORTS`."""

    kind: str
    places: Sequence[Place]


@contextmanager
def network(count: int) -> Iterator[Network]:
    """Yield so many places: namespaces where they can be made, else ports of this machine.

    The namespaces, their bridge and its relays are gone afterwards, whatever happens.
    """
    with ExitStack() as stack:
        try:
            found = Network(NAMESPACES, stack.enter_context(namespaces(count)))
        except Unavailable:
            found = Network(PORTS, [HERE] * count)
        yield found


@contextmanager
def namespaces(count: int) -> Iterator[list[Place]]:
    """Yield so many namespaces that reach each other, and this process. Raises `Unavailable`."""
    if os.geteuid() or not shutil.which("ip"):
        raise Unavailable("Only root makes network namespaces, and with Debian's iproute2.")
    # An interface's name has 15 characters at most; this one tells whose it is.
    name = f"lab{os.getpid():06x}{secrets.token_hex(2)}"
    names = [f"{name}-{number}" for number in range(count)]
    with ExitStack() as stack:
        for _ in range(2):  # Once more, for Ctrl-C may break off the first.
            stack.callback(remove, name, names)
        try:
            host, *places = build(name, names, stack)
            for one, other in permutations((host, *places), 2):
                meet(one, other)
        except (subprocess.CalledProcessError, OSError, ValueError) as error:
            raise Unavailable(getattr(error, "stderr", "") or str(error)) from error
        yield places


def build(name: str, names: Sequence[str], stack: ExitStack) -> list[Place]:
    """Make a bridge and the namespaces, and return this process's place on it and theirs.

    The stack closes the relays. Raises `Unavailable`, `CalledProcessError` and `OSError`.
    """
    subnet = free_subnet()
    own, *addresses = [str(address) for address in list(subnet.hosts())[: len(names) + 1]]
    ip("link", "add", name, "type", "bridge")
    # The route is added apart because that fails where a run beside this one has just taken it.
    ip("address", "add", f"{own}/{subnet.prefixlen}", "dev", name, "noprefixroute")
    ip("link", "set", name, "up")
    ip("route", "add", str(subnet), "dev", name, "src", own)
    for namespace, address in zip(names, addresses, strict=True):
        join(name, namespace, f"{address}/{subnet.prefixlen}")
    reach = road_out(own, name, stack)
    places = [Place(a, str(subnet), n, reach) for n, a in zip(names, addresses, strict=True)]
    return [Place(own, str(subnet)), *places]


def join(bridge: str, namespace: str, address: str) -> None:
    """Make a namespace and connect it to a bridge. Raises `CalledProcessError`."""
    ip("netns", "add", namespace)
    # Both ends of a cable: the one on the bridge has the namespace's name.
    peer = ("type", "veth", "peer", "name", "eth0", "netns", namespace)
    ip("link", "add", namespace, *peer)
    ip("link", "set", namespace, "master", bridge, "up")
    ip("-n", namespace, "address", "add", address, "dev", "eth0")
    ip("-n", namespace, "link", "set", "eth0", "up")
    # Not by -n, which would not show whether a program can be started there.
    ip("netns", "exec", namespace, "ip", "link", "set", "lo", "up")


def remove(bridge: str, namespaces: Sequence[str]) -> None:
    """Take all down that there is of them; the rest is passed over."""
    # With its end on the bridge goes the other one, at once; with the namespace it would go later.
    lines = [f"link delete {name}\nnetns delete {name}" for name in namespaces]
    text = "\n".join([*lines, f"link delete {bridge}", ""])
    command = ["ip", "-force", "-batch", "-"]
    subprocess.run(command, input=text, text=True, capture_output=True, check=False)  # noqa: S603


def ip(*arguments: str) -> str:
    """Run `ip` and return what it prints. Raises `CalledProcessError`."""
    command = ["ip", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603


def free_subnet() -> ipaddress.IPv4Network:
    """Return a private subnet that no route of this machine touches. Raises `Unavailable`."""
    routes = json.loads(ip("-json", "-4", "route", "show", "table", "all"))
    known = [ipaddress.IPv4Network(r["dst"]) for r in routes if r["dst"] != "default"]
    # A wider one is the way out, to wherever there is no other.
    taken = [route for route in known if route.prefixlen >= BLOCK.prefixlen]
    for _ in range(TRIES):
        start = secrets.randbelow(BLOCK.num_addresses >> BITS) << BITS
        subnet = ipaddress.IPv4Network((int(BLOCK.network_address) + start, 32 - BITS))
        if not any(map(subnet.overlaps, taken)):
            return subnet
    raise Unavailable("This machine's routes leave no private subnet free.")


def meet(one: Place, other: Place) -> None:
    """Connect one place to another. Raises `OSError`: a firewall may be between them."""
    with other.listener() as listener:
        address = listener.getsockname()
        one.within(lambda: socket.create_connection(address, ANSWER_SECONDS).close())


def road_out(own: str, device: str, stack: ExitStack) -> Callable[[str], str]:
    """Return what makes of a server's URL the one by which it is reached over the bridge.

    A relay of this process, at its own address there, passes on; the stack closes it.
    """

    @cache
    def relay(host: str, port: int) -> str:
        here, at = stack.enter_context(relayed(own, device, (host, port)))
        return f"{here}:{at}"

    def reach(url: str) -> str:
        parts = urlsplit(url)
        if not parts.hostname:
            return url  # A file, or the process's own memory.
        account, at, _ = parts.netloc.rpartition("@")
        met = relay(parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme])
        return parts._replace(netloc=f"{account}{at}{met}").geturl()

    return reach


def within(namespace: str, action: Callable[[], T]) -> T:
    """Return what an action returns in a namespace: in a thread, the only one that goes there.

    Sockets stay where they were opened. Raises what the action raises, and `OSError`.
    """

    def moved() -> T:
        libc = ctypes.CDLL(None, use_errno=True)  # From Python 3.12 on, `os.setns` would do.
        with (NAMED / namespace).open("rb") as file:
            if libc.setns(file.fileno(), 0):
                raise OSError(ctypes.get_errno(), f"Cannot enter {namespace}")
        return action()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(moved).result()
