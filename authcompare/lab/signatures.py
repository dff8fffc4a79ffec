"""What the cryptography costs by itself: signing, verifying, and hashing a password."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    PBKDF2PasswordHasher,
    ScryptPasswordHasher,
)
from jwt import get_algorithm_by_name

from .arena import PASSWORD
from .figures import over_rounds, rounded, significant
from .wire import ORIGIN

# What one of this project's access tokens says; the lab knows its apps by what they send alone.
MOMENT, UUID, THUMBPRINT = 1_800_000_000, "f" * 36, "f" * 43
HEADER = {"typ": "at+jwt", "kid": THUMBPRINT}
CLAIMS = {
    **{"token_type": "access", "exp": MOMENT, "iat": MOMENT, "nbf": MOMENT, "jti": "f" * 32},
    **{"sub": UUID, "sid": UUID, "iss": ORIGIN, "aud": ORIGIN},
}
SECRET = b"0" * 64
BLOCK, BLOCKS = 20, 25
HASHES = 5
# With Django's own parameters.
HASHERS = (Argon2PasswordHasher, PBKDF2PasswordHasher, ScryptPasswordHasher)


def pairs() -> dict[str, tuple[Any, Any]]:
    """Return for each algorithm the key that signs and the key that verifies."""
    private: dict[str, Any] = {
        "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    }
    asymmetric = {name: (key, key.public_key()) for name, key in private.items()}
    return {"HS256": (SECRET, SECRET)} | asymmetric


def signatures() -> dict[str, dict[str, Any]]:
    """Return for each algorithm the microseconds of signing and verifying, and a token's bytes."""
    return {name: measured(name, *keys) for name, keys in pairs().items()}


def measured(name: str, signer: Any, verifier: Any) -> dict[str, Any]:
    """Return the figures of one algorithm: the signature alone, without the JSON around it."""
    token = jwt.encode(CLAIMS, signer, algorithm=name, headers=HEADER)
    message, _, _ = token.rpartition(".")
    algorithm, raw = get_algorithm_by_name(name), message.encode()
    signing, checking = algorithm.prepare_key(signer), algorithm.prepare_key(verifier)
    signature = algorithm.sign(raw, signing)
    return {
        "sign": rounded(over_rounds(times(lambda: algorithm.sign(raw, signing)))),
        "verify": rounded(over_rounds(times(lambda: algorithm.verify(raw, checking, signature)))),
        "bytes": len(token),
    }


def times(act: Callable[[], object]) -> list[float]:
    """Return the microseconds of processor time of an act, the mean of each of many blocks."""
    found = []
    for _ in range(BLOCKS):
        started = time.process_time_ns()
        for _ in range(BLOCK):
            act()
        found.append((time.process_time_ns() - started) / BLOCK / 1000)
    return found


def hashes() -> dict[str, float]:
    """Return the milliseconds of processor time that hashing a password takes, by hasher."""
    found = {}
    for hasher in (kind() for kind in HASHERS):
        spent = []
        for _ in range(HASHES):
            started = time.process_time_ns()
            hasher.encode(PASSWORD, hasher.salt())
            spent.append((time.process_time_ns() - started) / 1e6)
        found[str(hasher.algorithm)] = significant(statistics.median(spent))
    return found
