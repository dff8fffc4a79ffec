"""Guessing is limited, by one counter for every door, and nobody honest meets the limit."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as project
from django.test import Client, RequestFactory
from django.utils import timezone
from rest_framework.test import APIClient

from authcompare.users import limits
from authcompare.users.clients import Client as FarEnd
from authcompare.users.limits import Rule, Throttled
from authcompare.users.models import AuthEvent, User

from .conftest import PASSWORD
from .doors import TokenDoor
from .flows import log_in_by_form, log_in_by_token, mailed_link
from .test_users import SPELLINGS

pytestmark = pytest.mark.django_db

NEAR, FAR = "198.51.100.1", "203.0.113.9"
NEW, NEW_PASSWORDS = "another correct horse battery", ("new_password1", "new_password2")


def by_form(email: str, password: str = "wrong", address: str = NEAR, **headers: str) -> Any:
    credentials = {"email": email, "password": password}
    return Client(REMOTE_ADDR=address, headers=headers).post("/sessions/login/", credentials)


def by_token(email: str, password: str = "wrong", address: str = NEAR, **headers: str) -> Any:
    credentials = {"email": email, "password": password}
    return APIClient(REMOTE_ADDR=address, headers=headers).post("/api/token/", credentials)


def by_admin(email: str, password: str = "wrong", address: str = NEAR, **headers: str) -> Any:
    credentials = {"username": email, "password": password}
    return Client(REMOTE_ADDR=address, headers=headers).post("/admin/login/", credentials)


DOORS = [by_form, by_token, by_admin]
each_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)


def guess(times: int, email: str = "alice@example.com", **where: str) -> set[int]:
    """Guess so often, and return the statuses."""
    return {by_token(email, **where).status_code for _ in range(times)}


@pytest.fixture
def clock() -> Iterator[Any]:
    """Time that passes only when a test shifts it."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@each_door
def test_the_twenty_first_wrong_password_is_too_many_at_every_door(alice: User, door: Any) -> None:
    refused = {door(alice.email).status_code for _ in range(20)}

    assert refused <= {200, 401}
    assert door(alice.email).status_code == 429


@each_door
def test_what_one_door_counted_holds_at_the_others(alice: User, door: Any) -> None:
    guess(20)

    assert door(alice.email).status_code == 429


@each_door
def test_the_answer_tells_neither_right_from_wrong_nor_known_from_unknown(
    alice: User, clock: Any, door: Any
) -> None:
    guess(20)
    guess(20, "nobody@example.com")

    answers = [
        door(alice.email, PASSWORD),
        door(alice.email, "wrong"),
        door("nobody@example.com", PASSWORD),
    ]

    assert {answer.status_code for answer in answers} == {429}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(answer.headers) for answer in answers}) == 1


def test_the_page_and_the_json_say_how_long(alice: User, clock: Any) -> None:
    guess(20)
    clock.shift(timedelta(minutes=1))

    page, answer = by_form(alice.email), by_token(alice.email)

    assert "Wait 5 minutes, then try again." in page.content.decode()
    assert page.headers["Content-Type"].startswith("text/html")
    assert answer.json()["code"] == "throttled"
    assert page.headers["Retry-After"] == answer.headers["Retry-After"] == "241"


def test_retry_after_is_true(alice: User, clock: Any) -> None:
    guess(20)
    seconds = int(by_token(alice.email).headers["Retry-After"])

    clock.shift(timedelta(seconds=seconds - 2))
    assert by_token(alice.email, PASSWORD).status_code == 429
    clock.shift(timedelta(seconds=2))
    assert by_token(alice.email, PASSWORD).status_code == 200


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_spellings_share_one_counter(alice: User, spelling: str) -> None:
    guess(20)

    assert by_token(spelling).status_code == 429


def test_a_hundred_guesses_from_many_addresses_are_too_many(alice: User) -> None:
    statuses = [by_token(alice.email, address=f"10.0.0.{n}").status_code for n in range(101)]

    assert statuses.count(401) == 50
    assert by_token(alice.email, PASSWORD, address="10.0.1.1").status_code == 429


def test_many_accounts_from_one_address_are_too_many(alice: User) -> None:
    statuses = [by_token(f"user{n}@example.com").status_code for n in range(101)]

    assert statuses.count(429) == 1
    assert by_token(alice.email, PASSWORD).status_code == 429
    assert by_token(alice.email, PASSWORD, address=FAR).status_code == 200


def test_the_addresses_of_one_ipv6_network_are_one(alice: User) -> None:
    for number in range(20):
        by_token(alice.email, address=f"2001:db8:0:1::{number}")

    assert by_token(alice.email, address="2001:db8:0:1:ffff::").status_code == 429
    assert by_token(alice.email, address="2001:db8:0:2::").status_code == 401


def test_an_ipv4_address_is_the_same_however_the_socket_names_it() -> None:
    assert FarEnd("::ffff:192.0.2.1", "").network == FarEnd("192.0.2.1", "").network


def test_a_made_up_x_forwarded_for_changes_nothing(alice: User) -> None:
    for number in range(20):
        by_token(alice.email, **{"x-forwarded-for": f"192.0.2.{number}"})

    assert by_token(alice.email, **{"x-forwarded-for": "192.0.2.99"}).status_code == 429
    assert by_token(alice.email, address="192.0.2.1").status_code == 401


def test_behind_a_proxy_of_ours_its_word_counts(alice: User, settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    for _ in range(20):
        by_token(alice.email, **{"x-forwarded-for": "192.0.2.99, 192.0.2.1"})

    assert by_token(alice.email, **{"x-forwarded-for": "192.0.2.98, 192.0.2.1"}).status_code == 429
    assert by_token(alice.email, **{"x-forwarded-for": "192.0.2.1, 192.0.2.2"}).status_code == 401


class TestTheHonest:
    """Whoever has the password does not notice."""

    def test_hundreds_of_right_passwords_pass(self, alice: User) -> None:
        statuses = [by_token(alice.email, PASSWORD).status_code for _ in range(300)]

        assert set(statuses) == {200}

    def test_a_right_password_forgives_the_wrong_ones_before_it(self, alice: User) -> None:
        for _ in range(3):
            assert guess(19) == {401}
            assert by_token(alice.email, PASSWORD).status_code == 200

    def test_it_does_not_reset_the_addresss_counter(self, alice: User, mallory: User) -> None:
        statuses = []
        for number in range(101):
            statuses.append(by_token(f"user{number}@example.com").status_code)
            if number % 10 == 0 and 429 not in statuses:
                assert by_token(mallory.email, PASSWORD).status_code == 200

        assert statuses[-1] == 429

    def test_a_botnet_does_not_lock_alice_out_of_where_she_lives(self, alice: User) -> None:
        assert by_form(alice.email, PASSWORD, address=FAR).status_code == 302
        for number in range(60):
            by_token(alice.email, address=f"10.0.0.{number}")

        assert by_token(alice.email, PASSWORD).status_code == 429
        assert by_token(alice.email, PASSWORD, address=FAR).status_code == 200

    def test_whoever_recovers_the_account_elsewhere_gets_in_there(self, alice: User) -> None:
        for number in range(60):
            by_token(alice.email, address=f"10.0.0.{number}")
        TokenDoor().ask_for_reset(alice.email)
        Client(REMOTE_ADDR=FAR).post(mailed_link(), dict.fromkeys(NEW_PASSWORDS, NEW))

        assert by_token(alice.email, NEW, address=NEAR).status_code == 429
        assert by_token(alice.email, NEW, address=FAR).status_code == 200

    def test_so_does_whoever_verifies_the_address_there(self, db: None) -> None:
        TokenDoor().sign_up("alice@example.com", PASSWORD)
        for number in range(60):
            by_token("alice@example.com", address=f"10.0.0.{number}")
        Client(REMOTE_ADDR=FAR).post(mailed_link())

        assert by_token("alice@example.com", PASSWORD, address=NEAR).status_code == 429
        assert by_token("alice@example.com", PASSWORD, address=FAR).status_code == 200

    def test_from_a_known_address_one_cannot_guess_for_ever_either(self, alice: User) -> None:
        by_form(alice.email, PASSWORD, address=FAR)
        for number in range(60):
            by_token(alice.email, address=f"10.0.0.{number}")

        assert guess(21, address=FAR) == {401, 429}

    def test_elsewhere_she_waits_for_minutes(self, alice: User, clock: Any) -> None:
        for number in range(60):
            by_token(alice.email, address=f"10.0.0.{number}")

        clock.shift(timedelta(minutes=10, seconds=1))
        assert by_token(alice.email, PASSWORD).status_code == 200

    def test_guessing_at_alice_locks_nobody_else_out(self, alice: User, bob: User) -> None:
        guess(30)

        assert by_token(bob.email, PASSWORD).status_code == 200

    def test_who_is_logged_in_stays_so(self, alice: User, client: Client) -> None:
        log_in_by_form(client, alice)
        guess(30, address="127.0.0.1")

        assert client.get("/api/me/").status_code == 200

    def test_a_shell_is_not_limited(self, alice: User) -> None:
        assert not any(Client().login(email=alice.email, password="wrong") for _ in range(30))
        assert Client().login(email=alice.email, password=PASSWORD)


class TestRefusedTokens:
    """They count against their network; a good one always passes."""

    @pytest.fixture(autouse=True)
    def _few(self, settings: Any) -> None:
        rates = {**settings.RATE_LIMITS, "refresh": {"network": "5 per 10 minutes"}}
        settings.RATE_LIMITS = rates

    @pytest.mark.parametrize(("path", "field"), [("refresh", "refresh"), ("verify", "token")])
    def test_too_many_are_throttled(self, db: None, path: str, field: str) -> None:
        show = lambda: APIClient().post(f"/api/token/{path}/", {field: "a.b.c"})  # noqa: E731

        assert {show().status_code for _ in range(5)} == {401}
        response = show()
        assert (response.status_code, response.json()["code"]) == (429, "throttled")
        assert int(response.headers["Retry-After"]) <= 600

    def test_good_ones_do_not_count_and_are_not_held_up(self, alice: User) -> None:
        pair = log_in_by_token(alice)
        for _ in range(10):
            APIClient().post("/api/token/refresh/", {"refresh": "a.b.c"})
            response = APIClient().post("/api/token/refresh/", {"refresh": pair["refresh"]})
            assert response.status_code == 200
            pair = response.json()


class TestWhatTheAccountFlowsCall:
    """`count` for what costs whatever comes of it, `guess` for a password."""

    @pytest.mark.parametrize("rule", [Rule.SIGN_UP, Rule.RESET])
    def test_five_mails_an_hour_to_one_address(self, rule: Rule, rf: RequestFactory) -> None:
        requests = [rf.post("/", REMOTE_ADDR=f"10.0.0.{number}") for number in range(6)]
        for request in requests[:5]:
            limits.count(rule, request, account="Alice@example.com")

        with pytest.raises(Throttled):
            limits.count(rule, requests[5], account="alice@example.com")

    def test_the_spellings_of_a_domain_share_the_five_mails(self, db: None) -> None:
        spellings = ["bücher.example", "BÜCHER.example", "xn--bcher-kva.example"] * 2
        ask = lambda domain: APIClient().post("/api/password/reset/", {"email": f"x@{domain}"})  # noqa: E731

        assert [ask(domain).status_code for domain in spellings] == [202] * 5 + [429]

    def test_every_rule_has_its_row(self) -> None:
        assert set(project.RATE_LIMITS) == set(Rule)

    def test_the_current_password_field_shares_the_log_ins_counter(
        self, alice: User, rf: RequestFactory
    ) -> None:
        guess(19)
        request = rf.post("/", REMOTE_ADDR=NEAR)

        assert limits.guess(request, alice.email, lambda: alice.check_password("no")) is False
        with pytest.raises(Throttled):
            limits.guess(request, alice.email, lambda: alice.check_password(PASSWORD))


def test_a_flood_is_one_event_a_minute(alice: User, clock: Any) -> None:
    guess(60)

    assert AuthEvent.objects.filter(what="throttled").count() == 1
    assert AuthEvent.objects.filter(what="log_in_failed").count() == 20


def test_a_throttled_guess_costs_no_hash(alice: User, monkeypatch: Any) -> None:
    guess(20)
    monkeypatch.setattr(User, "check_password", lambda *_: pytest.fail("hashed"))

    assert by_token(alice.email).status_code == 429
