"""Where a request comes from, as far as that can be believed."""

import functools
import ipaddress
from typing import NamedTuple, Self

from django.conf import settings
from django.http import HttpRequest

USER_AGENT_LENGTH = 256
# By what a user agent is known. The first that it names is the one: most name others as well.
PROGRAMS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
    "curl/": "curl",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Windows": "Windows",
    "Macintosh": "a Mac",
    "Linux": "Linux",
}


class Client(NamedTuple):
    """The far end of a request."""

    ip_address: str | None
    user_agent: str

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Return the client of a request; neither part can make a write fail."""
        agent = request.META.get("HTTP_USER_AGENT", "")
        if not agent.isprintable():
            agent = "".join(c for c in agent if c.isprintable())
        return cls(ip_address(request), agent[:USER_AGENT_LENGTH])

    @property
    def network(self) -> str:
        """What one person can easily be all of: an IPv4 address, an IPv6 /64; empty for none."""
        return "" if self.ip_address is None else network_of(self.ip_address)

    def __str__(self) -> str:
        """Return where this is, in words that may be mailed to anybody.

        Never the user agent itself: whoever asks for a mail to somebody else would write his own
        text into it, a link included (content spoofing).
        """
        where = self.ip_address or "an unknown address"
        return f"{where} by {program(self.user_agent) or 'an unknown program'}"


def program(user_agent: str) -> str:
    """Return what a user agent claims to be, in our own words ("Firefox on Linux"), or nothing."""
    names, systems = (
        [name for sign, name in known.items() if sign in user_agent]
        for known in (PROGRAMS, SYSTEMS)
    )
    return " on ".join([*names[:1], *systems[:1]]) if names else ""


NOBODY = Client(ip_address=None, user_agent="")


def ip_address(request: HttpRequest) -> str | None:
    """Return the client's IP address, or None where there is none (a Unix socket).

    With n trusted proxies, the n-th address from the right of `X-Forwarded-For` was written by the
    outermost of them. Everything left of it came with the request and may be forged.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if proxies := settings.TRUSTED_PROXY_COUNT:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        address = forwarded[-proxies] if len(forwarded) >= proxies else address
    return canonical(address)


# A request asks for its client several times, and clients make several requests.
@functools.lru_cache(maxsize=1024)
def canonical(address: str) -> str | None:
    """Return the one spelling of an IP address, or None for what is none."""
    try:
        # Without an IPv6 scope (`fe80::1%eth0`), which no address column has room for.
        return str(ipaddress.ip_address(address.partition("%")[0].strip()))
    except ValueError:
        return None


@functools.lru_cache(maxsize=1024)
def network_of(address: str) -> str:
    """Return the network of an IP address, by which limits count."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    # The same IPv4 client, as a socket for both families names it.
    mapped = found.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(found), 64), strict=False))
