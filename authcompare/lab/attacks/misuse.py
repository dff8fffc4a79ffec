"""Is what the server did sign believed where, when or in a shape it was not meant for?"""

from django.core.signing import TimestampSigner

from ..arena import Arena
from ..credentials import parts_of
from ..verdicts import Inapplicable, Verdict
from . import attack, cookies, jose
from .doors import NO_TOKEN, Door, doors_of, judged, signed_cookies_only, tokens_and_keys, tried
from .jose import Forge

NO_END = "The log-out ends nothing on the server that another spelling could outlive."
ONE_KIND = "The client holds one kind of token only."
NOT_DJANGOS = "No part of the credential is signed by Django's own signer."
# What other parts of a site sign: `signing.dumps` without a salt, messages, a cookie of a view's.
PURPOSES = ("django.core.signing", "django.contrib.messages", "cookie-of-a-view")


def _mirrored(token: str) -> str:
    """Return the token with its other ECDSA signature, if it has one."""
    if not jose.is_token(token) or jose.opened(token)[0].get("alg") != "ES256":
        return token
    message, _, signature = token.rpartition(".")
    return f"{message}.{jose.b64(jose.mirrored(jose.unb64(signature)))}"


SPELLINGS: dict[str, Forge] = {
    "padded": lambda value: f"{value}=",
    "padded twice": lambda value: f"{value}==",
    "spare bits set": jose.with_spare_bits,
    "a character in percent encoding": lambda value: f"{value[:-1]}%{ord(value[-1]):02X}",
    "in capitals": str.upper,
    "the other ECDSA signature": _mirrored,
}


@attack(
    "Another spelling",
    standards=("RFC 7515 2", "RFC 4648 3.5", "CWE-647"),
    defence="What ends is the log-in, by its id, and not a text.",
)
def another_spelling(arena: Arena) -> Verdict:
    """Mallory has a copy of what Alice's client shows. Alice logs out. Mallory shows the same
    bytes in another spelling, which a list of ended texts does not know.
    """
    doors = [door for door in doors_of(arena, tokens_and_keys) if _ends_with_the_log_out(door)]
    if not doors:
        return Inapplicable(NO_END)
    alive = {door.verb: door.open_to(SPELLINGS) for door in doors}
    breach = "The value is dead after the log-out, but not in another spelling."
    refusal = f"After the log-out all {len(SPELLINGS)} spellings are as dead as the value"
    return judged(doors, alive, breach, refusal)


def _ends_with_the_log_out(door: Door) -> bool:
    """Let the owner log out; tell whether a copy of her value, at this door, is dead now."""
    alice, door.owner = door.owner, door.owner.copy()
    alice.log_out()
    return not door.opens(lambda value: value, "nothing changed")


@attack(
    "One token for another",
    standards=("OWASP ASVS 5.0 9.2.2", "RFC 8725 3.11", "RFC 8725 3.12", "RFC 9068 4"),
    defence="A type in each token, and a verifier that wants its own.",
)
def one_token_for_another(arena: Arena) -> Verdict:
    """Mallory got hold of one of Alice's tokens only. She shows it where the other one belongs:
    the long-lived one to read, the short-lived one to renew itself for ever.
    """
    alice = arena.logged_in("alice")
    tokens = {part.name: part.value for part in parts_of(alice) if jose.is_token(part.value)}
    if not tokens:
        return Inapplicable(NO_TOKEN)
    if len(tokens) == 1:
        return Inapplicable(ONE_KIND)
    doors = doors_of(arena)
    accepted = {door.verb: door.open_to(_others(tokens, door)) for door in doors}
    breach = "A token opens what another kind is for."
    return judged(doors, accepted, breach, "The other kind was refused")


def _others(tokens: dict[str, str], door: Door) -> dict[str, Forge]:
    """Return the tokens that belong elsewhere, each in the place of the door's own."""
    others = {name: token for name, token in tokens.items() if name != door.part.name}
    return {f"{name} for {door.part.name}": _instead(token) for name, token in others.items()}


def _instead(token: str) -> Forge:
    return lambda _: token


@attack(
    "Signed for another purpose",
    standards=("CWE-323", "CWE-345"),
    defence="A salt for each purpose, so that what is signed for one is nothing to another.",
)
def signed_for_another_purpose(arena: Arena) -> Verdict:
    """Mallory has another part of the site sign a text of hers, a message or a link, with the
    site's one secret. The text is the content of a session. She shows it as her session.
    """
    doors = doors_of(arena, signed_cookies_only)
    forgeries = {f"signed for “{purpose}”": _signed_for(purpose) for purpose in PURPOSES}
    breach = "What any part of the site signs is a session."
    return tried(doors, forgeries, breach, otherwise=NOT_DJANGOS)


def _signed_for(purpose: str) -> Forge:
    signer = TimestampSigner(salt=purpose)
    return lambda value: signer.sign(cookies.content_of(value))
