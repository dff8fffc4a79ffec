"""Does a credential that Mallory knew before the log-in become Alice's?"""

from dataclasses import replace

from ..arena import Arena
from ..verdicts import Breached, Held, Inapplicable, Verdict
from ..visitor import Visitor
from . import attack

# No longer than a key of the server is, for a column may have no room for more; and of a CSRF
# token's shape, or the check of that would refuse what this is to try.
CHOSEN = "chosenbymallory1" * 2
NO_COOKIES = "The server hands out nothing before a log-in, and takes nothing that was brought."


def plant(alice: Visitor, mallory: Visitor) -> None:
    """Put all cookies of Mallory's into Alice's browser."""
    for cookie in mallory.jar:
        alice.jar.put(cookie)


def fixed(arena: Arena, mallory: Visitor) -> bool:
    """Log Alice in at a browser with Mallory's cookies; tell whether these now open her account."""
    alice = arena.visitor("alice")
    plant(alice, mallory)
    before = mallory.copy("mallory")
    before.tokens.clear()  # What a script keeps cannot be planted; it would only hide the cookies.
    alice.log_in()
    return before.seen_as() == arena.id_of("alice")


def verdict_on(arena: Arena, *planters: Visitor) -> Verdict:
    """Return what came of planting the cookies of each, of whom some may hold none."""
    holders = [mallory for mallory in planters if list(mallory.jar)]
    if not holders:
        return Inapplicable(NO_COOKIES)
    if any(fixed(arena, mallory) for mallory in holders):
        return Breached("What Mallory knew before the log-in is Alice's credential after it.")
    return Held("The log-in made a new credential; what Mallory knew opens nothing of Alice's.")


@attack(
    "Fixation",
    standards=("OWASP ASVS 5.0 7.2.4", "WSTG-SESS-03", "CWE-384"),
    defence="The log-in makes a new key, whatever the client had.",
)
def fixation(arena: Arena) -> Verdict:
    """Mallory takes real keys and plants them in Alice's browser: what the server hands out before
    a log-in, and those of a log-in of his own. Then Alice logs in.
    """
    stranger = arena.visitor("mallory")
    stranger.read()
    stranger.log_in("a wrong password")
    return verdict_on(arena, stranger, arena.logged_in("mallory"))


@attack(
    "Fixation with a key of one's choice",
    standards=("OWASP Session Management: strict", "WSTG-SESS-03", "CWE-384"),
    defence="A key that the server did not make is no key: it is never adopted.",
)
def chosen_key(arena: Arena) -> Verdict:
    """Mallory makes a key up and plants it in Alice's browser, under each cookie's name."""
    mallory = arena.logged_in("mallory")
    for cookie in list(mallory.jar):
        mallory.jar.put(replace(cookie, value=CHOSEN))
    return verdict_on(arena, mallory)
