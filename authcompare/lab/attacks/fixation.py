"""Does a credential that Mallory knew before the log-in become Alice's?"""

from dataclasses import replace

from ..arena import Arena
from ..verdicts import Breached, Held, Inapplicable, Verdict
from ..visitor import Visitor
from . import attack

# No longer than a key of the server is: a column may have no room for more.
CHOSEN = "chosenbymallory" * 2
NO_COOKIES = "The server hands out nothing before a log-in, and takes nothing that was brought."


def plant(alice: Visitor, mallory: Visitor) -> None:
    """Put all cookies of Mallory's into Alice's browser."""
    for cookie in mallory.jar:
        alice.jar.put(cookie)


def fixed(arena: Arena, mallory: Visitor) -> Verdict:
    """Log Alice in at a browser with Mallory's cookies, and see whom these now open."""
    alice = arena.visitor("alice")
    plant(alice, mallory)
    before = mallory.copy("mallory")
    alice.log_in()
    if before.identity() == arena.id_of("alice"):
        return Breached("What Mallory knew before the log-in is Alice's credential after it.")
    return Held("The log-in made a new credential; what Mallory knew opens nothing.")


@attack(
    "Fixation",
    standards=("OWASP ASVS 5.0 7.2.4", "WSTG-SESS-03", "CWE-384"),
    defence="The log-in makes a new key, whatever the client had.",
)
def fixation(arena: Arena) -> Verdict:
    """Mallory takes what the server hands out before a log-in and plants it in Alice's browser."""
    mallory = arena.visitor("mallory")
    mallory.read()
    mallory.log_in("a wrong password")
    if not list(mallory.jar):
        return Inapplicable(NO_COOKIES)
    return fixed(arena, mallory)


@attack(
    "Fixation with a key of one's choice",
    standards=("OWASP Session Management: strict", "WSTG-SESS-03", "CWE-384"),
    defence="A key that the server did not make is no key: it is never adopted.",
)
def chosen_key(arena: Arena) -> Verdict:
    """Mallory makes a key up and plants it in Alice's browser, under each cookie's name."""
    mallory = arena.logged_in("mallory")
    cookies = list(mallory.jar)
    if not cookies:
        return Inapplicable(NO_COOKIES)
    for cookie in cookies:
        mallory.jar.put(replace(cookie, value=CHOSEN))
    mallory.tokens.clear()
    return fixed(arena, mallory)
