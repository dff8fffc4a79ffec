"""The REST flow: get a pair of tokens, be somebody, log out."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from authcompare.users import clients
from authcompare.users.models import User
from tokens_app.models import TokenFamily
from tokens_app.serializers import LogInSerializer

from .conftest import PASSWORD
from .flows import bearer, log_in_by_form, log_in_by_token

pytestmark = pytest.mark.django_db


def in_(span: timedelta) -> time_machine.travel:
    """Be there after this span, with the clock standing still."""
    return time_machine.travel(timezone.now() + span, tick=False)


def refresh(pair: dict[str, str]) -> Any:
    return APIClient().post("/api/token/refresh/", {"refresh": pair["refresh"]})


def log_out(pair: dict[str, str]) -> Any:
    return APIClient().post("/api/token/logout/", {"refresh": pair["refresh"]})


def verify(token: str) -> Any:
    return APIClient().post("/api/token/verify/", {"token": token})


class TestLogIn:
    """POST /api/token/."""

    def test_alice_gets_two_tokens_and_their_ends(self, alice: User) -> None:
        pair = log_in_by_token(alice)

        assert set(pair) == {"access", "refresh", "access_expires_at", "refresh_expires_at"}
        now = timezone.now()
        access_ends = datetime.fromisoformat(pair["access_expires_at"]) - now
        assert timedelta(minutes=4) < access_ends <= timedelta(minutes=5)
        refresh_ends = datetime.fromisoformat(pair["refresh_expires_at"]) - now
        assert timedelta(hours=1, minutes=59) < refresh_ends <= timedelta(hours=2)

    def test_remembered_she_may_be_away_for_two_weeks(self, alice: User) -> None:
        pair = log_in_by_token(alice, remember=True)

        refresh_ends = datetime.fromisoformat(pair["refresh_expires_at"]) - timezone.now()
        assert timedelta(days=13) < refresh_ends <= timedelta(days=14)

    @pytest.mark.parametrize(
        "credentials",
        [
            {"email": "alice@example.com", "password": "wrong"},
            {"email": "nobody@example.com", "password": PASSWORD},
            {"email": "no address", "password": PASSWORD},
            {"email": "alice@example.com", "password": PASSWORD + " "},
        ],
        ids=["wrong password", "unknown address", "no address", "a space too many"],
    )
    def test_a_refused_log_in_is_a_401(self, alice: User, credentials: dict[str, str]) -> None:
        response = APIClient().post("/api/token/", credentials)

        assert response.status_code == 401
        assert response.json()["code"] == "invalid_credentials"
        assert not TokenFamily.objects.exists()

    def test_an_inactive_user_is_told_the_same_as_a_wrong_password(self, alice: User) -> None:
        alice.is_active = False
        alice.save()

        response = APIClient().post("/api/token/", {"email": alice.email, "password": PASSWORD})

        assert response.json()["code"] == "invalid_credentials"

    @pytest.mark.parametrize("field", ["email", "password"])
    def test_a_missing_field_is_named(self, alice: User, field: str) -> None:
        credentials = {"email": alice.email, "password": PASSWORD}
        del credentials[field]

        response = APIClient().post("/api/token/", credentials)

        assert response.status_code == 400
        assert response.json() == {field: ["This field is required."]}

    def test_a_log_in_is_a_row_with_its_client(self, alice: User) -> None:
        APIClient().post(
            "/api/token/",
            {"email": alice.email, "password": PASSWORD},
            headers={"user-agent": "curl/8"},
            REMOTE_ADDR="192.0.2.7",
        )

        family = TokenFamily.objects.get()
        assert (family.user, family.ip_address, family.user_agent) == (alice, "192.0.2.7", "curl/8")

    def test_it_makes_no_session(self, alice: User) -> None:
        client = APIClient()
        client.post("/api/token/", {"email": alice.email, "password": PASSWORD})

        assert not client.cookies

    def test_a_password_changed_meanwhile_stops_the_log_in(self, alice: User) -> None:
        stale = User.objects.get(pk=alice.pk)
        alice.set_password("another long password")
        alice.save()

        assert TokenFamily.log_in(stale, clients.Client(None, "")) is None
        assert not TokenFamily.objects.exists()


class TestMe:
    """GET and PATCH /api/me/, the resource of both modes."""

    def test_alice_by_token(self, alice: User) -> None:
        answer = bearer(log_in_by_token(alice)).get("/api/me/")

        assert answer.json() == {
            "id": str(alice.pk),
            "email": "alice@example.com",
            "name": "Alice",
            "via": "token",
        }

    def test_alice_by_session(self, alice: User, client: Client) -> None:
        log_in_by_form(client, alice)

        assert client.get("/api/me/").json()["via"] == "session"

    def test_a_stranger_is_asked_for_a_token(self, db: None) -> None:
        response = APIClient().get("/api/me/")

        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'
        assert response.json()["code"] == "not_authenticated"

    def test_alice_changes_her_name_by_token(self, alice: User) -> None:
        response = bearer(log_in_by_token(alice)).patch("/api/me/", {"name": "Alice A."})

        assert response.json()["name"] == "Alice A."
        alice.refresh_from_db()
        assert alice.name == "Alice A."

    def test_alice_changes_nothing_else(self, alice: User) -> None:
        changes = {"email": "mallory@example.com", "id": str(alice.pk)[::-1], "is_staff": True}
        response = bearer(log_in_by_token(alice)).patch("/api/me/", changes)

        assert response.json()["email"] == "alice@example.com"
        alice.refresh_from_db()
        assert not alice.is_staff

    def test_an_overlong_name_is_refused(self, alice: User) -> None:
        response = bearer(log_in_by_token(alice)).patch("/api/me/", {"name": "x" * 151})

        assert response.status_code == 400
        assert "name" in response.json()

    def test_a_write_by_cookie_needs_the_csrf_token(self, alice: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(alice)

        response = client.patch("/api/me/", {"name": "Al"}, content_type="application/json")

        assert response.status_code == 403
        assert response.json()["code"] == "csrf_failed"

    def test_a_write_by_cookie_with_the_csrf_token_is_done(self, alice: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(alice)
        client.get("/sessions/login/")
        csrf = client.cookies["csrftoken"].value

        response = client.patch(
            "/api/me/",
            {"name": "Al"},
            content_type="application/json",
            headers={"x-csrftoken": csrf},
        )

        assert response.json() == {
            "id": str(alice.pk),
            "email": "alice@example.com",
            "name": "Al",
            "via": "session",
        }

    @pytest.mark.parametrize("method", ["put", "post", "delete"])
    def test_other_methods_are_refused(self, alice: User, method: str) -> None:
        response = getattr(bearer(log_in_by_token(alice)), method)("/api/me/", {})

        assert response.status_code == 405


class TestVerify:
    """POST /api/token/verify/: would this access token be accepted now?"""

    def test_a_live_access_token_is(self, alice: User) -> None:
        response = verify(log_in_by_token(alice)["access"])

        assert (response.status_code, response.json()) == (200, {})

    def test_a_refresh_token_is_not(self, alice: User) -> None:
        assert verify(log_in_by_token(alice)["refresh"]).status_code == 401

    def test_an_expired_one_is_not(self, alice: User) -> None:
        pair = log_in_by_token(alice)

        with in_(timedelta(minutes=5)):
            assert verify(pair["access"]).status_code == 401

    def test_one_of_an_ended_log_in_is_not(self, alice: User) -> None:
        pair = log_in_by_token(alice)
        log_out(pair)

        assert verify(pair["access"]).status_code == 401


class TestLogOut:
    """POST /api/token/logout/ and /api/token/logout/all/."""

    def test_both_tokens_are_dead_at_once(self, alice: User) -> None:
        pair = log_in_by_token(alice)

        assert log_out(pair).status_code == 204
        assert bearer(pair).get("/api/me/").status_code == 401
        assert refresh(pair).status_code == 401

    def test_every_earlier_access_token_is_dead_too(self, alice: User) -> None:
        first = log_in_by_token(alice)
        second = refresh(first).json()
        log_out(second)

        assert bearer(first).get("/api/me/").status_code == 401

    def test_repeating_it_is_no_error(self, alice: User) -> None:
        pair = log_in_by_token(alice)
        log_out(pair)

        assert log_out(pair).status_code == 204

    def test_a_superseded_refresh_token_ends_the_log_in_too(self, alice: User) -> None:
        first = log_in_by_token(alice)
        second = refresh(first).json()
        log_out(first)

        assert refresh(second).status_code == 401

    def test_an_expired_refresh_token_ends_what_came_of_it(self, alice: User) -> None:
        first = log_in_by_token(alice)
        with in_(timedelta(hours=1)):
            second = refresh(first).json()
        with in_(timedelta(hours=2, minutes=30)):
            assert log_out(first).status_code == 204
            assert refresh(second).status_code == 401

    def test_an_expired_access_token_is_no_refresh_token(self, alice: User) -> None:
        pair = log_in_by_token(alice)

        with in_(timedelta(minutes=10)):
            assert log_out({"refresh": pair["access"]}).status_code == 401
            assert refresh({"refresh": pair["access"]}).status_code == 401

    def test_an_expired_refresh_token_is_no_error(self, alice: User) -> None:
        pair = log_in_by_token(alice)

        with in_(timedelta(hours=3)):
            assert log_out(pair).status_code == 204

    def test_the_other_log_ins_go_on(self, alice: User) -> None:
        here, there = log_in_by_token(alice), log_in_by_token(alice)
        log_out(here)

        assert bearer(there).get("/api/me/").status_code == 200

    def test_everywhere_ends_both_modes_and_a_log_in_right_after_works(
        self, alice: User, client: Client
    ) -> None:
        log_in_by_form(client, alice)
        here, there = log_in_by_token(alice), log_in_by_token(alice)

        assert bearer(here).post("/api/token/logout/all/").status_code == 204

        assert bearer(here).get("/api/me/").status_code == 401
        assert refresh(there).status_code == 401
        assert client.get("/api/me/").status_code == 401
        assert bearer(log_in_by_token(alice)).get("/api/me/").status_code == 200

    def test_everywhere_leaves_other_users_alone(self, alice: User, bob: User) -> None:
        theirs = log_in_by_token(bob)
        bearer(log_in_by_token(alice)).post("/api/token/logout/all/")

        assert bearer(theirs).get("/api/me/").status_code == 200


class TestCost:
    """What each call costs in statements where each request reads the row.

    tests.test_revocation counts for the other choices.
    """

    def test_a_log_in_reads_the_user_and_writes_three_rows(
        self, alice: User, django_assert_num_queries: Any
    ) -> None:
        # The user; between SAVEPOINT and RELEASE last_login and the family; the event that the
        # audit trail keeps.
        with django_assert_num_queries(6):
            log_in_by_token(alice)

    def test_a_refresh_is_one_read_and_one_write(
        self, alice: User, django_assert_num_queries: Any
    ) -> None:
        pair = log_in_by_token(alice)

        with django_assert_num_queries(2):
            refresh(pair)

    def test_a_log_out_is_one_write_and_the_event(
        self, alice: User, django_assert_num_queries: Any
    ) -> None:
        pair = log_in_by_token(alice)

        with django_assert_num_queries(2):
            log_out(pair)

    def test_an_authenticated_request_is_one_read(
        self, alice: User, django_assert_num_queries: Any
    ) -> None:
        client = bearer(log_in_by_token(alice))

        with django_assert_num_queries(1):
            client.get("/api/me/")

    def test_verifying_is_one_read(self, alice: User, django_assert_num_queries: Any) -> None:
        token = log_in_by_token(alice)["access"]

        with django_assert_num_queries(1):
            verify(token)

    def test_a_bad_token_is_none(self, django_assert_num_queries: Any, db: None) -> None:
        with django_assert_num_queries(0):
            bearer({"access": "a.b.c"}).get("/api/me/")

    def test_the_public_keys_are_none(self, django_assert_num_queries: Any, db: None) -> None:
        with django_assert_num_queries(0):
            APIClient().get("/.well-known/jwks.json")


def test_two_requests_bodies_share_no_field() -> None:
    one, other = LogInSerializer(), LogInSerializer()

    for name, field in one.fields.items():
        assert field.parent is one
        assert field is not other.fields[name]
        assert field is not LogInSerializer._declared_fields[name]
