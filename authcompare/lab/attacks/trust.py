"""Is everything believed that is signed with the right key? Another service of the house has it.

Each token here is validly signed, so that nothing but the rule under attack can refuse it.
"""

import json
from collections.abc import Callable
from typing import Any

from ..arena import Arena
from ..credentials import parts_of, with_value
from ..verdicts import Breached, Held, Inapplicable, Verdict
from . import attack, cookies, jose
from .doors import SIGNS_NOTHING, doors_of, signed_only, tried_by_the_house
from .jose import Forge

HOUR = 3600
YEAR = 365 * 24 * HOUR
# 9999-01-01: the last year that a calendar of four digits has.
YEAR_9999 = 253370764800
NOBODY = "00000000-0000-4000-8000-000000000000"
ANOTHER_SERVICE = (
    "Another service that shares the key could send its own tokens here, and it would be believed."
)


Write = Callable[[dict[str, Any]], bytes]


def minted(arena: Arena, head: dict[str, Any], write: Write) -> Forge:
    """Return what signs a token anew with the server's key.

    `head` has further members of its header; `write` returns its claims as they shall stand.
    """

    def forge(token: str) -> str:
        header, claims, _ = jose.opened(token)
        return arena.strategy.mint(as_they_are(header | head), write(claims)) or ""

    return forge


def sealed(arena: Arena, write: Write, moment: float) -> Forge:
    """Return what signs a session's content anew with the server's key, as of a moment."""

    def forge(value: str) -> str:
        content, _ = cookies.opened(value)
        return arena.strategy.seal(cookies.packed(write(content)), moment) or ""

    return forge


def as_they_are(members: dict[str, Any]) -> bytes:
    return json.dumps(members).encode()


def with_claim(arena: Arena, name: str, text: str | None) -> Forge:
    """Return what signs a token with one claim as this JSON text, or without it."""

    def changed(claims: dict[str, Any]) -> bytes:
        others = {key: value for key, value in claims.items() if key != name}
        return as_they_are(others) if text is None else jose.in_source(others, name, text)

    return minted(arena, {}, changed)


@attack(
    "Unknown extension",
    standards=("RFC 7515 4.1.11", "RFC 7797 6", "CVE-2026-32597"),
    defence="A token that says what must be understood is refused where it is not.",
)
def unknown_extension(arena: Arena) -> Verdict:
    """Another service signs a token whose header lists an extension that must be understood
    (`crit`). Whoever reads it without understanding takes it for something that it is not.
    """
    name = "https://mallory.example/only-for-printing"
    headers: dict[str, dict[str, Any]] = {
        "an extension": {"crit": [name], name: True},
        "an extension that is not there": {"crit": [name]},
        "none at all": {"crit": []},
        "no list": {"crit": name, name: True},
        "a payload that is not encoded": {"crit": ["b64"], "b64": False},
    }
    forgeries = {note: minted(arena, head, as_they_are) for note, head in headers.items()}
    return tried_by_the_house(arena, forgeries, "What must be understood is passed over.")


@attack(
    "Another audience",
    standards=("OWASP ASVS 5.0 9.2.3", "RFC 8725 3.9", "RFC 7519 4.1.3"),
    defence="`aud` in each token, and a verifier that wants to find itself there. SimpleJWT has "
    "the setting AUDIENCE for it.",
)
def another_audience(arena: Arena) -> Verdict:
    """Another service shares the key and signs tokens for its own users. Mallory, who is one of
    them, shows hers here.
    """
    audiences = {
        "another audience": '"https://shop.example"',
        "a list of others": '["https://shop.example", "https://mail.example"]',
        "an empty list": "[]",
        "no audience": None,
    }
    forgeries = {note: with_claim(arena, "aud", text) for note, text in audiences.items()}
    return tried_by_the_house(arena, forgeries, ANOTHER_SERVICE)


@attack(
    "Another issuer",
    standards=("OWASP ASVS 5.0 9.2.3", "RFC 8725 3.8", "CVE-2024-53861"),
    defence="`iss` in each token, compared as a whole. SimpleJWT has the setting ISSUER for it.",
)
def another_issuer(arena: Arena) -> Verdict:
    """Another service shares the key and issues tokens in its own name. Mallory shows one here."""
    issuers = {
        "another issuer": '"https://shop.example"',
        "the beginning of an issuer": '"https://"',
        "a list": '["https://shop.example"]',
        "no issuer": None,
    }
    forgeries = {note: with_claim(arena, "iss", text) for note, text in issuers.items()}
    return tried_by_the_house(arena, forgeries, ANOTHER_SERVICE)


@attack(
    "Not valid yet",
    standards=("OWASP ASVS 5.0 9.2.1", "RFC 7519 4.1.5", "RFC 7519 4.1.6"),
    defence="`nbf` and `iat` compared with the clock.",
)
def not_valid_yet(arena: Arena) -> Verdict:
    """Another service signs a token that is good in an hour, or a session's content as it would in
    an hour. Mallory shows it now.
    """
    later = str(int(arena.now()) + HOUR)
    forgeries = {
        "good from an hour hence": with_claim(arena, "nbf", later),
        "made an hour hence": with_claim(arena, "iat", later),
    }
    sessions = {"signed an hour hence": sealed(arena, as_they_are, arena.now() + HOUR)}
    breach = "What was signed is good before its time."
    return tried_by_the_house(arena, forgeries, breach, in_cookies=sessions)


@attack(
    "Past its end",
    standards=("OWASP ASVS 5.0 9.2.1", "RFC 7519 4.1.4", "CWE-613"),
    defence="`exp` compared with the clock, to the second; without one a token is refused.",
)
def past_its_end(arena: Arena) -> Verdict:
    """Mallory shows a token whose time is up, this second or long ago, or which has no end; or a
    session that was signed before all that is still good.
    """
    now = int(arena.now())
    ends = {
        "ends now": str(now),
        "ended a second ago": str(now - 1),
        "ended a year ago": str(now - YEAR),
        "ended before 1970": "-1",
        "no end": None,
        "null": "null",
    }
    forgeries = {note: with_claim(arena, "exp", text) for note, text in ends.items()}
    sessions = {
        "signed a year ago": sealed(arena, as_they_are, now - YEAR),
        "signed in 1970": sealed(arena, as_they_are, 0),
    }
    breach = "What was signed outlives its end."
    return tried_by_the_house(arena, forgeries, breach, in_cookies=sessions)


@attack(
    "Absurd end",
    standards=("RFC 7519 2", "RFC 7519 4.1.4", "OWASP ASVS 5.0 2.2.1"),
    defence="`exp` must be a finite number, and no later than any token of the server's ends.",
)
def absurd_end(arena: Arena) -> Verdict:
    """Another service signs a token whose end is no moment, or a moment that nobody will see. A
    signed session ends so long after it was signed: that is done in the year 9999.
    """
    ends = {
        "1e999": "1e999",
        "NaN": "NaN",
        "a text": f'"{int(arena.now()) + HOUR}"',
        "true": "true",
        "a list": f"[{int(arena.now()) + HOUR}]",
        "the year 9999": str(YEAR_9999),
        "after all years": "1" + "0" * 30,
    }
    forgeries = {note: with_claim(arena, "exp", text) for note, text in ends.items()}
    sessions = {"signed in the year 9999": sealed(arena, as_they_are, YEAR_9999)}
    breach = "What was signed may live as long as it likes."
    return tried_by_the_house(arena, forgeries, breach, in_cookies=sessions)


@attack(
    "Token of nobody",
    standards=("RFC 8725 3.10", "OWASP ASVS 5.0 10.3.3", "CWE-287"),
    defence="The user is looked up, or is at least of a log-in that the server knows.",
)
def token_of_nobody(arena: Arena) -> Verdict:
    """Another service signs a token for a user whom this server has not, or whose id is no id."""
    alice = arena.id_of("alice")
    ids = {
        "an unknown id": json.dumps(NOBODY),
        "an empty id": '""',
        "a number": "1",
        "true": "true",
        "null": "null",
        "a list": json.dumps([alice]),
        "a query": '{"$ne": null}',
    }
    forgeries = {note: _with_id(arena, alice, text) for note, text in ids.items()}
    sessions = {
        note: sealed(arena, _written_id(alice, text), arena.now()) for note, text in ids.items()
    }
    breach = "What is signed counts, though it names no user whom the server has."
    return tried_by_the_house(arena, forgeries, breach, in_cookies=sessions)


def id_claim(claims: dict[str, Any], user_id: str) -> str:
    """Return the name of the claim that holds a user's id."""
    return next((name for name, value in claims.items() if value == user_id), "sub")


def _with_id(arena: Arena, user_id: str, text: str) -> Forge:
    """Return what signs a token with another id."""
    return minted(arena, {}, _written_id(user_id, text))


def _written_id(user_id: str, text: str) -> Write:
    """Return what writes claims with another id, whatever the claim is called."""

    def write(claims: dict[str, Any]) -> bytes:
        name = id_claim(claims, user_id)
        return jose.in_source({k: v for k, v in claims.items() if k != name}, name, text)

    return write


@attack(
    "A claim given twice",
    standards=("RFC 7519 4", "RFC 8259 4", "CWE-436"),
    defence="The last one counts wherever a token is read, or it is refused.",
)
def claim_given_twice(arena: Arena) -> Verdict:
    """Another service lets Mallory have a token in which the id stands twice, Alice's first and
    her own last. Whoever takes the last one sees Mallory; she hopes that the server sees Alice.
    """
    door = next((d for d in doors_of(arena, signed_only) if d.verb == "read"), None)
    if door is None:
        return Inapplicable(SIGNS_NOTHING)
    mallory = arena.logged_in("mallory")
    part = next(part for part in parts_of(mallory) if part.name == door.part.name)
    twice = _twice(arena.id_of("mallory"), arena.id_of("alice"))
    sign = (
        minted(arena, {}, twice) if jose.is_token(part.value) else sealed(arena, twice, arena.now())
    )
    seen = with_value(mallory, part, sign(part.value)).identity()
    if seen == arena.id_of("alice"):
        return Breached("The server sees Alice, where other readers of the token see Mallory.")
    return Held("The server sees Mallory, as all others do." if seen else "The token is refused.")


def _twice(own: str, other: str) -> Write:
    """Return what writes claims in which the id is first another's, then one's own."""

    def write(claims: dict[str, Any]) -> bytes:
        name = id_claim(claims, own)
        return jose.in_source(claims | {name: other}, name, json.dumps(own))

    return write
