"""Forged tokens, built piece by piece as an attacker would, and the doors they are tried at.

Most attacks need no key. Some are only seen where the signature is good, so that nothing but the
rule under test can refuse them: those are signed with the project's own key.
"""

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from authcompare.lab.attacks.jose import Signer, by_key, compact, opened
from tokens_app.backend import current_ring_file
from tokens_app.keys import Key


def our_key() -> Key:
    """Return the key that the project signs with now."""
    return current_ring_file().ring().signer()


def by(key: Key) -> Signer:
    """Sign with a key pair, by the key's own algorithm."""
    return by_key(key.private, key.algorithm)


def changed(
    token: str,
    header: dict[str, Any] | None = None,
    claims: dict[str, Any] | None = None,
    without: Collection[str] = (),
) -> str:
    """Return the token with members added, replaced or left out, validly signed by us."""
    old_header, old_claims, _ = opened(token)
    parts = [old_header | (header or {}), old_claims | (claims or {})]
    kept = [{name: part[name] for name in part if name not in without} for part in parts]
    return compact(kept[0], kept[1], by(our_key()))


def with_source(token: str, name: str, source: str) -> str:
    """Return the token with one claim as this JSON text, validly signed by us."""
    header, claims, _ = opened(token)
    text = json.dumps(claims | {name: "@"}).replace('"@"', source)
    return compact(header, text.encode(), by(our_key()))


def use_ring(settings: Any, path: Path, *keys: Key) -> None:
    """Let the project sign and verify with these keys, the latest one signing."""
    path.write_text(json.dumps({"keys": [key.jwk for key in keys]}))
    settings.SIGNING_KEYS_FILE = path


# One for all, since each new client loads the whole middleware. Nothing here gets a cookie.
CLIENT = APIClient()


def show(token: str) -> Any:
    """Ask for the secured resource with a token."""
    return CLIENT.get("/api/me/", HTTP_AUTHORIZATION=f"Bearer {token}")


def verify(token: Any) -> Any:
    """Ask whether an access token is live."""
    return CLIENT.post("/api/token/verify/", {"token": token})


def refresh(token: Any) -> Any:
    """Ask for the next pair."""
    return CLIENT.post("/api/token/refresh/", {"refresh": token})


def log_out(token: Any) -> Any:
    """End the log-in of a refresh token."""
    return CLIENT.post("/api/token/logout/", {"refresh": token})


# Where each kind of token is shown, the door that counts first. Logging out is no such door: it
# answers an expired token kindly.
DOORS = {"access": (show, verify), "refresh": (refresh,)}
KINDS = pytest.mark.parametrize("kind", DOORS)


def assert_accepted(kind: str, token: str) -> None:
    """Assert that a token works at the first of its kind's doors."""
    response = DOORS[kind][0](token)
    assert response.status_code == 200, response.content


def assert_refused(kind: str, token: str) -> None:
    """Assert that every door refuses a token as RFC 6750 3.1 wants it."""
    for door in DOORS[kind]:
        response = door(token)
        assert response.status_code == 401, (door.__name__, response.content)
        assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def assert_both_refused(pair: dict[str, str], forged: Callable[[str], str]) -> None:
    """Assert that what is made of either token is refused."""
    for kind in DOORS:
        assert_refused(kind, forged(pair[kind]))
