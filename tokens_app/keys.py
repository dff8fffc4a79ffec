"""The key ring: which key signs, which keys verify, which are published.

The ring is one file, a private JWK Set (RFC 7517) that the owner alone can read. Each key carries
the moment from which it signs; it is retired when the next one takes over, and goes on verifying
until the last token it signed has expired. There is one algorithm a key, and a token's header
never chooses it (RFC 8725 3.1).

This module needs no settings: `python -m tokens_app.keys PATH` makes the first ring.
"""

import argparse
import hashlib
import json
import os
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Self

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

GENERATORS: dict[str, Callable[[], Any]] = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
}
ALGORITHM_CLASSES: dict[str, Any] = {
    "ES256": ECAlgorithm,
    "EdDSA": OKPAlgorithm,
    "RS256": RSAAlgorithm,
}
# The members that RFC 7638 hashes; none of them is private, and with `alg`, `use` and `kid` they
# are all that is published.
PUBLIC_MEMBERS = {
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "RSA": ("e", "kty", "n"),
}
# How long an answer of the JWKS address may be cached; a key is published so much longer.
JWKS_MAX_AGE = timedelta(minutes=5)
# How often a process looks whether another one has rotated the ring.
LOOK_EVERY_SECONDS = 1.0


def thumbprint(jwk: dict[str, Any]) -> str:
    """Return the RFC 7638 SHA-256 thumbprint of a JWK, which is its `kid`."""
    members = {name: jwk[name] for name in PUBLIC_MEMBERS[jwk["kty"]]}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True)
class Key:
    """One key pair with its one algorithm. `active_from` is in seconds since 1970."""

    kid: str
    algorithm: str
    active_from: float
    private: Any
    public: Any
    jwk: dict[str, Any]

    @classmethod
    def generate(cls, algorithm: str, active_from: float) -> Self:
        """Return a new key that signs from the given moment on."""
        private = GENERATORS[algorithm]()
        jwk = ALGORITHM_CLASSES[algorithm].to_jwk(private, as_dict=True)
        jwk.pop("key_ops", None)
        members = {"kid": thumbprint(jwk), "alg": algorithm, "use": "sig"}
        return cls.from_jwk(jwk | members | {"active_from": active_from})

    @classmethod
    def from_jwk(cls, jwk: dict[str, Any]) -> Self:
        """Return the key that a member of the ring's file describes."""
        private = ALGORITHM_CLASSES[jwk["alg"]].from_jwk(jwk)
        return cls(jwk["kid"], jwk["alg"], jwk["active_from"], private, private.public_key(), jwk)

    def public_jwk(self) -> dict[str, str]:
        """Return what everybody may know of the key (RFC 7517 4)."""
        return {
            name: self.jwk[name] for name in ("kid", "alg", "use", *PUBLIC_MEMBERS[self.jwk["kty"]])
        }


class Ring:
    """The keys of one version of the ring's file, oldest first."""

    def __init__(self, keys: list[Key]) -> None:
        self.keys = sorted(keys, key=lambda key: key.active_from)
        self._by_kid = {key.kid: key for key in self.keys}

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the ring in a file."""
        return cls([Key.from_jwk(jwk) for jwk in json.loads(path.read_text())["keys"]])

    def get(self, kid: str) -> Key | None:
        """Return the key with this id; a `kid` is looked up in this set and nowhere else."""
        return self._by_kid.get(kid)

    def signer(self) -> Key:
        """Return the key that signs now: the latest one whose time has come."""
        now = time.time()
        return next(key for key in reversed(self.keys) if key.active_from <= now)

    def retired_since(self, key: Key) -> float:
        """Return for how many seconds the key has not signed any more; 0 or less while it does."""
        later = [other.active_from for other in self.keys if other.active_from > key.active_from]
        return time.time() - min(later) if later else 0

    def used_within(self, lifetime: timedelta) -> list[Key]:
        """Return the keys whose tokens may be alive, if tokens live no longer than this."""
        return [k for k in self.keys if self.retired_since(k) <= lifetime.total_seconds()]


class RingFile:
    """The ring's file as one process sees it: read again when it has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._version: tuple[int, int] | None = None
        self._looked = 0.0
        self._ring = Ring([])

    def ring(self, *, look_now: bool = False) -> Ring:
        """Return the current ring; `look_now` for a `kid` that this process does not know yet."""
        if look_now or time.monotonic() - self._looked >= LOOK_EVERY_SECONDS:
            self._look()
        return self._ring

    def key(self, kid: str) -> Key | None:
        """Return the key with this id, also when another process made it a moment ago."""
        return self.ring().get(kid) or self.ring(look_now=True).get(kid)

    def _look(self) -> None:
        status = self.path.stat()
        version = (status.st_mtime_ns, status.st_ino)
        if version != self._version:
            self._ring, self._version = Ring.read(self.path), version
        self._looked = time.monotonic()


@contextmanager
def _new_version(path: Path) -> Iterator[tuple[Path, IO[str]]]:
    """Yield a file beside the ring's, and its path; it is gone at the end, moved or not.

    It is the lock, too: of two rotations at once the second raises `FileExistsError`, where it
    would otherwise lose the other's key and every token signed with it.
    """
    scratch = path.with_name(f"{path.name}.new")
    # Created with its final mode: there is no moment in which others could read it.
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            yield scratch, file
    finally:
        scratch.unlink(missing_ok=True)


def _dump(keys: list[Key], file: IO[str]) -> None:
    json.dump({"keys": [key.jwk for key in keys]}, file, indent=1)
    file.flush()
    os.fsync(file.fileno())


def create_ring(path: Path, algorithm: str = "ES256") -> None:
    """Write a new ring with one key, readable by its owner alone (mode 0600).

    Raises `FileExistsError` rather than overwrite a ring: that would end every log-in by token.
    """
    with _new_version(path) as (scratch, file):
        _dump([Key.generate(algorithm, active_from=int(time.time()))], file)
        # Unlike a rename, a link fails where there is a ring already; and it is never half a ring.
        os.link(scratch, path)


def add_key(path: Path, key: Key, keep: Callable[[Ring], list[Key]]) -> list[Key]:
    """Replace the ring's file by one with a further key, in one step, and return what it kept.

    `keep` chooses from the present ring. Raises `FileExistsError` while another rotation goes on.
    """
    with _new_version(path) as (scratch, file):
        kept = keep(Ring.read(path))
        _dump([*kept, key], file)
        scratch.replace(path)
    return kept


def main() -> None:
    """Make the first ring from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tokens_app.keys", description=main.__doc__)
    parser.add_argument("path", type=Path, help="the file to write; it must not exist yet")
    parser.add_argument("--algorithm", choices=GENERATORS, default="ES256")
    options = parser.parse_args()
    try:
        create_ring(options.path, options.algorithm)
    except FileExistsError:
        parser.error(f"{options.path} exists: rotate it with `manage.py rotate_signing_key`")


if __name__ == "__main__":
    main()
