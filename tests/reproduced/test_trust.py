"""What SimpleJWT believes because it is signed: another service of the house has the key, too."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest

from . import breaches
from .doors import SIMPLEJWT, log_in_by_token, refresh, token_owner
from .plain import Site

YEAR_9999 = 253370764800
NOBODY = "00000000-0000-4000-8000-000000000000"


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(site: Site, token: str, **claims: Any) -> str:
    """Return a token with other claims, signed by the other service with the shared secret."""
    header, body, _ = token.split(".")
    changed = json.loads(urlsafe_b64decode(body + "==")) | claims
    message = f"{header}.{b64(json.dumps(changed).encode())}"
    return f"{message}.{b64(hmac.digest(site.secret.encode(), message.encode(), 'sha256'))}"


def assert_believed(site: Site, **claims: Any) -> None:
    """Have the other service put claims into both of Alice's tokens, and show both."""
    pair = log_in_by_token(site, "alice")
    assert token_owner(site, signed(site, pair["access"], **claims)) == "alice"
    assert refresh(site, signed(site, pair["refresh"], **claims)).status == 200


@breaches("another-audience", *SIMPLEJWT)
def test_a_token_for_another_audience_is_believed(site: Site) -> None:
    assert_believed(site, aud="https://shop.example")


@breaches("another-issuer", *SIMPLEJWT)
def test_a_token_of_another_issuer_is_believed(site: Site) -> None:
    assert_believed(site, iss="https://shop.example")


@breaches("absurd-end", *SIMPLEJWT)
def test_a_token_until_the_year_9999_is_believed(site: Site) -> None:
    assert_believed(site, exp=YEAR_9999)


@breaches("token-of-nobody", *SIMPLEJWT)
def test_a_refresh_token_of_nobody_is_renewed(site: Site) -> None:
    pair = log_in_by_token(site, "alice")

    assert refresh(site, signed(site, pair["refresh"], user_id=None)).status == 200


@pytest.mark.parametrize("server", ["simplejwt-stateless"], indirect=True)
def test_an_access_token_of_an_unknown_user_reads_where_nobody_is_looked_up(site: Site) -> None:
    access = log_in_by_token(site, "alice")["access"]
    forged = signed(site, access, user_id=NOBODY)

    answer = site.get("/probe/", Authorization=f"Bearer {forged}")

    assert answer.json() == {"id": NOBODY}
