"""What an operator does from the command line."""

import json
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from authcompare.users import accounts
from authcompare.users.models import User
from sessions_app.models import Session
from sessions_app.store import SessionStore
from tokens_app.backend import current_ring_file
from tokens_app.keys import create_ring
from tokens_app.models import TokenFamily

from .conftest import PASSWORD
from .flows import bearer, log_in_by_form, log_in_by_token
from .test_tokens_flow import refresh

pytestmark = pytest.mark.django_db


def run(*command: str) -> str:
    """Run a command and return what it says."""
    said = StringIO()
    call_command(*command, stdout=said, stderr=StringIO())
    return said.getvalue()


def sign_up(email: str) -> None:
    """Sign up with an address that nobody verifies."""
    response = APIClient().post("/api/signup/", {"email": email, "password": PASSWORD})
    assert response.status_code == 202


class TestEndLogins:
    """manage.py end_logins."""

    def test_it_ends_one_users_log_ins_in_both_modes(
        self, alice: User, bob: User, client: Client
    ) -> None:
        log_in_by_form(client, alice)
        hers, his = log_in_by_token(alice), log_in_by_token(bob)

        assert run("end_logins", "ALICE@example.com") == "2 log-in(s) ended.\n"

        assert client.get("/api/me/").status_code == 401
        assert bearer(hers).get("/api/me/").status_code == 401
        assert bearer(his).get("/api/me/").status_code == 200

    def test_it_ends_everybodys(self, alice: User, bob: User) -> None:
        pairs = log_in_by_token(alice), log_in_by_token(bob)

        assert run("end_logins", "--all") == "2 log-in(s) ended.\n"
        assert [bearer(pair).get("/api/me/").status_code for pair in pairs] == [401, 401]

    def test_an_unknown_address_is_an_error(self, db: None) -> None:
        with pytest.raises(CommandError, match="no user with the address nobody@"):
            run("end_logins", "nobody@example.com")

    def test_it_wants_to_know_whose(self, db: None) -> None:
        with pytest.raises(CommandError, match="required"):
            run("end_logins")


class TestClearsessions:
    """manage.py clearsessions."""

    def test_it_deletes_what_has_been_over_for_a_day_in_both_modes(
        self, alice: User, client: Client
    ) -> None:
        log_in_by_form(client, alice)
        log_in_by_token(alice)

        with time_machine.travel(timezone.now() + timedelta(hours=26, seconds=1)):
            live = log_in_by_token(alice)
            said = run("clearsessions")
            assert bearer(live).get("/api/me/").status_code == 200
        assert said == (
            "1 sessions deleted.\n1 token families deleted.\n0 events deleted.\n"
            "0 abandoned sign-ups deleted.\n"
        )

    def test_what_just_ended_is_kept_for_a_day(self, alice: User) -> None:
        log_in_by_token(alice)
        TokenFamily.objects.all().end("revoked")
        run("clearsessions")
        assert TokenFamily.objects.exists()

        with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
            run("clearsessions")
        assert not TokenFamily.objects.exists()

    def test_it_works_in_batches(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("authcompare.users.log_ins.PURGE_BATCH", 2)
        for _ in range(5):
            log_in_by_token(alice)

        with time_machine.travel(timezone.now() + timedelta(days=2)):
            assert list(TokenFamily.objects.all().purge()) == [2, 2, 1]

    def test_a_sign_up_that_nobody_verified_goes_when_its_link_has_died(self, bob: User) -> None:
        sign_up("alice@example.com")
        with time_machine.travel(timezone.now() + timedelta(days=4) - timedelta(minutes=1)):
            run("clearsessions")
            assert User.objects.exclude(pk=bob.pk).exists()

        with time_machine.travel(timezone.now() + timedelta(days=4, minutes=1)):
            assert "1 abandoned sign-ups deleted." in run("clearsessions")
        assert list(User.objects.all()) == [bob]

    def test_a_sign_up_that_was_repeated_waits_anew(self, db: None) -> None:
        sign_up("alice@example.com")
        with time_machine.travel(timezone.now() + timedelta(days=3)):
            sign_up("alice@example.com")
        with time_machine.travel(timezone.now() + timedelta(days=5)):
            run("clearsessions")

        assert User.objects.exists()

    @pytest.mark.parametrize(
        "kept",
        [
            {"email_verified_at": timezone.now()},
            {"is_staff": True},
            {"is_superuser": True},
            {"is_active": False},
            {"last_login": timezone.now()},
        ],
        ids=lambda kept: next(iter(kept)),
    )
    def test_no_other_account_is_an_abandoned_sign_up(self, db: None, kept: Any) -> None:
        sign_up("alice@example.com")
        User.objects.update(**kept)
        with time_machine.travel(timezone.now() + timedelta(days=400)):
            run("clearsessions")

        assert User.objects.exists()

    def test_abandoned_sign_ups_go_in_batches(self, db: None, monkeypatch: Any) -> None:
        monkeypatch.setattr(accounts, "PURGE_BATCH", 2)
        for number in range(5):
            sign_up(f"mallory{number}@example.com")

        with time_machine.travel(timezone.now() + timedelta(days=5)):
            assert list(accounts.purge()) == [2, 2, 1]

    def test_a_batch_is_one_read_and_one_write(
        self, alice: User, django_assert_num_queries: Any
    ) -> None:
        log_in_by_token(alice)

        with time_machine.travel(timezone.now() + timedelta(days=2)), django_assert_num_queries(3):
            assert list(TokenFamily.objects.all().purge()) == [1]  # And one that finds no more.

    def test_djangos_own_way_to_ask_for_it_works(self, alice: User, client: Client) -> None:
        log_in_by_form(client, alice)
        with time_machine.travel(timezone.now() + timedelta(days=2)):
            SessionStore.clear_expired()

        assert not Session.objects.exists()


@pytest.fixture
def ring(settings: Any, tmp_path: Path) -> Path:
    """A key ring of this test's own."""
    settings.SIGNING_KEYS_FILE = tmp_path / "ring.json"
    create_ring(settings.SIGNING_KEYS_FILE)
    return settings.SIGNING_KEYS_FILE


def published() -> list[str]:
    return [key["kid"] for key in APIClient().get("/.well-known/jwks.json").json()["keys"]]


def signer() -> str:
    return current_ring_file().ring(look_now=True).signer().kid


@pytest.mark.usefixtures("ring")
class TestRotateSigningKey:
    """manage.py rotate_signing_key."""

    def test_the_new_key_is_published_before_it_signs(self) -> None:
        old = signer()
        run("rotate_signing_key")

        assert signer() == old
        assert len(published()) == 2
        with time_machine.travel(time.time() + 301):
            assert signer() != old

    def test_at_once_means_now(self) -> None:
        old = signer()
        run("rotate_signing_key", "--now")

        assert signer() != old

    def test_tokens_of_the_retired_key_go_on(self, alice: User) -> None:
        pair = log_in_by_token(alice)
        run("rotate_signing_key", "--now")

        assert bearer(pair).get("/api/me/").status_code == 200
        assert refresh(pair).status_code == 200

    def test_a_retired_key_is_published_until_its_last_access_token_has_expired(self) -> None:
        old = signer()
        run("rotate_signing_key", "--now")

        with time_machine.travel(time.time() + 9 * 60):
            signer()
            assert old in published()
        with time_machine.travel(time.time() + 11 * 60):
            assert old not in published()

    def test_a_refresh_token_of_a_key_long_retired_goes_on(self, alice: User) -> None:
        pair = log_in_by_token(alice, remember=True)
        run("rotate_signing_key", "--now")

        with time_machine.travel(timezone.now() + timedelta(days=13)):
            run("rotate_signing_key", "--now")
            assert refresh(pair).status_code == 200

    def test_a_key_that_can_have_no_living_token_is_removed(self, ring: Path) -> None:
        run("rotate_signing_key", "--now")
        with time_machine.travel(timezone.now() + timedelta(days=31)):
            run("rotate_signing_key", "--now")

        assert len(json.loads(ring.read_text())["keys"]) == 2

    def test_a_compromised_ring_is_replaced_and_every_token_dies(self, alice: User) -> None:
        pair = log_in_by_token(alice)
        run("rotate_signing_key", "--compromised")
        signer()

        assert bearer(pair).get("/api/me/").status_code == 401
        assert refresh(pair).status_code == 401

    def test_another_process_finds_the_new_key_when_it_meets_its_first_token(
        self, alice: User, ring: Path
    ) -> None:
        here = current_ring_file()
        here.ring(look_now=True)
        run("rotate_signing_key", "--now")
        new = json.loads(ring.read_text())["keys"][-1]["kid"]

        assert here.key(new) is not None

    def test_two_rotations_at_once_do_not_lose_a_key(self, ring: Path) -> None:
        ring.with_name("ring.json.new").touch()

        with pytest.raises(CommandError, match="Another rotation is going on"):
            run("rotate_signing_key")

    def test_the_ring_stays_private(self, ring: Path) -> None:
        run("rotate_signing_key")

        assert ring.stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
    def test_each_algorithm_signs_and_verifies(self, alice: User, algorithm: str) -> None:
        run("rotate_signing_key", "--now", "--algorithm", algorithm)
        signer()

        assert bearer(log_in_by_token(alice)).get("/api/me/").status_code == 200
