"""How many guesses does an attacker get, and what does a wrong one tell him?"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.contrib.auth import hashers

from ..arena import Arena
from ..evidence import HIDDEN_TOKEN
from ..verdicts import Breached, Held, Verdict
from ..visitor import Visitor
from ..wire import Response
from . import attack

# NIST SP 800-63B-4 3.2.2: no more than a hundred consecutive failed attempts on one account.
MOST_GUESSES = 100
FLOOD = 200
UNKNOWN = "nobody@example.com"


def guesses_heard(mallory: Visitor, many_addresses: bool, most: int) -> int:
    """Return how many wrong guesses the server checks before it refuses to, at most `most`."""
    for number in range(most):
        if many_addresses:
            mallory.address = f"10.{number}.0.1"
        with counted_hashes() as seen:
            mallory.log_in(f"wrong {number}")
        if not seen:
            return number
    return most


@contextmanager
def counted_hashes() -> Iterator[list[str]]:
    """Collect an entry for each password hash that the server computes."""
    seen: list[str] = []
    hasher = type(hashers.get_hasher())
    encode = hasher.encode

    def counting(self: Any, password: str, salt: str) -> str:
        seen.append("hash")
        return encode(self, password, salt)

    with mock.patch.object(hasher, "encode", counting):
        yield seen


def brute_force(arena: Arena, *, many_addresses: bool) -> Verdict:
    """Guess Alice's password until the server stops listening."""
    mallory = arena.visitor("alice").copy("mallory")
    heard = guesses_heard(mallory, many_addresses, MOST_GUESSES + 1)
    if heard > MOST_GUESSES:
        return Breached(f"The server checked {heard} wrong guesses in a row, and would go on.")
    return Held(f"The server checked {heard} wrong guesses, then no more for a while.")


@attack(
    "Brute force",
    standards=("OWASP ASVS 5.0 6.3.1", "NIST SP 800-63B-4 3.2.2", "CWE-307"),
    defence="Wrong guesses are counted for the account and for the network, together.",
)
def brute_force_from_one_address(arena: Arena) -> Verdict:
    """Mallory guesses at Alice's password from one address, a hundred times and once more."""
    return brute_force(arena, many_addresses=False)


@attack(
    "Brute force by a botnet",
    standards=("OWASP ASVS 5.0 6.3.1", "NIST SP 800-63B-4 3.2.2", "CWE-307"),
    defence="Wrong guesses are counted for the account, wherever they come from.",
)
def brute_force_from_many_addresses(arena: Arena) -> Verdict:
    """Each of Mallory's guesses at Alice's password comes from another network."""
    return brute_force(arena, many_addresses=True)


@attack(
    "Locking the owner out",
    standards=("OWASP ASVS 5.0 6.3.1", "CWE-645"),
    defence="The owner's known network has a counter of its own, which guesses elsewhere leave be.",
)
def locking_the_owner_out(arena: Arena) -> Verdict:
    """Mallory guesses wrong two hundred times, so that the limit meets Alice in his place."""
    arena.logged_in("alice").log_out()
    mallory = arena.visitor("alice").copy("mallory")
    for number in range(FLOOD):
        mallory.log_in(f"wrong {number}")
    alice = arena.visitor("alice")
    alice.log_in()
    if alice.is_in():
        return Held("Alice logs in from where she lives, as if nothing had happened.")
    return Breached("Alice has the right password and is refused.")


@attack(
    "Enumeration by the answer",
    standards=("OWASP ASVS 5.0 6.3.8", "WSTG-IDNT-04", "CWE-204"),
    defence="One answer for whatever is wrong, to the last header.",
)
def enumeration_by_answer(arena: Arena) -> Verdict:
    """Mallory compares the answers to a known and to an unknown address."""
    known, unknown = (shape(answer) for answer in tried(arena))
    if known == unknown:
        return Held("The two answers differ in nothing.")
    return Breached("The answers tell a known address from an unknown one.")


@attack(
    "Enumeration by time",
    standards=("OWASP ASVS 5.0 6.3.8", "CVE-2025-13473", "CWE-208"),
    defence="An unknown address costs one hash as well, which is all the time there is to see.",
)
def enumeration_by_time(arena: Arena) -> Verdict:
    """Mallory times the answers. The hash is what takes time, so hashes are counted here."""
    with counted_hashes() as known:
        attempt(arena, "alice@example.com")
    with counted_hashes() as unknown:
        attempt(arena, UNKNOWN)
    counts = f"{len(known)} for a known address, {len(unknown)} for an unknown one"
    if len(known) == len(unknown):
        return Held(f"Hashes computed: {counts}.")
    return Breached(f"Hashes computed: {counts}, which anybody can time.")


def attempt(arena: Arena, email: str) -> Response:
    """Log in with a wrong password and this address."""
    mallory = arena.visitor("mallory")
    mallory.email = email
    return mallory.log_in("a wrong password")


def tried(arena: Arena) -> list[Response]:
    return [attempt(arena, email) for email in ("alice@example.com", UNKNOWN)]


def shape(response: Response) -> tuple[int, list[str], str]:
    """Return what two answers must share: all but the tokens and the address that was typed."""
    body = HIDDEN_TOKEN.sub("", response.text())
    for email in ("alice@example.com", UNKNOWN):
        body = body.replace(email, "")
    return response.status, sorted(name.lower() for name, _ in response.headers), body
