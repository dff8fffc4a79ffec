"""What happens to a refresh token that two hold: the owner and a thief, or a client's own tabs?"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from django.db import connection

from ..arena import Arena
from ..credentials import observe, parts_of
from ..verdicts import Breached, Held, Inapplicable, Verdict
from ..visitor import Nothing, Visitor
from . import attack

# Longer than any grace for lost answers, shorter than any credential's life.
LATER_MINUTES = 2
# As long as a client waits for an answer that was lost before it asks again.
SOON_SECONDS = 5
# Longer than any access token lives.
AFTER_ACCESS_MINUTES = 10
TABS = 8


def renews(visitor: Visitor) -> bool:
    """Tell whether the client gets a new credential for what it holds."""
    answer = visitor.renew()
    return not isinstance(answer, Nothing) and answer.ok()


@attack(
    "Reuse of a refresh token",
    standards=("OWASP ASVS 5.0 10.4.5", "RFC 9700 4.14.2", "CWE-294"),
    defence="A refresh token is good once: each use replaces it.",
)
def reuse_of_a_refresh_token(arena: Arena) -> Verdict:
    """Mallory holds a copy. Alice's client refreshes; two minutes later Mallory does.

    That is beyond any grace for lost answers. “Reuse at once” is within it, and the page of tabs
    varies the time between the two.
    """
    alice = arena.logged_in("alice")
    thief = alice.copy()
    told = alice.renew()
    if isinstance(told, Nothing):
        return Inapplicable(told.why)
    arena.wait(minutes=LATER_MINUTES)
    if renews(thief):
        return Breached("The spent refresh token was good for new ones.")
    return Held("The spent refresh token was refused.")


@attack(
    "Reuse at once",
    standards=("OWASP ASVS 5.0 10.4.5", "RFC 9700 4.14.2", "CWE-294"),
    defence="No second answer for a spent token, however soon it comes: then a client whose answer "
    "was lost, or which has several tabs, is logged out. Ours gives one for half a minute, and "
    "pays with this.",
)
def reuse_at_once(arena: Arena) -> Verdict:
    """Mallory holds a copy. Alice's client refreshes; five seconds later Mallory does, as a client
    would whose answer was lost.

    How often honest tabs are logged out without a second answer is on the page of tabs.
    """
    alice = arena.logged_in("alice")
    thief = alice.copy()
    told = alice.renew()
    if isinstance(told, Nothing):
        return Inapplicable(told.why)
    arena.wait(seconds=SOON_SECONDS)
    if not renews(thief):
        return Held("The spent refresh token was refused, seconds after it was spent.")
    arena.wait(minutes=LATER_MINUTES)
    if not thief.is_in():
        return Held("What the thief was answered opens nothing two minutes later.")
    return Breached(f"The thief is in beside Alice. {going_on(arena, alice, thief)}")


def going_on(arena: Arena, alice: Visitor, thief: Visitor) -> str:
    """Let both go on as clients do, and return in a sentence what ends the theft."""
    for client in (alice, thief):
        arena.wait(minutes=AFTER_ACCESS_MINUTES)
        client.is_in()
    arena.wait(minutes=AFTER_ACCESS_MINUTES)
    if thief.is_in():
        return "He still is when both have renewed what they hold."
    if alice.is_in():
        return "When both have renewed what they hold, he is out and she is not."
    return "As soon as both have renewed what they hold, the log-in is over for both."


@attack(
    "Theft that goes unnoticed",
    standards=("OWASP ASVS 5.0 10.4.5", "RFC 9700 4.14.2"),
    defence="A spent token that is shown again ends the whole log-in, the thief's part of it too.",
)
def theft_goes_unnoticed(arena: Arena) -> Verdict:
    """Mallory refreshes with his copy first, so that Alice's is the spent one. She shows it, two
    minutes later, which is beyond any grace for lost answers.

    Within it the server takes the two for one client's tabs: “Reuse at once” says what comes of
    that, and the page of tabs varies the time between the two.
    """
    alice = arena.logged_in("alice")
    thief = alice.copy()
    told = thief.renew()
    if isinstance(told, Nothing):
        return Inapplicable(told.why)
    arena.wait(minutes=LATER_MINUTES)
    alice.renew()
    arena.wait(minutes=AFTER_ACCESS_MINUTES)
    if thief.is_in():
        return Breached("The thief goes on, whatever Alice's client was answered.")
    return Held("Alice's spent token gave the theft away: the log-in is over for both.")


@attack(
    "Parallel refresh",
    standards=("RFC 9700 4.14.2", "OWASP ASVS 5.0 15.4.2", "CWE-362"),
    defence="The database decides in one conditional statement who rotates; there is no "
    "check before an act.",
    races=True,
)
def parallel_refresh(arena: Arena) -> Verdict:
    """Eight clients show one refresh token at once, all of them read before any may write."""
    if isinstance(told := arena.logged_in("alice").renew(), Nothing):
        return Inapplicable(told.why)
    alice = arena.logged_in("alice")
    copies = [alice.copy(f"copy {number}") for number in range(1, TABS + 1)]
    at_once(arena, [copy.renew for copy in copies])
    successors = distinct(arena, [alice, *copies])
    if len(successors) == 1:
        return Inapplicable("A refresh replaces nothing here: the token stays what it was.")
    good = 0
    for copy in successors:
        arena.wait(minutes=LATER_MINUTES)  # Each alone: no grace for the one before helps it.
        good += renews(copy)
    if good > 1:
        return Breached("One refresh token had several living successors.")
    return Held("However many asked, there was one successor at most.")


def distinct(arena: Arena, copies: list[Visitor]) -> list[Visitor]:
    """Return one client for each different set of what renewing needs."""
    parts = observe(lambda: arena.logged_in("bob"))
    names = {part.name for part in parts if "renew" in part.needed_for}
    held = {
        frozenset(part.value for part in parts_of(copy) if part.name in names): copy
        for copy in copies
    }
    return list(held.values())


def at_once(arena: Arena, calls: list[Callable[[], object]]) -> None:
    """Make the calls in threads, and hold each before its first write until all have come there."""
    gate = threading.Barrier(len(calls))
    first = len(arena.exchanges)

    def through(call: Callable[[], object]) -> None:
        waited = False

        def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal waited
            if not waited and not sql.startswith(("SELECT", "PRAGMA")):
                waited = True
                wait_at(gate)
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(wrapper):
                call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        list(pool.map(through, calls))
    arena.exchanges[first:] = sorted(
        arena.exchanges[first:], key=lambda exchange: (exchange.response.status, exchange.who)
    )


def wait_at(gate: threading.Barrier) -> None:
    """Wait for the others; one that never writes must not hold them up for long."""
    with suppress(threading.BrokenBarrierError):
        gate.wait(timeout=1)
