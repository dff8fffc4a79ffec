"""The doors at which forged values are tried: each part of a credential that opens something."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import chain

from ..arena import Arena, Unplayable
from ..credentials import TRIALS, Part, parts_of, with_value, without
from ..verdicts import Breached, Held, Inapplicable, Verdict
from ..visitor import Visitor
from . import cookies
from .jose import Forge, is_token

# Tells of a verb, and of a part that it may need, whether a forgery is worth a try there.
Wanted = Callable[[str, Part], bool]

# How many of the accepted ones a reason names.
SHOWN = 7
NO_TOKEN = "No part of the credential is a JSON Web Token."  # noqa: S105
NO_FORGERIES: dict[str, Forge] = {}
SIGNS_NOTHING = "The server signs no tokens, so no service can share the key for them."
NO_SUCH_MEMBER = (
    "What the server signs is a session, in which nothing of the kind stands; its salt says what it"
    " was signed for."
)


@dataclass
class Door:
    """One verb that fails without one part of what the client holds."""

    arena: Arena
    verb: str
    part: Part
    owner: Visitor
    failed: list[str] = field(default_factory=list)
    hollow: list[str] = field(default_factory=list)

    @property
    def value(self) -> str:
        """What the owner of the credential holds now."""
        return next(part.value for part in parts_of(self.owner) if part.name == self.part.name)

    def opens(self, forge: Forge, note: str) -> bool:
        """Tell whether the verb works with a forged value. `note` stands beside what was sent."""
        forger = with_value(self.owner, self.part, forge(self.value))
        forger.name = f"mallory, {note}"
        first = len(self.arena.exchanges)
        opened = TRIALS[self.verb](forger)
        answers = [exchange.response for exchange in self.arena.exchanges[first:]]
        if answers[-1].status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.failed.append(note)
        if any(answer.ok() for answer in answers):
            # What was answered may be spent now: the next forgery is made of a fresh value.
            self.owner = self.arena.logged_in("alice")
            if not opened:
                self.hollow.append(note)
        return opened

    def open_to(self, forgeries: Mapping[str, Forge]) -> list[str]:
        """Return the notes of the forgeries that open."""
        return [note for note, forge in forgeries.items() if self.opens(forge, note)]

    def check(self) -> None:
        """Raise `Unplayable` if the value itself opens nothing: refusals would mean nothing."""
        if not self.opens(lambda value: value, "nothing changed"):
            raise Unplayable(f"{self.arena.strategy.slug}: {self.part.name} does not {self.verb}")


def tokens_only(verb: str, part: Part) -> bool:
    """Want the parts that are JSON Web Tokens."""
    return is_token(part.value)


def tokens_and_keys(verb: str, part: Part) -> bool:
    """Want whatever reading needs, and the tokens that renewing needs.

    Renewing may also need a CSRF token, of which the client may choose the value: it names nobody.
    """
    return verb == "read" or is_token(part.value)


def signed_cookies_only(verb: str, part: Part) -> bool:
    """Want what Django's own signer has signed."""
    return cookies.is_signed(part.value)


def signed_only(verb: str, part: Part) -> bool:
    """Want what is signed, in whichever form."""
    return tokens_only(verb, part) or signed_cookies_only(verb, part)


def doors_of(arena: Arena, wanted: Wanted = tokens_only) -> list[Door]:
    """Return the doors for the wanted parts of Alice's credential, found by leaving each out."""
    alice = arena.logged_in("alice")
    doors = [
        Door(arena, verb, part, arena.logged_in("alice"))
        for verb in ("read", "renew")
        for part in parts_of(alice)
        if wanted(verb, part) and not TRIALS[verb](without(alice, part))
    ]
    for door in doors:
        door.check()
    return doors


def tried(
    doors: list[Door], forgeries: Mapping[str, Forge], breach: str, *, otherwise: str = NO_TOKEN
) -> Verdict:
    """Try forgeries at every door, and return what came of it.

    `breach` is the sentence about what an accepted one means, `otherwise` the one for a client
    that holds nothing of the kind.
    """
    if not doors:
        return Inapplicable(otherwise)
    accepted = {door.verb: door.open_to(forgeries) for door in doors}
    for door in doors:
        door.check()  # Nothing has shut it meanwhile: not the number of attempts, say.
    return judged(doors, accepted, breach, f"None of the {len(forgeries)} opens anything")


def judged(
    doors: list[Door], accepted: Mapping[str, list[str]], breach: str, refusal: str
) -> Verdict:
    """Return the verdict on what was accepted, by the verb of its door."""
    trouble = _noted("Renewed, but to what opens nothing", (door.hollow for door in doors))
    trouble += _noted("The server fails (500) over", (door.failed for door in doors))
    if any(accepted.values()):
        return Breached(f"{breach} Accepted {_listed(accepted)}.{trouble}")
    where = " and ".join(f"to {verb}" for verb in accepted)
    return Held(f"{refusal}, {where}.{trouble}")


def _noted(what: str, notes: Iterable[list[str]]) -> str:
    """Return a further sentence about forgeries, at whichever door, or none."""
    named = dict.fromkeys(chain.from_iterable(notes))
    return f" {what}: {', '.join(named)}." if named else ""


def tried_by_the_house(
    arena: Arena,
    forgeries: Mapping[str, Forge],
    breach: str,
    *,
    in_cookies: Mapping[str, Forge] = NO_FORGERIES,
) -> Verdict:
    """Try forgeries that are signed with the server's own key; see `tried`.

    `in_cookies` are those of a session whose content the client keeps, in a signed cookie.
    """
    if arena.strategy.mint(b"{}", b"{}") is not None:
        return tried(doors_of(arena), forgeries, breach)
    if arena.strategy.seal("", 0) is None:
        return Inapplicable(SIGNS_NOTHING)
    if not in_cookies:
        return Inapplicable(NO_SUCH_MEMBER)
    return tried(doors_of(arena, signed_cookies_only), in_cookies, breach)


def _listed(accepted: Mapping[str, list[str]]) -> str:
    """Return the accepted ones in words, the verbs together that accept the same ones."""
    verbs: dict[str, list[str]] = {}
    for verb, notes in accepted.items():
        if notes:
            more = f" and {len(notes) - SHOWN} more" if len(notes) > SHOWN else ""
            verbs.setdefault(", ".join(notes[:SHOWN]) + more, []).append(f"to {verb}")
    return "; ".join(f"{' and '.join(where)}: {notes}" for notes, where in verbs.items())
