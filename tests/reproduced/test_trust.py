"""What is believed because it is signed: another service of the house has the key, too."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

import pytest

from . import breaches
from .doors import (
    SIMPLEJWT,
    log_in_by_form,
    log_in_by_token,
    refresh,
    session_owner,
    token_owner,
)
from .plain import Site

YEAR_9999 = 253370764800
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SALT = "django.contrib.sessions.backends.signed_cookies" + "signer"
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


def signed_at(site: Site, session: str, moment: int) -> str:
    """Return a session's content, signed by the other service as of a moment."""
    message = f"{session.split(':', maxsplit=1)[0]}:{in_base_62(moment)}"
    key = sha256(f"{SALT}{site.secret}".encode()).digest()
    return f"{message}:{b64(hmac.digest(key, message.encode(), 'sha256'))}"


def in_base_62(number: int) -> str:
    return (in_base_62(number // 62) if number >= 62 else "") + DIGITS[number % 62]


@breaches("absurd-end", "django-signed-cookies")
def test_a_session_that_was_signed_in_the_year_9999_is_believed(site: Site) -> None:
    session, _ = log_in_by_form(site, "alice")

    assert session_owner(site, signed_at(site, session, YEAR_9999)) == "alice"


@breaches("not-valid-yet", "django-signed-cookies")
def test_a_session_that_will_be_signed_in_an_hour_is_believed_now(site: Site) -> None:
    session, _ = log_in_by_form(site, "alice")
    later = moment_of(session) + 3600  # Of the server's clock, which the scripts move.

    assert session_owner(site, signed_at(site, session, later)) == "alice"


def moment_of(session: str) -> int:
    """Return when a session was signed, in seconds since 1970."""
    moment = 0
    for digit in session.split(":")[1]:
        moment = moment * 62 + DIGITS.index(digit)
    return moment


@pytest.mark.parametrize("server", ["simplejwt", "simplejwt-blacklist"], indirect=True)
def test_a_refresh_token_of_nobody_is_renewed_to_what_opens_nothing(site: Site) -> None:
    pair = log_in_by_token(site, "alice")

    answer = refresh(site, signed(site, pair["refresh"], user_id=None))

    assert answer.status == 200
    shown = {"Authorization": f"Bearer {answer.json()['access']}"}
    assert site.get("/probe/", **shown).status == 401


@breaches("token-of-nobody", "simplejwt-stateless")
def test_an_access_token_of_an_unknown_user_reads_where_nobody_is_looked_up(site: Site) -> None:
    access = log_in_by_token(site, "alice")["access"]
    forged = signed(site, access, user_id=NOBODY)

    answer = site.get("/probe/", Authorization=f"Bearer {forged}")

    assert answer.json() == {"id": NOBODY}
