"""An answer takes as long for an address that nobody has as for one that somebody has.

Two proofs: the hashes of a request are counted, which is exact, and the time of all the rest is
measured, which catches what is not a hash.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, MD5PasswordHasher
from django.test import Client
from rest_framework.test import APIClient

from authcompare.users import limits, mails
from authcompare.users.models import User

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db

Call = Callable[[str], Any]
WHO = ["alice", "nobody", "waits", "closed"]


def log_in_by_form(email: str) -> Any:
    return Client().post("/sessions/login/", {"email": email, "password": "not my password"})


def log_in_by_token(email: str) -> Any:
    return APIClient().post("/api/token/", {"email": email, "password": "not my password"})


def log_in_to_the_admin(email: str) -> Any:
    return Client().post("/admin/login/", {"username": email, "password": "not my password"})


def sign_up_by_form(email: str) -> Any:
    fields = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    return Client().post("/sessions/signup/", fields)


def sign_up_by_api(email: str) -> Any:
    return APIClient().post("/api/signup/", {"email": email, "password": PASSWORD})


def reset_by_form(email: str) -> Any:
    return Client().post("/sessions/password/reset/", {"email": email})


def reset_by_api(email: str) -> Any:
    return APIClient().post("/api/password/reset/", {"email": email})


CALLS: list[Call] = [
    log_in_by_form,
    log_in_by_token,
    log_in_to_the_admin,
    sign_up_by_form,
    sign_up_by_api,
    reset_by_form,
    reset_by_api,
]
ONE_BY_EACH_RULE = [log_in_by_token, sign_up_by_api, reset_by_api]
TIMED = [
    *(("alice", call) for call in CALLS),
    *((who, call) for who in ("waits", "closed") for call in ONE_BY_EACH_RULE),
]
# Of calls; the first ones load what is loaded once.
PAIRS, WARM_UP = 41, 2


@pytest.fixture(autouse=True)
def _users(alice: User) -> None:
    """Add to Alice one who never verified her address, and one whose account is closed."""
    User.objects.create_user("waits@example.com", PASSWORD, email_verified_at=None)
    User.objects.create_user("closed@example.com", PASSWORD, is_active=False)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the passwords that are hashed."""
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return hashed


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("who", WHO)
def test_every_address_costs_one_hash(call: Call, who: str, hashes: list[str]) -> None:
    call(f"{who}@example.com")

    assert len(hashes) == 1


def tolerance() -> float:
    """Return how many seconds an answer may take longer: a thirtieth of the hash the site uses.

    The hash's own time varies by more. It is measured by the processor's time of all its threads,
    which other programs on a busy machine do not stretch.
    """
    started = time.process_time()
    for _ in range(3):
        Argon2PasswordHasher().encode(PASSWORD, "x" * 16)
    return (time.process_time() - started) / 3 / 30


def longer(call: Call, email: str) -> float:
    """Return by how many seconds a call takes longer for an address than for an unknown one.

    That is the median over pairs of calls: who stands beside whom is slowed down alike by a busy
    machine, who is first changes, and a stall moves one pair and never more than half of them.
    """
    differences = []
    for number in range(-WARM_UP, PAIRS):
        unknown = f"nobody{number}@example.com"
        order = (email, unknown) if number % 2 else (unknown, email)
        took = {who: seconds(call, who) for who in order}
        differences.append(took[email] - took[unknown])
    return statistics.median(differences[WARM_UP:])


def seconds(call: Callable[..., Any], *args: str) -> float:
    """Return how long a call takes by the clock on the wall: a leak may also be a wait."""
    started = time.perf_counter()
    call(*args)
    return time.perf_counter() - started


class TestClock:
    """All that is not the hash, which costs nothing here and would else hide it."""

    @pytest.fixture(autouse=True)
    def _as_deployed(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        # With the mails out of the way, as on the site, and every window open and counted.
        monkeypatch.setattr(mails, "behind_the_answer", mock.Mock())
        settings.RATE_LIMITS = {
            rule: dict.fromkeys(scopes, "1000000 per 1 minute")
            for rule, scopes in settings.RATE_LIMITS.items()
        }

    @pytest.mark.parametrize(("who", "call"), TIMED)
    def test_an_unknown_address_takes_as_long_as_a_known_one(self, who: str, call: Call) -> None:
        assert abs(longer(call, f"{who}@example.com")) < tolerance()

    @pytest.mark.parametrize("call", ONE_BY_EACH_RULE)
    def test_a_leak_of_a_tenth_of_a_hash_is_seen(
        self, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        windows_of, seen = limits.windows_of, tolerance()

        def leaky(rule: Any, request: Any, account: str) -> Any:
            if account == "alice@example.com":
                time.sleep(seen * 3)
            return windows_of(rule, request, account)

        monkeypatch.setattr(limits, "windows_of", leaky)
        assert longer(call, "alice@example.com") > seen
