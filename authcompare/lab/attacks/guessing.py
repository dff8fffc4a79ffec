"""How many guesses does an attacker get, and what does a wrong one tell him?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from django.contrib.auth import hashers

from .. import events
from ..arena import PASSWORD, Arena, email_of
from ..durations import words
from ..evidence import HIDDEN_TOKEN
from ..verdicts import Breached, Held, Verdict
from ..visitor import Visitor
from ..wire import Response
from . import attack

# NIST SP 800-63B-4 3.2.2: no more than a hundred consecutive failed attempts on one account.
MOST_GUESSES = 100
FLOOD = 200
UNKNOWN = "nobody@example.com"
WRONG = "a wrong password"
ACCOUNTS = {
    (email_of("alice"), WRONG): "a known address",
    (email_of("bob"), WRONG): "an inactive account",
    (email_of("bob"), PASSWORD): "an inactive account with its right password",
}
BOTNET = "many networks"
FLOODS = (("alice", "one address"), ("bob", BOTNET))
# From where the owner logs in; at home she has been logged in before.
PLACES = {"at home": "", "at a new network": "203.0.113.7"}
# Minutes after the flood at which a refused owner tries again.
WAITS = (1, 5, 15, 60, 24 * 60)


def guesses_heard(mallory: Visitor, many_addresses: bool, most: int) -> int:
    """Return how many wrong guesses the server checks before it refuses to, at most `most`."""
    for number in range(most):
        with counted_hashes() as seen:
            guess_wrong(mallory, number, many_addresses=many_addresses)
        if not seen:
            return number
    return most


def guess_wrong(mallory: Visitor, number: int, *, many_addresses: bool) -> None:
    """Try a wrong password, from another network each time if there are many."""
    if many_addresses:
        mallory.address = f"10.{number}.0.1"
    mallory.log_in(f"wrong {number}")


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
    defence="The owner's known network has a counter of its own, which guesses elsewhere leave be. "
    "A limit on guesses from everywhere shuts some door; it should be that of new networks only, "
    "and not for long.",
)
def locking_the_owner_out(arena: Arena) -> Verdict:
    """Mallory guesses wrong two hundred times, so that the limit meets the owner in his place: at
    Alice's password from one address, at Bob's from as many networks. Then both log in with the
    right one, at home and from a network that is new to the server.
    """
    owners = [Owner(arena, name, flood, place) for name, flood in FLOODS for place in PLACES]
    for name, _ in FLOODS:
        arena.logged_in(name).log_out()
    for name, flood in FLOODS:
        mallory = arena.visitor(name).copy("mallory")
        for number in range(FLOOD):
            guess_wrong(mallory, number, many_addresses=flood == BOTNET)
    refused = [owner for owner in owners if not owner.is_let_in()]
    if not refused:
        return Held("With the right password both are in at once, at home and elsewhere.")
    return Breached(f"The right password is refused {'; '.join(how_long_out(arena, refused))}.")


@dataclass(frozen=True)
class Owner:
    """One of those who are flooded, at a place from which she logs in."""

    arena: Arena
    name: str
    flood: str
    place: str

    def is_let_in(self) -> bool:
        visitor = self.arena.visitor(self.name)
        visitor.address = PLACES[self.place] or visitor.address
        visitor.log_in()
        return visitor.is_in()


def how_long_out(arena: Arena, refused: list[Owner]) -> list[str]:
    """Let time pass until each of them is in, and return in words where each was out how long."""
    said, passed = [], 0
    for minutes in WAITS:
        arena.wait(minutes=minutes - passed)
        passed = minutes
        let_in = [owner for owner in refused if owner.is_let_in()]
        refused = [owner for owner in refused if owner not in let_in]
        said += [_out(owner, f"for at most {words(minutes * 60)}") for owner in let_in]
    return [*said, *(_out(owner, "for days") for owner in refused)]


def _out(owner: Owner, duration: str) -> str:
    return f"{owner.place} after guesses from {owner.flood}, {duration}"


@attack(
    "Enumeration by the answer",
    standards=("OWASP ASVS 5.0 6.3.8", "WSTG-IDNT-04", "CWE-204"),
    defence="One answer for whatever is wrong, to the last header.",
)
def enumeration_by_answer(arena: Arena) -> Verdict:
    """Mallory compares the answers to an address that is unknown, to Alice's with a wrong password,
    and to Bob's, whose account was deactivated, with a wrong and with the right one.
    """
    events.deactivate(arena, arena.visitor("bob"))
    first, again = (shape(attempt(arena, UNKNOWN)) for _ in range(2))
    # What differs between two answers to the same request says nothing about the address.
    noise = {name for name in first if first[name] != again.get(name)}
    for (email, password), whose in ACCOUNTS.items():
        answer = shape(attempt(arena, email, password))
        if any(answer.get(name) != first.get(name) for name in {*answer, *first} - noise):
            return Breached(f"The answer tells {whose} from an unknown address.")
    return Held("The answers differ in nothing but what differs between two of the same kind.")


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


def attempt(arena: Arena, email: str, password: str = WRONG) -> Response:
    """Log in from Mallory's browser with this address."""
    mallory = arena.visitor("mallory")
    mallory.email = email
    return mallory.log_in(password)


def shape(response: Response) -> dict[str, str]:
    """Return an answer by its parts, without the tokens and the address that was typed."""
    body = HIDDEN_TOKEN.sub("", response.text())
    for email in (UNKNOWN, *(email for email, _ in ACCOUNTS)):
        body = body.replace(email, "")
    headers = {name.lower(): "; ".join(response.all(name)) for name, _ in response.headers}
    # A body that is a few characters longer is so because the address is, which was taken out.
    return {**headers, "content-length": "", "status": str(response.status), "body": body}
