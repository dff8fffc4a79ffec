"""Refresh tokens rotate, and the ways in which a grace window goes wrong."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as project
from django.utils import timezone
from rest_framework.test import APIClient

from authcompare.users.clients import Client
from authcompare.users.models import AuthEvent, User
from tokens_app.models import TokenFamily

from .flows import bearer, log_in_by_token
from .test_tokens_flow import log_out, refresh

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> Any:
    """Time that passes only when a test shifts it."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def test_each_refresh_returns_a_new_pair(alice: User) -> None:
    first = log_in_by_token(alice)
    second = refresh(first).json()

    assert second["access"] != first["access"]
    assert second["refresh"] != first["refresh"]
    assert bearer(second).get("/api/me/").status_code == 200


def test_refreshing_never_grows_the_table(alice: User) -> None:
    pair = log_in_by_token(alice)
    for _ in range(10):
        pair = refresh(pair).json()

    assert TokenFamily.objects.get().generation == 10


def test_a_lost_answer_can_be_asked_for_again(alice: User) -> None:
    first = log_in_by_token(alice)
    refresh(first)  # The answer never arrived.

    second = refresh(first)

    assert second.status_code == 200
    assert refresh(second.json()).status_code == 200


def test_the_absolute_end_is_carried_through_rotation(alice: User, clock: Any) -> None:
    pair = log_in_by_token(alice)
    for _ in range(11):
        clock.shift(timedelta(hours=1))
        pair = refresh(pair).json()
    clock.shift(timedelta(hours=1) - SECOND)
    pair = refresh(pair).json()
    clock.shift(SECOND)

    assert refresh(pair).status_code == 401


def test_the_idle_end_moves_with_each_refresh(alice: User, clock: Any) -> None:
    pair = log_in_by_token(alice)
    clock.shift(timedelta(hours=2) - SECOND)
    pair = refresh(pair).json()
    clock.shift(timedelta(hours=2) - SECOND)
    assert refresh(pair).status_code == 200
    clock.shift(timedelta(hours=2))
    assert refresh(pair).status_code == 401


class TestNineWaysAGraceWindowGoesWrong:
    """Each has been seen in the wild; none of them here."""

    def test_it_mints_no_independent_sibling(self, alice: User) -> None:
        first = log_in_by_token(alice)
        here, there = refresh(first).json(), refresh(first).json()

        # Both hold the one current token: once one of them rotates it, the other's is spent.
        refresh(here)
        family = TokenFamily.objects.get()
        refresh(there)

        assert TokenFamily.objects.get().generation == family.generation == 2

    def test_its_clock_is_not_reset_by_use(self, alice: User, clock: Any) -> None:
        first = log_in_by_token(alice)
        refresh(first)
        clock.shift(project.REFRESH_GRACE - SECOND)
        assert refresh(first).status_code == 200
        clock.shift(2 * SECOND)

        assert refresh(first).status_code == 401

    def test_it_accepts_no_older_ancestor(self, alice: User) -> None:
        first = log_in_by_token(alice)
        refresh(refresh(first).json())

        assert refresh(first).status_code == 401

    def test_a_detected_thief_is_not_kept(self, alice: User, clock: Any) -> None:
        stolen = log_in_by_token(alice)
        thiefs = refresh(stolen).json()
        clock.shift(project.REFRESH_GRACE + SECOND)
        assert refresh(stolen).status_code == 401  # The owner, who came second.

        assert refresh(thiefs).status_code == 401
        assert bearer(thiefs).get("/api/me/").status_code == 401

    def test_the_losers_answer_is_as_good_as_the_winners(self, alice: User) -> None:
        first = log_in_by_token(alice)
        refresh(first)
        loser = refresh(first).json()

        assert bearer(loser).get("/api/me/").status_code == 200
        assert refresh(loser).status_code == 200

    def test_reuse_ends_one_family_only(self, alice: User, bob: User, clock: Any) -> None:
        stolen, other_device = log_in_by_token(alice), log_in_by_token(alice)
        someone_elses = log_in_by_token(bob)
        refresh(stolen)
        clock.shift(project.REFRESH_GRACE + SECOND)
        refresh(stolen)

        assert refresh(other_device).status_code == 200
        assert refresh(someone_elses).status_code == 200
        assert TokenFamily.objects.get(end_reason="reuse").user == alice

    def test_an_ended_family_enjoys_no_grace(self, alice: User) -> None:
        first = log_in_by_token(alice)
        second = refresh(first).json()
        log_out(second)

        assert refresh(first).status_code == 401
        assert refresh(second).status_code == 401

    def test_two_rotations_within_a_second_are_two(self, alice: User, clock: Any) -> None:
        first = log_in_by_token(alice)
        second = refresh(first).json()
        third = refresh(second).json()

        assert len({pair["refresh"].split(".")[1] for pair in (first, second, third)}) == 3
        assert refresh(first).status_code == 401

    def test_it_is_wired_in(self, alice: User, clock: Any) -> None:
        first = log_in_by_token(alice)
        refresh(first)

        clock.shift(project.REFRESH_GRACE)
        assert refresh(first).status_code == 200
        clock.shift(SECOND)
        assert refresh(first).json()["code"] == "token_reused"


def test_a_token_of_a_later_generation_than_the_row_ends_nothing(alice: User) -> None:
    # A database restored from a backup: the client is ahead of it, which is no theft.
    pair = refresh(log_in_by_token(alice)).json()
    TokenFamily.objects.update(generation=0)

    assert refresh(pair).status_code == 401
    assert TokenFamily.objects.get().ended_at is None


def test_the_end_of_a_log_in_beside_a_refresh_wins(alice: User) -> None:
    pair = log_in_by_token(alice)
    family = TokenFamily.objects.get()
    log_out(pair)

    assert not family.rotate(Client(None, ""))


def test_a_secret_key_that_was_rotated_still_verifies(alice: User, settings: Any) -> None:
    pair = log_in_by_token(alice)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the-next-secret-key-of-the-site-long-enough-for-it"

    assert refresh(pair).status_code == 200


def reuses() -> Any:
    """Return the events of the audit trail but the log-in."""
    return AuthEvent.objects.exclude(what="logged_in")


class TestWhatTheAuditTrailSaysOfReuse:
    """It tells what the reuse looked like; each kind ends the family."""

    @pytest.fixture(autouse=True)
    def _first(self, alice: User, clock: Any) -> None:
        self.first = log_in_by_token(alice)
        self.clock = clock

    def reuse(self, **client: str) -> AuthEvent:
        self.clock.shift(project.REFRESH_GRACE + SECOND)
        APIClient().post("/api/token/refresh/", {"refresh": self.first["refresh"]}, **client)
        assert TokenFamily.objects.get().end_reason == "reuse"
        return reuses().get()

    def test_the_same_client_one_step_behind_has_lost_an_answer(self) -> None:
        refresh(self.first)

        assert self.reuse().what == "lost_response"

    def test_the_same_client_further_behind_is_a_stale_branch(self) -> None:
        refresh(refresh(self.first).json())

        assert self.reuse().what == "stale_branch"

    def test_another_client_is_a_suspected_theft(self, alice: User) -> None:
        refresh(self.first)
        event = self.reuse(REMOTE_ADDR="198.51.100.66", HTTP_USER_AGENT="Mallory/1.0")

        assert event.what == "theft_suspected"
        assert (event.user, event.mode, event.ip_address) == (alice, "token", "198.51.100.66")
        assert event.log_in_id == TokenFamily.objects.get().pk

    def test_it_is_said_once(self) -> None:
        refresh(self.first)
        self.reuse()
        refresh(self.first)

        assert reuses().count() == 1
