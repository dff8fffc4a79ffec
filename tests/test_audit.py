"""The audit trail: every security event of both modes, and never a secret."""

import json
import logging
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from authcompare.users import audit
from authcompare.users.models import AuthEvent, User
from sessions_app.models import Session
from tokens_app.keys import create_ring
from tokens_app.models import TokenFamily

from .conftest import PASSWORD
from .flows import bearer, log_in_by_form, log_in_by_token
from .test_tokens_flow import log_out

pytestmark = pytest.mark.django_db

HOSTILE = 'x\r\n{"what": "logged_in"}\x1b[2J\u2028\x85\x00é"@evil.example'


def trail() -> list[tuple[str, str]]:
    """Return what happened and by which door, in order."""
    return list(AuthEvent.objects.order_by("pk").values_list("what", "mode"))


def lines(caplog: Any) -> list[dict[str, Any]]:
    """Return the log's events, each of which must be one line of printable ASCII."""
    messages = [r.getMessage() for r in caplog.records if r.name == "authcompare.audit"]
    assert all(re.fullmatch(r"[ -~]+", message) for message in messages)
    return [json.loads(message) for message in messages]


@pytest.fixture(autouse=True)
def _info(caplog: Any) -> None:
    caplog.set_level(logging.INFO)


class TestWhatIsRecorded:
    """Each event, by the door it came through."""

    def test_a_log_in_and_log_out_by_session(self, alice: User, client: Client) -> None:
        log_in_by_form(client, alice, remember="on")
        client.post("/sessions/logout/")

        assert trail() == [("logged_in", "session"), ("logged_out", "session")]
        log_in_ids = AuthEvent.objects.values_list("user", "log_in_id")
        assert set(log_in_ids) == {(alice.pk, Session.objects.get().pk)}

    def test_a_log_in_and_log_out_by_token(self, alice: User) -> None:
        log_out(log_in_by_token(alice))

        assert trail() == [("logged_in", "token"), ("logged_out", "token")]
        log_in_ids = AuthEvent.objects.values_list("user", "log_in_id")
        assert set(log_in_ids) == {(alice.pk, TokenFamily.objects.get().pk)}

    def test_logging_out_again_is_no_event(self, alice: User, client: Client) -> None:
        pair = log_in_by_token(alice)
        log_out(pair)
        log_out(pair)
        client.post("/sessions/logout/")

        assert trail() == [("logged_in", "token"), ("logged_out", "token")]

    def test_the_admins_door_is_named(self, carol: User, client: Client) -> None:
        for password in ("wrong", PASSWORD):
            credentials = {"username": carol.email, "password": password}
            client.post("/admin/login/?next=/admin/", credentials)
        client.post("/admin/logout/")

        assert trail() == [
            ("log_in_failed", "admin"),
            ("logged_in", "admin"),
            ("logged_out", "admin"),
        ]

    def test_a_failed_log_in_keeps_the_address_tried_and_the_client(self, client: Client) -> None:
        credentials = {"email": " Nobody@Example.com", "password": "secret"}
        client.post("/sessions/login/", credentials, REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT="ua")
        APIClient().post("/api/token/", credentials)

        assert trail() == [("log_in_failed", "session"), ("log_in_failed", "token")]
        event = AuthEvent.objects.first()
        assert (event.email, event.user) == ("nobody@example.com", None)
        assert (event.ip_address, event.user_agent) == ("192.0.2.7", "ua")

    @pytest.mark.parametrize(
        "typed",
        ["by-mistake", "p@ss by-mistake", "p@by-mistake", "by-mistake@", HOSTILE + "by-mistake"],
    )
    def test_what_is_no_address_is_not_kept(self, client: Client, caplog: Any, typed: str) -> None:
        client.post("/sessions/login/", {"email": typed.replace("\0", ""), "password": "x"})

        assert AuthEvent.objects.get().email == ""
        assert "by-mistake" not in caplog.text

    def test_an_address_longer_than_its_column_is_not_kept(self, rf: RequestFactory) -> None:
        audit.record(audit.What.LOG_IN_FAILED, rf.post("/"), email="x" * 250 + "@example.com")

        assert AuthEvent.objects.get().email == ""

    def test_logging_out_everywhere(self, alice: User) -> None:
        bearer(log_in_by_token(alice)).post("/api/token/logout/all/")

        assert trail()[1:] == [("logged_out_everywhere", "token")]

    def test_ending_ones_devices(self, alice: User, client: Client) -> None:
        log_in_by_form(client, alice)
        first, second = log_in_by_token(alice), log_in_by_token(alice)
        families = list(TokenFamily.objects.order_by("created_at"))
        client.post(f"/sessions/devices/{families[0].pk}/revoke/")
        bearer(second).delete(f"/api/devices/{families[1].pk}/")
        client.post("/sessions/devices/revoke-others/")

        assert first != second
        assert trail()[3:] == [
            ("revoked", "session"),
            ("revoked", "token"),
            ("others_revoked", "session"),
        ]

    def test_what_carol_does_to_alice(self, alice: User, carol: User, client: Client) -> None:
        log_in_by_token(alice)
        log_in_by_form(client, carol)
        change = reverse("admin:users_user_change", args=[alice.pk])

        def act(model: str, action: str, row: Any) -> None:
            data = {"action": action, "_selected_action": [row.pk]}
            client.post(reverse(f"admin:{model}_changelist"), data)

        act("tokens_app_tokenfamily", "revoke", TokenFamily.objects.get())
        act("users_user", "deactivate", alice)
        act("users_user", "activate", alice)
        client.post(change, {"email": alice.email, "name": "Alice"})

        events = ["ended_by_operator", "deactivated", "activated", "deactivated"]
        assert trail()[2:] == [(event, "admin") for event in events]
        assert {event.user for event in AuthEvent.objects.filter(mode="admin")} == {alice}

    def test_what_an_operator_does(self, alice: User, settings: Any, tmp_path: Path) -> None:
        settings.SIGNING_KEYS_FILE = tmp_path / "ring.json"
        create_ring(settings.SIGNING_KEYS_FILE)
        call_command("end_logins", alice.email, stdout=StringIO())
        call_command("rotate_signing_key", stdout=StringIO())

        assert trail() == [("ended_by_operator", "operator"), ("key_rotated", "operator")]


class TestLines:
    """One event is one line of JSON, whatever came in."""

    def test_a_line_says_what_the_row_says(self, alice: User, caplog: Any) -> None:
        log_in_by_token(alice)
        event = AuthEvent.objects.get()

        assert lines(caplog) == [
            {
                "what": "logged_in",
                "mode": "token",
                "user": str(alice.pk),
                "ip": "127.0.0.1",
                "log_in": str(event.log_in_id),
                "when": event.when.isoformat(),
            }
        ]

    def test_a_hostile_address_makes_one_line(self, client: Client, caplog: Any) -> None:
        client.post("/sessions/login/", {"email": HOSTILE.replace("\0", ""), "password": "x"})
        APIClient().post("/api/token/", {"email": HOSTILE.replace("\0", ""), "password": "x"})

        assert [line["what"] for line in lines(caplog)] == ["log_in_failed"] * 2
        assert all(event.email.isprintable() for event in AuthEvent.objects.all())

    def test_a_hostile_user_agent_makes_one_line(self, alice: User, caplog: Any) -> None:
        log_in_by_form(Client(HTTP_USER_AGENT=HOSTILE), alice)

        assert [line["what"] for line in lines(caplog)] == ["logged_in"]
        assert AuthEvent.objects.get().user_agent.isprintable()

    def test_no_secret_reaches_any_log_or_the_trail(
        self, alice: User, client: Client, caplog: Any
    ) -> None:
        log_in_by_form(client, alice)
        pair = log_in_by_token(alice)
        secrets = [PASSWORD, client.cookies["sessionid"].value, *list(pair.values())[:2]]
        client.post("/sessions/login/", {"email": alice.email, "password": PASSWORD + "!"})
        APIClient().post("/api/token/refresh/", {"refresh": pair["refresh"] + "x"})
        bearer({"access": pair["access"] + "x"}).get("/api/me/")
        log_out(pair)

        told = caplog.text + str(list(AuthEvent.objects.values()))
        assert lines(caplog)
        assert [secret for secret in secrets if secret in told] == []

    def test_a_row_that_cannot_be_written_breaks_no_log_in(self, alice: User, caplog: Any) -> None:
        def fail(execute: Any, sql: str, *args: Any) -> Any:
            if AuthEvent._meta.db_table in sql:
                raise DatabaseError("disk full")
            return execute(sql, *args)

        with connection.execute_wrapper(fail):
            assert log_in_by_token(alice)["access"]
        assert [line["what"] for line in lines(caplog)] == ["logged_in"]
        assert "could not be written" in caplog.text


class TestRecentActivity:
    """What the user sees below the devices."""

    def test_alice_sees_her_events_and_apart_what_was_tried_at_her_address(
        self, alice: User, bob: User, client: Client
    ) -> None:
        APIClient().post("/api/token/", {"email": "ALICE@example.com", "password": "wrong"})
        log_in_by_token(bob)
        log_in_by_form(client, alice)
        client.post("/sessions/close/", {"password": "wrong"})

        page = client.get("/sessions/devices/")
        assert [event.what for event in page.context["events"]] == ["logged_in"]
        assert [event.what for event in page.context["attempts"]] == [
            "step_up_failed",
            "log_in_failed",
        ]
        assert "2 attempts in the last 24 hours" in " ".join(page.content.decode().split())
        assert "log-in failed" in page.content.decode()

    def test_no_flood_pushes_a_thiefs_log_in_off_the_list(
        self, alice: User, client: Client
    ) -> None:
        log_in_by_form(Client(REMOTE_ADDR="203.0.113.66"), alice)
        for number in range(30):
            ask = APIClient(REMOTE_ADDR=f"10.0.0.{number}").post
            ask("/api/token/", {"email": alice.email, "password": "wrong"})
            ask("/api/password/reset/", {"email": alice.email})
            ask("/api/signup/", {"email": alice.email, "password": PASSWORD})
        log_in_by_form(client, alice)

        page = client.get("/sessions/devices/")
        assert "203.0.113.66" in [event.ip_address for event in page.context["events"]]
        assert len(page.context["attempts"]) == 5
        assert page.context["attempts_number"] >= 40

    def test_attempts_are_shown_for_a_day(self, alice: User, client: Client) -> None:
        APIClient().post("/api/token/", {"email": alice.email, "password": "wrong"})
        with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
            log_in_by_form(client, alice)

            assert "nobody tried" in client.get("/sessions/devices/").content.decode()

    def test_she_sees_the_last_twenty(self, alice: User, client: Client) -> None:
        for _ in range(25):
            log_in_by_token(alice)
        log_in_by_form(client, alice)

        assert len(client.get("/sessions/devices/").context["events"]) == 20

    def test_what_was_tried_before_the_account_was_hers_is_not_shown(
        self, alice: User, client: Client
    ) -> None:
        earlier = timezone.now() - timedelta(hours=1)
        AuthEvent.objects.create(what="log_in_failed", email=alice.email, when=earlier)
        log_in_by_form(client, alice)

        assert client.get("/sessions/devices/").context["attempts_number"] == 0


def test_old_events_are_purged(alice: User) -> None:
    log_in_by_token(alice)
    with time_machine.travel(timezone.now() + timedelta(days=100)):
        log_in_by_token(alice)
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        said = StringIO()
        call_command("clearsessions", stdout=said)

    assert "1 events deleted." in said.getvalue()
    assert AuthEvent.objects.count() == 1


def test_the_trail_says_whose_it_was_when_the_account_is_closed(
    alice: User, carol: User, client: Client
) -> None:
    bearer(log_in_by_token(alice)).post("/api/account/close/", {"password": PASSWORD})
    log_in_by_form(client, carol)
    events = AuthEvent.objects.filter(user=alice.pk)
    row = events.get(what="logged_in")
    page = client.get(reverse("admin:users_authevent_change", args=[row.pk])).content.decode()
    closed = client.get(reverse("admin:users_authevent_changelist")).content.decode()

    assert list(events.values_list("what", flat=True)) == ["logged_in", "account_closed"]
    assert str(alice.pk) in page
    assert closed.count(str(alice.pk)) == 2
    assert str(row).startswith("logged in at")


def test_the_admin_reads_the_trail_and_changes_nothing(
    alice: User, carol: User, client: Client
) -> None:
    log_in_by_token(alice)
    log_in_by_form(client, carol)
    event = AuthEvent.objects.get(user=alice)
    filters = {"what": "logged_in", "mode": "token", "when__year": event.when.year, "q": "alice"}
    page = client.get(reverse("admin:users_authevent_changelist"), filters)

    assert [row.pk for row in page.context["cl"].result_list] == [event.pk]
    assert client.get(reverse("admin:users_authevent_add")).status_code == 403
    for action in ("delete", "change"):
        address = reverse(f"admin:users_authevent_{action}", args=[event.pk])
        assert client.post(address, {}).status_code == 403
