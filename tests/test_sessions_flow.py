"""The browser flow: log in by the form, be somebody, log out."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.utils import timezone

from authcompare.users.models import User
from sessions_app.models import Session
from sessions_app.store import SessionStore, digest

from .conftest import PASSWORD
from .flows import log_in_by_form

pytestmark = pytest.mark.django_db


def in_(span: timedelta) -> time_machine.travel:
    """Be there after this span, with the clock standing still."""
    return time_machine.travel(timezone.now() + span, tick=False)


def test_alice_logs_in_and_lands_on_the_home_page(alice: User, client: Client) -> None:
    response = log_in_by_form(client, alice)

    assert response.headers["Location"] == "/"
    assert client.get("/api/me/").json()["email"] == "alice@example.com"


def test_alice_lands_where_she_wanted_to_go(alice: User, client: Client) -> None:
    response = log_in_by_form(client, alice, next="/sessions/me/")

    assert response.headers["Location"] == "/sessions/me/"


def test_the_secured_page_asks_a_stranger_to_log_in_first(client: Client, db: None) -> None:
    response = client.get("/sessions/me/")

    assert response.status_code == 302
    assert response.headers["Location"] == "/sessions/login/?next=/sessions/me/"


def test_the_secured_page_knows_alice(alice: User, client: Client) -> None:
    log_in_by_form(client, alice)

    assert "alice@example.com" in client.get("/sessions/me/").content.decode()


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
def test_a_refused_log_in_shows_the_form_again(
    alice: User, client: Client, credentials: dict[str, str]
) -> None:
    response = client.post("/sessions/login/", credentials)

    assert response.status_code == 200
    assert "do not belong together" in response.content.decode()
    assert not Session.objects.exists()


def test_an_inactive_user_is_told_the_same_as_a_wrong_password(alice: User, client: Client) -> None:
    alice.is_active = False
    alice.save()

    response = client.post("/sessions/login/", {"email": alice.email, "password": PASSWORD})

    assert "do not belong together" in response.content.decode()


def test_an_overlong_password_is_refused_before_it_is_hashed(alice: User, client: Client) -> None:
    response = client.post("/sessions/login/", {"email": alice.email, "password": "x" * 2000})

    assert response.status_code == 200
    assert "at most 1024 characters" in response.content.decode()


def test_logging_out_takes_a_post(alice: User, client: Client) -> None:
    log_in_by_form(client, alice)

    assert client.get("/sessions/logout/").status_code == 405
    assert client.get("/api/me/").status_code == 200


def test_logging_out_ends_the_row_and_clears_the_cookie(alice: User, client: Client) -> None:
    log_in_by_form(client, alice)

    response = client.post("/sessions/logout/")

    assert response.headers["Location"] == "/"
    assert response.cookies["sessionid"]["max-age"] == 0
    session = Session.objects.get()
    assert session.end_reason == "logged_out"
    assert session.session_data == ""


def test_logging_out_twice_is_no_error(alice: User, client: Client) -> None:
    log_in_by_form(client, alice)
    client.post("/sessions/logout/")

    assert client.post("/sessions/logout/").status_code == 302


def test_a_log_in_is_a_row_with_its_client(alice: User, client: Client) -> None:
    client.post(
        "/sessions/login/",
        {"email": alice.email, "password": PASSWORD},
        headers={"user-agent": "Browser/1.0\n\x00" + "x" * 500},
        REMOTE_ADDR="192.0.2.7",
    )

    session = Session.objects.get()
    assert session.user == alice
    assert session.ip_address == "192.0.2.7"
    assert session.user_agent == ("Browser/1.0" + "x" * 500)[:256]


IDLE_TIMEOUTS = [("", timedelta(hours=2)), ("on", timedelta(days=14))]


def test_an_address_with_a_scope_is_kept_without_it(alice: User, client: Client) -> None:
    credentials = {"email": alice.email, "password": PASSWORD}
    client.post("/sessions/login/", credentials, REMOTE_ADDR="fe80::1%" + "x" * 200)

    assert Session.objects.get().ip_address == "fe80::1"


class TestHowLong:
    """The policy: idle timeout, absolute lifetime, remember me."""

    def test_without_remember_me_the_cookie_ends_with_the_browser(
        self, alice: User, client: Client
    ) -> None:
        response = log_in_by_form(client, alice)

        assert response.cookies["sessionid"]["max-age"] == ""

    def test_with_remember_me_the_cookie_stays_for_thirty_days(
        self, alice: User, client: Client
    ) -> None:
        response = log_in_by_form(client, alice, remember="on")

        age = response.cookies["sessionid"]["max-age"]
        assert timedelta(days=30) - timedelta(minutes=1) < timedelta(seconds=age)
        assert timedelta(seconds=age) <= timedelta(days=30)

    @pytest.mark.parametrize(("remember", "idle"), IDLE_TIMEOUTS)
    def test_a_session_survives_a_pause(
        self, alice: User, client: Client, remember: str, idle: timedelta
    ) -> None:
        log_in_by_form(client, alice, remember=remember)

        with in_(idle - timedelta(seconds=1)):
            assert client.get("/api/me/").status_code == 200

    @pytest.mark.parametrize(("remember", "idle"), IDLE_TIMEOUTS)
    def test_an_idle_session_ends(
        self, alice: User, client: Client, remember: str, idle: timedelta
    ) -> None:
        log_in_by_form(client, alice, remember=remember)

        with in_(idle):
            assert client.get("/api/me/").status_code == 401

    @pytest.mark.parametrize(
        ("remember", "step", "steps"),
        [("", timedelta(hours=1), 12), ("on", timedelta(days=10), 3)],
    )
    def test_a_session_in_use_ends_too(
        self, alice: User, client: Client, remember: str, step: timedelta, steps: int
    ) -> None:
        log_in_by_form(client, alice, remember=remember)

        for number in range(1, steps):
            with in_(step * number):
                assert client.get("/api/me/").status_code == 200
        with in_(step * steps):
            assert client.get("/api/me/").status_code == 401


class TestCost:
    """What each step costs in statements."""

    def test_an_authenticated_request_reads_session_and_user_in_one_query(
        self, alice: User, client: Client, django_assert_num_queries: Any
    ) -> None:
        log_in_by_form(client, alice)

        with django_assert_num_queries(1):
            client.get("/sessions/me/")

    def test_last_seen_is_written_once_in_five_minutes(
        self, alice: User, client: Client, django_assert_num_queries: Any
    ) -> None:
        log_in_by_form(client, alice)

        with in_(timedelta(minutes=5)):
            with django_assert_num_queries(2):
                client.get("/sessions/me/")
            with django_assert_num_queries(1):
                client.get("/sessions/me/")
        assert Session.objects.get().last_seen_at > timezone.now() + timedelta(minutes=4)

    def test_a_log_in_reads_the_user_and_writes_three_rows(
        self, alice: User, client: Client, django_assert_num_queries: Any
    ) -> None:
        # The user; last_login; the event that the audit trail keeps; the session between SAVEPOINT
        # and RELEASE, which tests add.
        with django_assert_num_queries(6):
            log_in_by_form(client, alice)

    def test_a_log_in_notes_the_moment_in_the_users_row(self, alice: User, client: Client) -> None:
        before = timezone.now()
        log_in_by_form(client, alice)

        alice.refresh_from_db()
        assert alice.last_login is not None
        assert before <= alice.last_login <= timezone.now()

    def test_a_log_out_reads_and_writes_one_row_and_adds_the_event(
        self, alice: User, client: Client, django_assert_num_queries: Any
    ) -> None:
        log_in_by_form(client, alice)

        with django_assert_num_queries(3):
            client.post("/sessions/logout/")

    def test_a_stranger_costs_no_query_and_no_row(
        self, client: Client, django_assert_num_queries: Any, db: None
    ) -> None:
        with django_assert_num_queries(0):
            client.get("/")
            client.get("/sessions/login/")
            client.get("/sessions/me/")
            client.get("/admin/login/")
        assert not Session.objects.exists()


class TestStore:
    """What the store adds to Django's."""

    def test_the_table_holds_a_digest_and_never_the_key(self, alice: User, client: Client) -> None:
        log_in_by_form(client, alice)

        key = client.cookies["sessionid"].value
        row = Session.objects.values().get()
        assert row["key_digest"] == digest(key)
        assert key not in str(row)

    def test_the_digest_opens_no_session(self, alice: User, client: Client) -> None:
        log_in_by_form(client, alice)
        client.cookies["sessionid"] = Session.objects.get().key_digest

        assert client.get("/api/me/").status_code == 401

    def test_logging_in_again_ends_the_earlier_log_in_of_the_browser(
        self, alice: User, client: Client
    ) -> None:
        log_in_by_form(client, alice)
        first_key = client.cookies["sessionid"].value
        log_in_by_form(client, alice)

        stale = Client(headers={"cookie": f"sessionid={first_key}"})
        assert stale.get("/api/me/").status_code == 401
        assert [s.end_reason for s in Session.objects.order_by("created_at")] == ["replaced", ""]

    def test_a_cycled_key_keeps_the_log_in_and_kills_the_old_key(
        self, alice: User, client: Client
    ) -> None:
        log_in_by_form(client, alice)
        old = client.cookies["sessionid"].value
        store = SessionStore(old)
        store.load()
        store.cycle_key()
        store.save()

        assert SessionStore(old).load() == {}
        assert SessionStore(store.session_key).load() == store.load()
        assert Session.objects.count() == 1

    def test_a_request_that_outlives_a_log_out_cannot_undo_it(
        self, alice: User, client: Client
    ) -> None:
        log_in_by_form(client, alice)
        slow = SessionStore(client.cookies["sessionid"].value)
        slow["note"] = "written after the log-out"
        client.post("/sessions/logout/")

        with pytest.raises(UpdateError):
            slow.save()
        assert client.get("/api/me/").status_code == 401

    def test_a_request_that_outlives_a_new_key_cannot_overwrite_it(
        self, alice: User, client: Client
    ) -> None:
        log_in_by_form(client, alice)
        key = client.cookies["sessionid"].value
        slow, fast = SessionStore(key), SessionStore(key)
        slow["note"] = fast["note"] = "each read the same row"
        fast.cycle_key()
        fast.save()

        with pytest.raises(UpdateError):
            slow.save()

    def test_what_a_stranger_stores_is_kept_as_django_promises(self, db: None) -> None:
        store = SessionStore()
        store["basket"] = [1, 2]
        store.save()

        assert SessionStore(store.session_key)["basket"] == [1, 2]
        assert store.exists(store.session_key)
        assert Session.objects.get().user is None

    def test_an_unknown_key_is_never_adopted(self, db: None) -> None:
        store = SessionStore("a-key-that-mallory-planted-here")
        store["x"] = 1
        store.save()

        assert store.session_key != "a-key-that-mallory-planted-here"
