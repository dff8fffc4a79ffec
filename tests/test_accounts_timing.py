"""An answer takes as long for an address that nobody has as for one that somebody has.

Two proofs: the hashes of a request are counted, which is exact, and its time is measured with the
real hasher, which catches what is not a hash.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from rest_framework.test import APIClient

from authcompare.settings import PASSWORD_HASHERS
from authcompare.users import mails
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
ONE_BY_EACH_RULE = [log_in_by_form, log_in_by_token, sign_up_by_api, reset_by_api]


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


class TestClock:
    """Medians of interleaved samples, with the hasher that the site uses."""

    ROUNDS = 5
    # A hash is nine tenths of a request; a noisy machine moves a median by far less than half.
    MARGIN = 2

    @pytest.fixture(autouse=True)
    def _as_deployed(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        # The parameters of the real hasher, with the mails out of the way as on the site.
        settings.PASSWORD_HASHERS = PASSWORD_HASHERS
        monkeypatch.setattr(mails, "behind_the_answer", mock.Mock())
        for user in User.objects.all():
            user.set_password(PASSWORD)
            user.save()

    @pytest.mark.parametrize(
        "call", [log_in_by_form, log_in_by_token, sign_up_by_api, reset_by_api]
    )
    def test_an_unknown_address_takes_as_long_as_a_known_one(self, call: Call) -> None:
        call("first@example.com")  # Loads what is loaded once.
        known, unknown = [], []
        for number in range(self.ROUNDS):
            known.append(seconds(call, "alice@example.com"))
            unknown.append(seconds(call, f"nobody{number}@example.com"))

        ratio = statistics.median(unknown) / statistics.median(known)
        assert 1 / self.MARGIN < ratio < self.MARGIN


def seconds(call: Call, email: str) -> float:
    """Return how long a call takes."""
    started = time.perf_counter()
    call(email)
    return time.perf_counter() - started
