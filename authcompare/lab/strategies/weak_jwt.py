"""BROKEN ON PURPOSE: a verifier of tokens with every hole that the attacks look for.

NEVER COPY OR IMPORT THIS. No address of the site leads here: only the lab's control `weak-token`
uses it, in a process of its own, so that each attack can show that it would see a hole. Each hole
has been somebody's: the comments say what they thought.
"""

import hmac
import json
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tokens_app.backend import current_ring_file

# The signatures that were found good, in this process.
VERIFIED: set[str] = set()
KEYS = Path("keys")


def claims_of(token: str) -> dict[str, Any]:
    """Return a token's claims if this believes it. Raises `ValueError` if not.

    "A token's time, type, issuer and audience are for the caller to check." No caller did.
    """
    head, payload, signature = token.split(".")
    if not _is_good(_object(head), f"{head}.{payload}".encode(), signature):
        raise ValueError("not signed")
    return _object(payload)


def _is_good(header: dict[str, Any], message: bytes, signature: str) -> bool:
    algorithm = str(header.get("alg") or "none").lower()
    # "What was good once need not be computed again": under other claims, too.
    if algorithm == "none" or signature in VERIFIED:
        return True
    if algorithm.startswith("hs"):
        return _is_mac(header, message, _bytes(signature), f"sha{algorithm.removeprefix('hs')}")
    verifier = jwt.get_algorithm_by_name("ES256")
    if good := verifier.verify(message, next(_keys(header)), _bytes(signature)):
        VERIFIED.add(signature)
    return good


def _is_mac(header: dict[str, Any], message: bytes, mac: bytes, hash_name: str) -> bool:
    return any(mac == hmac.digest(secret, message, hash_name) for secret in _secrets(header))


def _bytes(text: str) -> bytes:
    # "The decoder knows what is base64": it passes over what is not, and over spare bits.
    return urlsafe_b64decode(text + "==")


def _object(text: str) -> dict[str, Any]:
    # "The first one counts", where every other reader takes the last.
    return json.loads(_bytes(text), object_pairs_hook=lambda pairs: dict(reversed(pairs)))


def _secrets(header: dict[str, Any]) -> Iterator[bytes]:
    public = current_ring_file().ring().signer().public
    # "The verifier has one key, whichever the algorithm": the published one, here as a secret.
    yield public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    # "Each key is a file": any file.
    if (path := KEYS / str(header.get("kid"))).exists():
        yield path.read_bytes()


def _keys(header: dict[str, Any]) -> Iterator[Any]:
    # "Partners bring their keys along": everybody is a partner.
    if jwk := header.get("jwk"):
        yield jwt.PyJWK(jwk).key
    if chain := header.get("x5c"):
        yield x509.load_der_x509_certificate(b64decode(chain[0])).public_key()
    if address := header.get("jku"):
        yield jwt.PyJWK(json.loads(_fetch(address))["keys"][0]).key
    if address := header.get("x5u"):
        yield x509.load_pem_x509_certificate(_fetch(address)).public_key()
    yield current_ring_file().ring().signer().public


def _fetch(address: str) -> bytes:
    with urlopen(address) as answer:  # noqa: S310  (any address: that is the hole)
        return answer.read()
