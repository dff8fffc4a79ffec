"""Is anything believed that the server has not signed? Mallory holds no key of the server's."""

import json
import re
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from ..arena import Arena
from ..credentials import Part
from ..verdicts import Breached, Inapplicable, Verdict
from ..wire import Request
from . import attack, cookies, jose
from .doors import doors_of, tokens_and_keys, tried
from .jose import Forge
from .listener import listening
from .stranger import KID, SECRET, SECRET_JWK, Stranger, forge_by_secret

JWKS = "/.well-known/jwks.json"
SEGMENT = re.compile(r"[^.:]+")
SHARES = (0, 0.25, 0.5, 0.75, 1)
LATER = 10**7
NO_CONTENT = "No part of the credential has a content that its client could read and edit."
NO_PUBLIC_KEY = "The server publishes no key."


@attack(
    "One character changed",
    standards=("OWASP ASVS 5.0 9.1.1", "RFC 8725 3.3", "WSTG-SESS-10", "CWE-347"),
    defence="A signature over the whole value, or a key that is looked up as a whole.",
)
def changed_character(arena: Arena) -> Verdict:
    """Mallory changes one character of what Alice's client shows, at five places in each part of
    it, and shows the result.
    """
    doors = doors_of(arena, tokens_and_keys)
    parts = max(len(SEGMENT.findall(door.value)) for door in doors)
    forgeries = {
        f"part {number + 1} at {share:.0%}": _with_change(number, share)
        for number in range(parts)
        for share in SHARES
    }
    return tried(doors, forgeries, "Not all of the value is checked.")


def _with_change(number: int, share: float) -> Forge:
    def change(value: str) -> str:
        segments = list(SEGMENT.finditer(value))
        segment = segments[number % len(segments)]  # Another door's value may have more parts.
        place = round(share * (len(segment[0]) - 1))
        # In the third of four base64 characters a change leaves text a text, so that it is for
        # the signature to refuse it and not for a parser.
        place = min(place - place % 4 + 2, len(segment[0]) - 1)
        return value[: segment.start()] + jose.altered(segment[0], place) + value[segment.end() :]

    return change


@attack(
    "Content edited",
    standards=("OWASP ASVS 5.0 9.1.1", "RFC 8725 3.3", "WSTG-SESS-10", "CWE-345"),
    defence="A signature over the content, checked before anything in it is believed.",
)
def edited_content(arena: Arena) -> Verdict:
    """Mallory reads the content of her credential, which is signed but not secret. She puts Bob's
    id in, a right or a later end, and leaves the old signature below it.
    """
    alice, bob = arena.id_of("alice"), arena.id_of("bob")
    forgeries = {
        "Bob's id": _edited(lambda c: {k: bob if v == alice else v for k, v in c.items()}),
        "the rights of staff": _edited(lambda c: c | {"is_staff": True, "is_superuser": True}),
        "a later end": _edited(lambda c: c | {"exp": c.get("exp", arena.now()) + LATER}),
    }
    doors = doors_of(arena, readable_only)
    return tried(doors, forgeries, "The signature does not count.", otherwise=NO_CONTENT)


def readable_only(verb: str, part: Part) -> bool:
    """Want the parts whose content can be read by whoever holds them."""
    return jose.is_token(part.value) or cookies.is_signed(part.value)


def _edited(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Forge:
    def edit(value: str) -> str:
        if cookies.is_signed(value):
            content, rest = cookies.opened(value)
            return cookies.closed(change(content), rest)
        header, payload, signature = value.split(".")
        claims = json.loads(jose.unb64(payload))
        return f"{header}.{jose.b64(change(claims))}.{signature}"

    return edit


NONES: tuple[Any, ...] = ("none", "None", "NONE", "nOnE", "none ", "", None)


@attack(
    "No algorithm",
    standards=("OWASP ASVS 5.0 9.1.2", "RFC 8725 3.1", "WSTG-SESS-10", "CWE-347"),
    defence="A list of algorithms at the verifier; the header's `alg` chooses none.",
)
def no_algorithm(arena: Arena) -> Verdict:
    """Mallory writes a header that says the token is not signed: `alg` is `none` in any spelling,
    empty, null, missing or given twice. She leaves the signature out, or an old one in.
    """
    headers = {f"alg {json.dumps(name)}": _with_algorithm(name) for name in NONES}
    headers["no alg"] = lambda header: jose.b64({k: v for k, v in header.items() if k != "alg"})
    headers["alg twice"] = lambda header: jose.b64(jose.in_source(header, "alg", '"none"'))
    forgeries = {
        f"{note}{below}": _under(header, signed=bool(below))
        for note, header in headers.items()
        for below in ("", " over the old signature")
    }
    return tried(doors_of(arena), forgeries, "The token's header switches the check off.")


def _with_algorithm(name: Any) -> Callable[[dict[str, Any]], str]:
    return lambda header: jose.b64(header | {"alg": name})


def _under(header: Callable[[dict[str, Any]], str], *, signed: bool) -> Forge:
    def forge(token: str) -> str:
        _, payload, signature = token.split(".")
        return f"{header(jose.opened(token)[0])}.{payload}.{signature if signed else ''}"

    return forge


@attack(
    "Public key as secret",
    standards=("OWASP ASVS 5.0 9.1.2", "RFC 8725 2.1", "RFC 8725 3.1", "CVE-2022-29217"),
    defence="One algorithm for each key; the header's `alg` only has to agree with it.",
)
def public_key_as_secret(arena: Arena) -> Verdict:
    """Mallory fetches the server's public key, which everybody may know. She signs with an HMAC
    under it, in each encoding it may have, and hopes that the server takes it for a secret.
    """
    doors = doors_of(arena)
    keys = arena.visitor("mallory").send(Request("GET", JWKS)).json().get("keys")
    if doors and not keys:
        return Inapplicable(NO_PUBLIC_KEY)
    forgeries = {
        f"HS{bits} under the {name}": jose.resigned(jose.by_secret(secret, bits), alg=f"HS{bits}")
        for key in keys or ()
        for name, secret in jose.spellings(key).items()
        for bits in (256, 384, 512)
    }
    return tried(doors, forgeries, "The public key counts as a secret.")


@attack(
    "Key in the token",
    standards=("OWASP ASVS 5.0 9.1.3", "RFC 8725 3.10", "RFC 7515 4.1.3", "CVE-2018-0114"),
    defence="Keys come from the server's own set, never from the token that they should prove.",
)
def key_in_the_token(arena: Arena) -> Verdict:
    """Mallory signs with a key of her own and puts its public half into the token's header."""
    mallory = Stranger()
    forgeries = {
        "jwk": mallory.forge(jwk=mallory.jwk()),
        "jwk and its kid": mallory.forge(jwk=mallory.jwk(), kid=KID),
        "jwk of a secret": forge_by_secret(jwk=SECRET_JWK),
        "x5c": mallory.forge(x5c=mallory.chain()),
        "x5c and its kid": mallory.forge(x5c=mallory.chain(), kid=KID),
    }
    return tried(doors_of(arena), forgeries, "Whoever brings a key along is believed.")


@attack(
    "Key by address",
    standards=("OWASP ASVS 5.0 9.1.3", "RFC 8725 3.10", "RFC 7515 4.1.2", "CWE-918"),
    defence="No address in a token is ever fetched.",
)
def key_by_address(arena: Arena) -> Verdict:
    """Mallory signs with a key of her own and names in the token's header where it can be fetched:
    at her server. That nothing is fetched is seen there.
    """
    mallory = Stranger()
    documents = {
        "/keys.json": json.dumps({"keys": [mallory.jwk()]}).encode(),
        "/cert.pem": mallory.certificate().public_bytes(Encoding.PEM),
    }
    with listening(documents) as server:
        keys, certificate = (server.origin + path for path in documents)
        forgeries = {
            "jku": mallory.forge(jku=keys),
            "jku and its kid": mallory.forge(jku=keys, kid=KID),
            "x5u": mallory.forge(x5u=certificate),
            "kid": mallory.forge(kid=keys),
        }
        verdict = tried(doors_of(arena), forgeries, "Any address is trusted.")
    if server.asked and not isinstance(verdict, Breached):
        return Breached(f"The server fetches from Mallory's address. {verdict.reason}")
    return verdict


@attack(
    "Foreign key id",
    standards=("RFC 8725 3.10", "RFC 7515 4.1.4", "CWE-22", "CWE-89"),
    defence="`kid` is looked up in a fixed set: it is no path, no query and no command.",
)
def foreign_key_id(arena: Arena) -> Verdict:
    """Mallory names a key that the server has not: one of hers, a file whose content she knows, a
    row that an injected query makes up. She signs with what would then be the key.
    """
    mallory = Stranger()
    empty = jose.by_secret(b"")
    forgeries = {
        "the server's own, over Mallory's signature": mallory.forge(),
        "Mallory's": mallory.forge(kid=KID),
        "empty": mallory.forge(kid=""),
        "four thousand letters": mallory.forge(kid="k" * 4000),
        "a list": mallory.forge(kid=[KID]),
        "null": mallory.forge(kid=None),
        "an empty file": jose.resigned(empty, alg="HS256", kid="/dev/null"),
        "a path to it": jose.resigned(empty, alg="HS256", kid="../" * 12 + "dev/null"),
        "a query": forge_by_secret(kid=f"' UNION SELECT '{SECRET}' --"),
        "a command": forge_by_secret(kid="keys; cat /dev/null |"),
    }
    return tried(doors_of(arena), forgeries, "The header says where a key comes from.")
