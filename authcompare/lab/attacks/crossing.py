"""What can another site, or another host of this one, do in Alice's browser?"""

from collections.abc import Iterable
from http import HTTPStatus

from ..arena import Arena
from ..browser import Asked
from ..credentials import Part, parts_of
from ..verdicts import Breached, Held, Inapplicable, Verdict
from ..visitor import PROBE
from ..wire import HOST, STRANGER, Request
from . import MINUTES, attack
from .forms import (
    SIBLING_ORIGIN,
    Page,
    imitated,
    neighbour,
    page_of,
    sent_with_cookies,
    tossed,
)
from .mixing import acted_for, deciding, mixes_of, sent_together

STRANGE_ORIGIN = f"https://{STRANGER}"
# Origins that look like ours to a careless comparison.
FOREIGN_ORIGINS = (STRANGE_ORIGIN, "null", f"https://{HOST}.{STRANGER}", SIBLING_ORIGIN)
NOT_AMBIENT = "The browser adds nothing by itself: every request is authenticated by a script."


def forged(arena: Arena, how: str, *pages: Page) -> Verdict:
    """Let pages imitate each request that goes with cookies; say which the server took for hers."""
    doors = sent_with_cookies(arena)
    if not doors:
        return Held(NOT_AMBIENT)
    took = [door.verb for door in doors if any(imitated(arena, door, page) for page in pages)]
    if took:
        return Breached(f"The server took {how} for Alice's own wish, to {listed(took)}.")
    return Held(f"The server refused {how}, to {listed([door.verb for door in doors])}.")


def listed(words: list[str]) -> str:
    """Return words as they stand in a sentence."""
    *first, last = dict.fromkeys(words)
    return f"{', '.join(first)} and {last}" if first else last


@attack(
    "Form on another site",
    standards=("OWASP ASVS 5.0 3.5.1", "WSTG-SESS-05", "CWE-352"),
    defence="The cookie is SameSite, and a write needs a token that only the site's pages know.",
)
def form_on_another_site(arena: Arena) -> Verdict:
    """Mallory's page sends forms to the site from the browser in which Alice is logged in.

    Each imitates a request that Alice's own client sends with cookies: to change her name, to
    renew her log-in, to end it. It goes out in every encoding that HTML has.
    """
    page = page_of(Asked.FORM_POST, STRANGE_ORIGIN)
    return forged(arena, "a form of another site", page)


@attack(
    "Form on a hostile subdomain",
    standards=("OWASP ASVS 5.0 3.5.1", "RFC 6265bis 8.8", "CWE-352"),
    defence="SameSite does not help against a neighbour, and a token that only has to be that of "
    "a cookie does not either; the Origin does, or a cookie that no neighbour can set.",
)
def form_on_a_subdomain(arena: Arena) -> Verdict:
    """A page on a neighbouring host, which is the same site to a browser, sends the forms.

    It first plants a CSRF cookie of its own beside Alice's, and sends the token that matches it.
    """
    return forged(arena, "a form of a neighbouring host", neighbour(arena))


@attack(
    "Mixed credentials",
    standards=("OWASP ASVS 5.0 3.5.1", "RFC 6750 2", "CWE-352"),
    defence="What authenticated the request decides about CSRF, not whether a header is there.",
)
def mixed_credentials(arena: Arena) -> Verdict:
    """A neighbour's script adds an Authorization header, to look like a client without cookies.

    Some sites skip the CSRF check for whatever has such a header.
    """
    headers = [("Authorization", value) for value in ("Bearer x", "Token x", "Basic eDp4")]
    pages = [page_of(Asked.SAME_SITE, SIBLING_ORIGIN, header) for header in headers]
    return forged(arena, "a worthless header beside Alice's cookies", *pages)


@attack(
    "Two users at once",
    standards=("RFC 6750 2", "CWE-436", "CWE-287"),
    defence="One part of a request says for whom it is, whether it reads or writes: a Bearer token "
    "where there is one, whatever cookies come with it.",
)
def two_users_at_once(arena: Arena) -> Verdict:
    """Mallory's client holds some parts of Alice's credentials beside the others of her own: it
    sends Alice's cookies with Mallory's token, say, and the reverse, in every combination.

    A server that reads for the one and writes for the other, or now acts for the one and now for
    the other, lets one of them do things in the other's name.
    """
    names = sent_together(arena)
    if not names:
        return Inapplicable("No request of its client carries two parts that could be two users'.")
    first = len(arena.exchanges)
    outcomes = {mix: acted_for(arena, mix) for mix in mixes_of(names)}
    if any(e.response.status >= HTTPStatus.INTERNAL_SERVER_ERROR for e in arena.exchanges[first:]):
        return Breached("The server broke over the parts of two users.")
    served, renewed = deciding(outcomes, names, "read", "write"), deciding(outcomes, names, "renew")
    if not (served and renewed):
        return Breached("No one part decided for whom the server acted: it took two for one user.")
    return Held(
        f"Whatever came with it, the server read and wrote for whose {served[0]} it was,"
        " or refused."
    )


@attack(
    "Log-in by another site",
    standards=("OWASP CSRF Prevention: log-in forms", "CWE-352", "CWE-384"),
    defence="The log-in demands a token of a page that the site gave to this very browser.",
)
def log_in_by_another_site(arena: Arena) -> Verdict:
    """Mallory's page logs Alice's browser in as Mallory, so that Alice works for him.

    The form goes out in every encoding that HTML can send without asking the server first, from
    another site and from a neighbouring host that plants a CSRF cookie. Then Alice comes to the
    site, and her client renews whatever it finds in the browser.
    """
    for page in (page_of(Asked.FORM_POST, STRANGE_ORIGIN), neighbour(arena)):
        alice, mallory = arena.visitor("alice"), arena.visitor("mallory")
        for _ in page(alice, alice.flow.attempt(mallory.email, mallory.password)):
            if alice.seen_as() == arena.id_of("mallory"):
                return Breached("Alice's browser now works for Mallory's account.")
    return Held("Alice's browser is nobody's: what the server answered, if anything, is lost.")


@attack(
    "Cookie tossing",
    standards=("RFC 6265bis 8.6", "OWASP ASVS 5.0 3.3.3", "CWE-565"),
    defence="The name starts with __Host-, so that no neighbour can set it; a name that comes "
    "twice is nobody's.",
)
def cookie_tossing(arena: Arena) -> Verdict:
    """A neighbouring host plants Mallory's cookies in Alice's browser, beside hers: all of them,
    or one alone.

    It does so under the same path and under longer ones, and under names that become the real
    one when a server strips spaces. Then Alice's client renews what it has, as it must some day.
    """
    mine = [part for part in parts_of(arena.logged_in("mallory")) if part.ambient]
    if not mine:
        return Inapplicable(NOT_AMBIENT)
    doors = [door.request.path for door in sent_with_cookies(arena)]
    paths = tuple(dict.fromkeys((PROBE, *doors, "/")))
    found = [works_for_mallory(arena, parts, paths) for parts in (mine, *([p] for p in mine))]
    if any(works for _, works in found):
        return Breached("Of two cookies with one name the server believed the neighbour's.")
    if not any(planted for planted, _ in found):
        return Held("The browser refuses such a cookie from a neighbour.")
    return Held("The planted cookie did not make Alice's browser work for Mallory.")


def works_for_mallory(
    arena: Arena, parts: Iterable[Part], paths: tuple[str, ...]
) -> tuple[int, bool]:
    """Plant parts of Mallory's; return how many the browser took, and whose it is afterwards."""
    alice = arena.logged_in("alice")
    planted = sum(len(tossed(alice, part.name, part.value, paths)) for part in parts)
    arena.wait(minutes=MINUTES)
    return planted, alice.seen_as() == arena.id_of("mallory")


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
