"""Signing and verifying with the key ring, in the place of SimpleJWT's single-key back end."""

import functools
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
from django.conf import settings
from jwt.utils import base64url_decode
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken

from .keys import Key, Ring, RingFile

# The `typ` header of each kind of token (RFC 8725 3.11). RFC 9068 names the access token's.
TYPES = {"access": "at+jwt", "refresh": "rt+jwt"}
HEADER = {"alg", "kid", "typ"}
REQUIRED_CLAIMS = ["iss", "aud", "sub", "sid", "iat", "nbf", "exp", "jti"]
# Ours have 500 characters. What is longer is refused before anything is decoded.
MAX_TOKEN_LENGTH = 4096
# How far the clocks of two of our servers may be apart, in seconds. `exp` gets no such leeway.
CLOCK_SKEW = 5


@functools.cache
def ring_file(path: Path) -> RingFile:
    return RingFile(path)


def current_ring_file() -> RingFile:
    """Return the key ring that the settings name."""
    return ring_file(settings.SIGNING_KEYS_FILE)


class RingBackend(TokenBackend):
    """SimpleJWT's token back end over a ring of keys, each with its own algorithm.

    Tokens that are shown `often` have their signature verified once and are remembered; a refresh
    token is good for one use, so remembering it would only keep a secret in memory.
    """

    def __init__(self, *, often: bool = False, any_age: bool = False) -> None:
        self._verified: Callable[..., dict[str, Any]] = _remembered if often else _verified
        self.any_age = any_age
        super().__init__(
            "ES256",
            audience=settings.TOKEN_AUDIENCE,
            issuer=settings.TOKEN_ISSUER,
        )

    def encode(self, payload: dict[str, Any]) -> str:
        """Return the payload as a signed token of the type that its `token_type` names."""
        key = current_ring_file().ring().signer()
        return jwt.encode(
            payload | {"iss": self.issuer, "aud": self.audience},
            key.private,
            algorithm=key.algorithm,
            headers={"kid": key.kid, "typ": TYPES[payload["token_type"]]},
        )

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """Return the claims of a token, all verified (RFC 8725 3).

        Raises `TokenBackendExpiredToken` for a token of ours that is too old, `TokenBackendError`
        for everything else; neither says why, since only a forger would learn from it.
        """
        try:
            return self._decode(token.decode() if isinstance(token, bytes) else token)
        except jwt.ExpiredSignatureError as error:
            raise TokenBackendExpiredToken("Token is expired") from error
        except (
            jwt.InvalidTokenError,
            ValueError,
            TypeError,
            OverflowError,
            RecursionError,
        ) as error:
            # PyJWT lets some absurd values through to Python's own errors: an `exp` of 1e999, say.
            raise TokenBackendError("Token is invalid") from error

    def _decode(self, token: str) -> dict[str, Any]:
        # By the ring of now: when a key leaves it, what it has signed is verified anew, and fails.
        ring = current_ring_file().ring()
        claims = self._verified(token, ring, self.issuer, self.audience).copy()
        # What time changes is asked at each use.
        _check_times(claims)
        if int(claims["exp"]) <= time.time() and not self.any_age:
            raise jwt.ExpiredSignatureError
        return claims


def _verified(token: str, ring: Ring, issuer: Any, audience: Any) -> dict[str, Any]:
    """Return the claims of a token, of which all is verified but its times."""
    header = _header_of(token)
    key = _key(header, ring)
    claims = jwt.decode(
        token,
        # The algorithm is the key's. The header's `alg` only has to agree with it, which stops
        # both `none` and a public key used as an HMAC secret.
        key.public,
        algorithms=[key.algorithm],
        audience=audience,
        issuer=issuer,
        options={
            "require": REQUIRED_CLAIMS,
            "strict_aud": True,
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        },
    )
    if header.get("typ") != TYPES.get(claims.get("token_type", "")):
        raise ValueError("the type in the header is not the type in the claims")
    return claims


# A token that fails raises and is not remembered, so only tokens of ours take up memory.
_remembered = functools.lru_cache(maxsize=settings.VERIFIED_SIGNATURES)(_verified)


def _key(header: dict[str, Any], ring: Ring) -> Key:
    kid = header.get("kid")
    # Another process may have made the key after this ring was read.
    key = (ring.get(kid) or current_ring_file().key(kid)) if isinstance(kid, str) else None
    if key is None:
        raise ValueError("no key of ours")
    return key


def _header_of(token: str) -> dict[str, Any]:
    """Return the header of a token that has the shape of ours; nothing of it is believed yet."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise ValueError("longer than any token of ours")
    if "=" in token:
        # PyJWT reads padded base64; a compact JWS has none (RFC 7515 2), so that the same
        # signature has no second spelling.
        raise ValueError("padded")
    # PyJWT reads all of the token again, and more strictly: this part finds the key, no more.
    header = json.loads(base64url_decode(token.partition(".")[0]))
    if not isinstance(header, dict) or set(header) != HEADER:
        # PyJWT passes over what it does not know. A key brought along (`jwk`, `jku`, `x5u`),
        # an extension (`crit`, `b64`) and another kind of token (`zip`, `cty`) end here.
        raise ValueError("a header that no token of ours has")
    return header


def _check_times(claims: dict[str, Any]) -> None:
    """Refuse times that are no numbers, and tokens from the future (RFC 7519 4.1.5, 4.1.6)."""
    latest = time.time() + CLOCK_SKEW
    for name in ("exp", "iat", "nbf"):
        # NaN is neither early nor late: every comparison with it is false.
        if type(claims[name]) not in (int, float) or not math.isfinite(claims[name]):
            raise ValueError(f"{name} is no NumericDate")
    if max(claims["iat"], claims["nbf"]) > latest:
        raise ValueError("not valid yet")
    if claims["exp"] > latest + settings.REMEMBERED_LOGIN_LIFETIME.total_seconds():
        raise ValueError("lives longer than any token of ours")
