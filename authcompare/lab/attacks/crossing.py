"""What can another site, or another host of this one, do in Alice's browser?"""

import itertools
import json
from urllib.parse import urlencode

from ..arena import Arena
from ..browser import Asked
from ..credentials import parts_of
from ..verdicts import Breached, Held, Inapplicable, Verdict
from ..visitor import PROBE, Visitor
from ..wire import FORM, HOST, JSON, SIBLING, SITE, STRANGER, Request, form, header
from . import attack

STRANGE_ORIGIN = f"https://{STRANGER}"
SIBLING_ORIGIN = f"https://{SIBLING}"
FORGED_NAME = "Owned by Mallory"
# Origins that look like ours to a careless comparison.
FOREIGN_ORIGINS = (STRANGE_ORIGIN, "null", f"https://{HOST}.{STRANGER}", SIBLING_ORIGIN)
NOT_AMBIENT = "The browser adds nothing by itself: every request is authenticated by a script."


def forged_write(alice: Visitor, asked: Asked, origin: str, *headers: tuple[str, str]) -> None:
    """Let a page of another origin send the write, with what the browser adds by itself."""
    alice.verb = "forged write"
    alice.send(form("POST", PROBE, {"name": FORGED_NAME}, headers), asked, origin)


def verdict_on(arena: Arena, alice: Visitor, how: str) -> Verdict:
    """Tell whether the forged write went through; the browser's own cookies decide."""
    if arena.user("alice").name == FORGED_NAME:
        return Breached(f"The server took {how} for Alice's own wish.")
    if not any(part.ambient for part in parts_of(alice)):
        return Held(NOT_AMBIENT)
    return Held(f"The server refused {how}.")


@attack(
    "Form on another site",
    standards=("OWASP ASVS 5.0 3.5.1", "WSTG-SESS-05", "CWE-352"),
    defence="The cookie is SameSite, and a write needs a token that only the site's pages know.",
)
def form_on_another_site(arena: Arena) -> Verdict:
    """Mallory's page sends a form to the site from the browser in which Alice is logged in."""
    alice = arena.logged_in("alice")
    forged_write(alice, Asked.FORM_POST, STRANGE_ORIGIN)
    return verdict_on(arena, alice, "a form of another site")


@attack(
    "Form on a hostile subdomain",
    standards=("OWASP ASVS 5.0 3.5.1", "RFC 6265bis 8.8", "CWE-352"),
    defence="SameSite does not help against a neighbour; the CSRF token and the Origin do.",
)
def form_on_a_subdomain(arena: Arena) -> Verdict:
    """A page on a neighbouring host, which is the same site to a browser, sends the form."""
    alice = arena.logged_in("alice")
    forged_write(alice, Asked.SAME_SITE, SIBLING_ORIGIN)
    return verdict_on(arena, alice, "a form of a neighbouring host")


@attack(
    "Mixed credentials",
    standards=("OWASP ASVS 5.0 3.5.1", "RFC 6750 2", "CWE-352"),
    defence="What authenticated the request decides about CSRF, not whether a header is there.",
)
def mixed_credentials(arena: Arena) -> Verdict:
    """A neighbour's script adds an Authorization header, to look like a client without cookies.

    Some sites skip the CSRF check for whatever has such a header.
    """
    alice = arena.logged_in("alice")
    for value in ("Bearer x", "Token x", "Basic eDp4"):
        forged_write(alice, Asked.SAME_SITE, SIBLING_ORIGIN, ("Authorization", value))
    return verdict_on(arena, alice, "a worthless header beside Alice's cookies")


@attack(
    "Log-in by another site",
    standards=("OWASP CSRF Prevention: log-in forms", "CWE-352", "CWE-384"),
    defence="The log-in demands a token of a page that the site gave to this very browser.",
)
def log_in_by_another_site(arena: Arena) -> Verdict:
    """Mallory's page logs Alice's browser in as Mallory, so that Alice works for him.

    The form goes out in every encoding that HTML can send without asking the server first.
    """
    alice, mallory = arena.visitor("alice"), arena.visitor("mallory")
    for request in simple_forms(alice.flow.attempt(mallory.email, mallory.password)):
        alice.verb = "forged log-in"
        alice.send(request, Asked.FORM_POST, STRANGE_ORIGIN)
        if alice.identity() == arena.id_of("mallory"):
            return Breached("Alice's browser now works for Mallory's account.")
    return Held("Alice's browser is nobody's: what the server answered, if anything, is lost.")


def simple_forms(request: Request) -> list[Request]:
    """Return a request as a foreign form can send it: no JSON, no headers of its own."""
    bodies = [(FORM, request.body), ("text/plain", request.body)]
    if header(request.headers, "Content-Type") == JSON:
        bodies[0] = (FORM, urlencode(json.loads(request.body)).encode())
    return [
        Request(request.method, request.path, (("Content-Type", kind),), body)
        for kind, body in bodies
    ]


@attack(
    "Cookie tossing",
    standards=("RFC 6265bis 8.6", "OWASP ASVS 5.0 3.3.3", "CWE-565"),
    defence="The name starts with __Host-, so that no neighbour can set it; a name that comes "
    "twice is nobody's.",
)
def cookie_tossing(arena: Arena) -> Verdict:
    """A neighbouring host plants Mallory's cookie in Alice's browser, beside hers.

    It does so under the same path and under a longer one, and under names that become the real
    one when a server strips spaces.
    """
    alice, mallory = arena.logged_in("alice"), arena.logged_in("mallory")
    mine = [part for part in parts_of(mallory) if part.ambient]
    if not mine:
        return Inapplicable(NOT_AMBIENT)
    planted = 0
    names = ((part, name) for part in mine for name in (part.name, f"\u2000{part.name}"))
    for (part, name), path in itertools.product(names, (PROBE, "/")):
        cookie = f"{name}={part.value}; Domain={SITE}; Path={path}; Secure"
        planted += alice.jar.take(cookie, SIBLING)
    if alice.identity() == arena.id_of("mallory"):
        return Breached("Of two cookies with one name the server believed the neighbour's.")
    if not planted:
        return Held("The browser refuses such a cookie from a neighbour.")
    return Held("The planted cookie did not make Alice's browser work for Mallory.")


@attack(
    "Script on another site",
    standards=("OWASP ASVS 5.0 3.4.2", "WSTG-CLNT-07", "CWE-942"),
    defence="No answer allows a foreign origin to read it.",
)
def script_on_another_site(arena: Arena) -> Verdict:
    """Foreign scripts, from origins that look like ours too, ask to read Alice's data."""
    alice = arena.logged_in("alice")
    for origin in FOREIGN_ORIGINS:
        ask = (("Origin", origin), ("Access-Control-Request-Method", "POST"))
        alice.verb = "foreign script"
        for request in (Request("GET", PROBE, ask[:1]), Request("OPTIONS", PROBE, ask)):
            answer = alice.send(request, Asked.SUBRESOURCE)
            if answer.get("Access-Control-Allow-Origin") in (origin, "*"):
                return Breached("The answer allows a foreign origin to read it.")
    return Held("No answer allows a foreign origin to read it.")
