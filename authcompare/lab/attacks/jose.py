"""JSON Web Tokens taken apart and put together, as anybody can who has one (RFC 7515, RFC 7519)."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# A part of a token: a JSON object, or the very bytes where no JSON writer would produce them.
Part = dict[str, Any] | bytes
Signer = Callable[[bytes], bytes]
# Makes another value of one that a client holds.
Forge = Callable[[str], str]
PARTS = 3
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# The order of the group in which ES256 counts (SEC 2, secp256r1).
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def b64(part: Part) -> str:
    """Return a part in base64url, without padding."""
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Return the bytes behind base64url."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Return header, claims and signature of a token, nothing verified."""
    header, payload, signature = map(unb64, token.split("."))
    return json.loads(header), json.loads(payload), signature


def is_token(value: str) -> bool:
    """Tell whether a value has the form of a token: three parts, the first two JSON objects."""
    if value.count(".") != PARTS - 1:
        return False
    try:
        header, claims, _ = opened(value)
    except ValueError:
        return False
    return isinstance(header, dict) and isinstance(claims, dict)


def compact(header: Part, claims: Part, sign: Signer) -> str:
    """Return a JWS in compact serialisation (RFC 7515 7.1)."""
    message = f"{b64(header)}.{b64(claims)}"
    return f"{message}.{b64(sign(message.encode()))}"


def by_secret(secret: bytes, bits: int = 256) -> Signer:
    """Sign as HS256, HS384 or HS512 do, without the library's warnings about odd secrets."""
    return lambda message: hmac.digest(secret, message, f"sha{bits}")


def by_key(private: Any, algorithm: str = "ES256") -> Signer:
    """Sign with a private key."""
    return lambda message: jwt.get_algorithm_by_name(algorithm).sign(message, private)


def resigned(sign: Signer, **members: Any) -> Forge:
    """Return what signs a token's claims anew under its header, in which these members change."""

    def forge(token: str) -> str:
        header, claims, _ = opened(token)
        return compact(header | members, claims, sign)

    return forge


def in_source(members: dict[str, Any], name: str, text: str) -> bytes:
    """Return a JSON object with one more member at its end, its value as this JSON text.

    So a name can stand twice, and a value can be one that no JSON writer would write.
    """
    before = json.dumps(members)[1:-1]
    return f"{{{before}{', ' if before else ''}{json.dumps(name)}: {text}}}".encode()


def spellings(jwk: dict[str, str]) -> dict[str, bytes]:
    """Return what an attacker may try as an HMAC secret, all made of a published key."""
    public = jwt.PyJWK(jwk).key
    first = jwk.get("x") or jwk["n"]
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "PEM": pem,
        "PEM without its last newline": pem.rstrip(),
        "PEM with CRLF": pem.replace(b"\n", b"\r\n"),
        "DER": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "JWK": json.dumps(jwk).encode(),
        "compact JWK": json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode(),
        "JWK Set": json.dumps({"keys": [jwk]}).encode(),
        "coordinate": unb64(first),
        "coordinate in base64": first.encode(),
        "point": b"\4" + unb64(first) + unb64(jwk.get("y", "")),
        "kid": jwk["kid"].encode(),
    }


def altered(part: str, place: int) -> str:
    """Return the text with the character at a place changed so that its bytes change, too.

    Of a character's six bits the highest always counts; the last character's lowest ones may be
    left over (RFC 4648 3.5).
    """
    return part[:place] + _flipped(part[place], 32) + part[place + 1 :]


def with_spare_bits(part: str) -> str:
    """Return another spelling of the same bytes where base64 has bits left over, else the same."""
    return part[:-1] + _flipped(part[-1], 1) if len(part) % 4 else part


def _flipped(character: str, bit: int) -> str:
    return ALPHABET[(ALPHABET.find(character) ^ bit) % len(ALPHABET)]


def mirrored(signature: bytes) -> bytes:
    """Return the other ECDSA signature that is as good: who knows (r, s) knows (r, n - s)."""
    r, s = signature[:32], int.from_bytes(signature[32:])
    return r + (P256_ORDER - s).to_bytes(32)
