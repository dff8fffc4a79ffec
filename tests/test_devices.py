"""Alice sees all her log-ins, in both modes, and ends any of them."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from authcompare.users.clients import program
from authcompare.users.models import User
from sessions_app.models import Session
from tokens_app.models import TokenFamily

from .flows import bearer, log_in_by_form, log_in_by_token

pytestmark = pytest.mark.django_db


def test_the_api_lists_both_modes_and_marks_this_one(alice: User) -> None:
    log_in_by_form(Client(headers={"user-agent": "Firefox"}), alice)
    devices = bearer(log_in_by_token(alice)).get("/api/devices/").json()

    assert [(d["mode"], d["current"]) for d in devices] == [("token", True), ("session", False)]
    assert devices[1]["user_agent"] == "Firefox"
    assert set(devices[0]) == {
        "id",
        "mode",
        "created_at",
        "last_seen_at",
        "expires_at",
        "ip_address",
        "user_agent",
        "current",
    }


def test_by_session_the_session_is_this_one(alice: User, client: Client) -> None:
    log_in_by_token(alice)
    log_in_by_form(client, alice)
    devices = client.get("/api/devices/").json()

    assert [d["mode"] for d in devices if d["current"]] == ["session"]


def test_nobody_sees_another_users_log_ins(alice: User, bob: User) -> None:
    log_in_by_token(bob)

    assert len(bearer(log_in_by_token(alice)).get("/api/devices/").json()) == 1


def test_ended_log_ins_are_not_listed(alice: User) -> None:
    log_in_by_token(alice)
    TokenFamily.objects.all().end("revoked")

    assert len(bearer(log_in_by_token(alice)).get("/api/devices/").json()) == 1


def test_the_list_holds_no_credential(alice: User, client: Client) -> None:
    log_in_by_form(client, alice)
    pair = log_in_by_token(alice)
    text = bearer(pair).get("/api/devices/").content.decode()

    assert client.cookies["sessionid"].value not in text
    assert Session.objects.get().key_digest not in text


def test_a_token_ends_a_session(alice: User, client: Client) -> None:
    log_in_by_form(client, alice)
    session = Session.objects.get()

    response = bearer(log_in_by_token(alice)).delete(f"/api/devices/{session.pk}/")

    assert response.status_code == 204
    assert client.get("/api/me/").status_code == 401


def test_a_session_ends_a_token(alice: User, client: Client) -> None:
    pair = log_in_by_token(alice)
    log_in_by_form(client, alice)

    response = client.post(f"/sessions/devices/{TokenFamily.objects.get().pk}/revoke/")

    assert response.headers["Location"] == "/sessions/devices/"
    assert bearer(pair).get("/api/me/").status_code == 401


def test_ending_ones_own_log_in_works(alice: User) -> None:
    pair = log_in_by_token(alice)
    bearer(pair).delete(f"/api/devices/{TokenFamily.objects.get().pk}/")

    assert bearer(pair).get("/api/me/").status_code == 401


@pytest.mark.parametrize("whose", ["bob's", "nobody's"])
def test_what_is_not_alices_is_not_found(
    alice: User, bob: User, client: Client, whose: str
) -> None:
    log_in_by_token(bob)
    log_in_id = TokenFamily.objects.get().pk if whose == "bob's" else uuid4()
    log_in_by_form(client, alice)

    by_token = bearer(log_in_by_token(alice)).delete(f"/api/devices/{log_in_id}/")
    by_session = client.post(f"/sessions/devices/{log_in_id}/revoke/")

    assert (by_token.status_code, by_session.status_code) == (404, 404)
    assert TokenFamily.objects.get(user=bob).ended_at is None


def test_the_page_lists_both_modes(alice: User, client: Client) -> None:
    log_in_by_token(alice)
    log_in_by_form(client, alice)
    page = client.get("/sessions/devices/").content.decode()

    assert str(Session.objects.get().pk) in page
    assert str(TokenFamily.objects.get().pk) in page
    assert "This device" in page


def test_ending_the_others_leaves_this_one(alice: User, client: Client) -> None:
    log_in_by_form(client, alice)
    elsewhere, pair = Client(), log_in_by_token(alice)
    log_in_by_form(elsewhere, alice)

    page = client.post("/sessions/devices/revoke-others/", follow=True).content.decode()

    assert "2 other log-ins ended" in page
    assert client.get("/api/me/").status_code == 200
    assert elsewhere.get("/api/me/").status_code == 401
    assert bearer(pair).get("/api/me/").status_code == 401


def test_logging_out_everywhere_ends_both_modes_and_a_log_in_right_after_works(
    alice: User, bob: User, client: Client
) -> None:
    log_in_by_form(client, alice)
    elsewhere, pair, bobs = Client(), log_in_by_token(alice), log_in_by_token(bob)
    log_in_by_form(elsewhere, alice)

    assert client.post("/sessions/logout/all/").headers["Location"] == "/"

    assert client.get("/api/me/").status_code == 401
    assert elsewhere.get("/api/me/").status_code == 401
    assert bearer(pair).get("/api/me/").status_code == 401
    assert bearer(bobs).get("/api/me/").status_code == 200
    log_in_by_form(client, alice)
    assert client.get("/api/me/").status_code == 200


def test_logging_out_everywhere_takes_a_post(alice: User, client: Client) -> None:
    log_in_by_form(client, alice)

    assert client.get("/sessions/logout/all/").status_code == 405


@pytest.mark.parametrize("address", ["/sessions/devices/", "/sessions/devices/revoke-others/"])
def test_a_stranger_is_asked_to_log_in(client: Client, db: None, address: str) -> None:
    method = client.get if address.endswith("devices/") else client.post

    assert method(address).headers["Location"].startswith("/sessions/login/")


@pytest.mark.parametrize("path", ["revoke-others/", "00000000-0000-4000-8000-000000000000/revoke/"])
def test_ending_takes_a_post(alice: User, client: Client, path: str) -> None:
    log_in_by_form(client, alice)

    assert client.get(f"/sessions/devices/{path}").status_code == 405


def test_the_list_is_two_queries_and_the_user_and_the_page_three_more_for_the_events(
    alice: User, client: Client, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        log_in_by_token(alice)
    log_in_by_form(client, alice)

    with django_assert_num_queries(6):
        client.get("/sessions/devices/")
    with django_assert_num_queries(3):
        client.get("/api/devices/")


def test_a_hostile_user_agent_is_shown_as_text(alice: User, client: Client) -> None:
    log_in_by_form(Client(headers={"user-agent": "<script>alert(1)</script>"}), alice)
    log_in_by_form(client, alice)

    assert "<script>alert" not in client.get("/sessions/devices/").content.decode()


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Linux"),
        ("Mozilla/5.0 (iPhone; like Mac OS X) Version/18.0 Safari/604.1", "Safari on an iPhone"),
        ("curl/8.5.0", "curl"),
        ("Linux", ""),
        ("", ""),
    ],
)
def test_a_client_is_called_by_what_it_is_known_as(agent: str, shown: str) -> None:
    assert program(agent) == shown
