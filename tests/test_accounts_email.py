"""Changing the address, and closing the account, by both doors."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from authcompare.users.links import claim_of
from authcompare.users.models import User
from tokens_app.models import TokenFamily

from .conftest import PASSWORD
from .flows import bearer, log_in_by_form, log_in_by_token, mailed_key, mailed_link, outbox
from .test_tokens_flow import refresh

pytestmark = pytest.mark.django_db

ALICE, NEW = "alice@example.com", "alice@example.org"


def by_form(user: User) -> Any:
    """Log in by the form and return a function that asks for another address."""
    client = Client()
    log_in_by_form(client, user)
    return lambda **fields: client.post("/sessions/email/change/", fields)


def by_token(user: User) -> Any:
    """Log in by token and return a function that asks for another address."""
    client = bearer(log_in_by_token(user))
    return lambda **fields: client.post("/api/email/change/", fields)


def verify(key: str) -> Any:
    return APIClient().post("/api/email/verify/", {"key": key})


@pytest.mark.parametrize("door", [by_form, by_token])
class TestEmailChange:
    """What it does, whichever door it comes through."""

    def test_the_mailed_link_changes_the_address_and_the_old_one_is_told(
        self, alice: User, door: Any
    ) -> None:
        door(alice)(email=NEW, password=PASSWORD)

        alice.refresh_from_db()
        assert alice.email == ALICE
        assert verify(mailed_key(NEW)).status_code == 204
        alice.refresh_from_db()
        assert alice.email == NEW
        assert outbox() == [
            ([ALICE], "Your account may get another e-mail address"),
            ([NEW], "Confirm your new e-mail address"),
            ([ALICE], "Your account has another e-mail address"),
        ]

    def test_the_log_ins_go_on(self, alice: User, door: Any) -> None:
        browser, pair = Client(), log_in_by_token(alice)
        log_in_by_form(browser, alice)
        door(alice)(email=NEW, password=PASSWORD)
        verify(mailed_key(NEW))

        assert browser.get("/api/me/").json()["email"] == NEW
        assert refresh(pair).status_code == 200

    @pytest.mark.parametrize("own", [ALICE, " ALICE@example.com"])
    def test_ones_own_address_is_refused_and_nobody_gets_a_mail(
        self, alice: User, door: Any, own: str
    ) -> None:
        answer = door(alice)(email=own, password=PASSWORD)

        assert answer.status_code in (200, 400)
        assert "That is your address already." in answer.content.decode()
        assert outbox() == []

    def test_the_address_of_a_deactivated_user_is_answered_alike_and_gets_no_mail(
        self, alice: User, bob: User, door: Any
    ) -> None:
        User.objects.filter(pk=bob.pk).update(is_active=False)
        ask = door(alice)
        taken, free = (ask(email=email, password=PASSWORD) for email in (bob.email, NEW))

        assert (taken.status_code, taken.content) == (free.status_code, free.content)
        assert [bob.email] not in [to for to, _ in outbox()]

    def test_a_taken_address_is_answered_alike_and_its_owner_is_told(
        self, alice: User, bob: User, door: Any
    ) -> None:
        ask = door(alice)
        taken, free = (ask(email=email, password=PASSWORD) for email in (bob.email, NEW))

        assert (taken.status_code, taken.content) == (free.status_code, free.content)
        assert ([bob.email], "You have an account already") in outbox()
        assert ([bob.email], "Confirm your new e-mail address") not in outbox()

    def test_it_takes_the_password(self, alice: User, door: Any) -> None:
        answer = door(alice)(email=NEW, password="not my password")

        assert "That is not your current password." in answer.content.decode()
        assert answer.status_code in (200, 400)
        assert outbox() == []

    def test_what_is_no_address_is_refused(self, alice: User, door: Any) -> None:
        assert "valid email address" in door(alice)(email="x", password=PASSWORD).content.decode()

    def test_a_link_works_once_even_after_another_change(self, alice: User, door: Any) -> None:
        ask = door(alice)
        ask(email=NEW, password=PASSWORD)
        there = mailed_key(NEW)
        verify(there)
        ask(email=ALICE, password=PASSWORD)
        verify(mailed_key(ALICE))

        assert verify(there).status_code == 400
        alice.refresh_from_db()
        assert alice.email == ALICE

    def test_a_new_password_stops_it(self, alice: User, door: Any) -> None:
        door(alice)(email=NEW, password=PASSWORD)
        alice.set_password("another long password")
        alice.save()

        assert verify(mailed_key(NEW)).status_code == 400

    def test_it_stops_where_somebody_else_verified_the_address_first(
        self, alice: User, door: Any
    ) -> None:
        door(alice)(email=NEW, password=PASSWORD)
        key = mailed_key(NEW)
        User.objects.create_user(NEW, PASSWORD)

        assert verify(key).status_code == 400
        alice.refresh_from_db()
        assert alice.email == ALICE

    def test_a_link_that_comes_too_late_deletes_nobody(self, alice: User, door: Any) -> None:
        door(alice)(email=NEW, password=PASSWORD)
        claim = claim_of(mailed_key(NEW))
        waiting = User.objects.create_user(NEW, PASSWORD, email_verified_at=None)
        User.objects.filter(pk=alice.pk).update(auth_stamp="moved on")

        assert claim is not None
        assert not claim.accept()
        assert User.objects.filter(pk=waiting.pk).exists()

    def test_a_sign_up_that_nobody_verified_is_no_obstacle(self, alice: User, door: Any) -> None:
        User.objects.create_user(NEW, "mallory squats here", email_verified_at=None)
        door(alice)(email=NEW, password=PASSWORD)

        assert verify(mailed_key(NEW)).status_code == 204
        assert User.objects.get().email == NEW


def test_whoever_confirms_in_the_browser_that_is_logged_in_goes_on_there(
    alice: User, client: Client
) -> None:
    log_in_by_form(client, alice)
    client.post("/sessions/email/change/", {"email": NEW, "password": PASSWORD})
    client.get("/sessions/me/")  # Shows the message of that.

    page = client.post(mailed_link(NEW), follow=True)

    assert page.redirect_chain == [("/sessions/me/", 302)]
    assert "Your e-mail address is verified." in page.content.decode()
    assert NEW in page.content.decode()


def test_whoever_confirms_as_somebody_else_is_sent_to_the_log_in_form(
    alice: User, bob: User, client: Client
) -> None:
    by_token(alice)(email=NEW, password=PASSWORD)
    log_in_by_form(client, bob)

    assert client.post(mailed_link(NEW)).headers["Location"] == "/sessions/login/"


def test_the_page_of_the_link_names_the_new_address(alice: User, client: Client) -> None:
    by_token(alice)(email=NEW, password=PASSWORD)

    assert f"Confirm {NEW}" in client.get(mailed_link(NEW)).content.decode()


def test_an_address_changes_for_whoever_is_logged_in_only(client: Client, db: None) -> None:
    fields = {"email": NEW, "password": PASSWORD}
    assert (
        client.post("/sessions/email/change/", fields)
        .headers["Location"]
        .startswith("/sessions/login/")
    )
    assert APIClient().post("/api/email/change/", fields).status_code == 401


class TestClosing:
    """The account goes, and everything with it."""

    def test_by_form(self, alice: User, client: Client) -> None:
        pair = log_in_by_token(alice)
        log_in_by_form(client, alice)

        answer = client.post("/sessions/close/", {"password": PASSWORD})

        assert answer.headers["Location"] == "/"
        assert answer.cookies["sessionid"]["max-age"] == 0
        assert "Your account is closed" in client.get("/").content.decode()
        self.nothing_is_left(pair)

    @pytest.mark.parametrize("choice", ["row", "denylist"])
    def test_by_token(self, alice: User, client: Client, settings: Any, choice: str) -> None:
        settings.TOKEN_REVOCATION = choice
        log_in_by_form(client, alice)
        pair, there = log_in_by_token(alice), log_in_by_token(alice)
        assert bearer(there).get("/api/me/").status_code == 200

        answer = bearer(pair).post("/api/account/close/", {"password": PASSWORD})

        assert answer.status_code == 204
        assert client.get("/api/me/").status_code == 401
        self.nothing_is_left(pair)
        self.nothing_is_left(there)

    def test_by_the_api_with_a_session_the_cookie_goes(self, alice: User, client: Client) -> None:
        log_in_by_form(client, alice)

        body = {"password": PASSWORD}
        answer = client.post("/api/account/close/", body, content_type="application/json")

        assert answer.status_code == 204
        assert answer.cookies["sessionid"]["max-age"] == 0

    @staticmethod
    def nothing_is_left(pair: dict[str, str]) -> None:
        """Check that the tokens open nothing, and a new account does not revive them."""
        assert outbox()[-1] == ([ALICE], "Your account is closed")
        for _ in range(2):
            assert bearer(pair).get("/api/me/").status_code == 401
            assert refresh(pair).status_code == 401
            assert not TokenFamily.objects.exists()
            User.objects.filter(email=ALICE).delete()
            User.objects.create_user(ALICE, PASSWORD)
        User.objects.all().delete()

    def test_it_takes_the_password(self, alice: User, client: Client) -> None:
        log_in_by_form(client, alice)
        by_token = bearer(log_in_by_token(alice))

        page = client.post("/sessions/close/", {"password": "wrong"})
        answer = by_token.post("/api/account/close/", {"password": "wrong"})

        assert "That is not your current password." in page.content.decode()
        assert answer.json() == {"password": ["That is not your current password."]}
        assert answer.status_code == 400
        assert User.objects.get() == alice


class TestCost:
    """What each step costs in statements."""

    def test_asking_for_another_address(self, alice: User, django_assert_num_queries: Any) -> None:
        ask = by_token(alice)
        # Family and user; whether the account is there still; the event; behind the answer, the
        # user and whoever has the address.
        with django_assert_num_queries(5):
            ask(email=NEW, password=PASSWORD)

    def test_confirming_it(self, alice: User, django_assert_num_queries: Any) -> None:
        by_token(alice)(email=NEW, password=PASSWORD)
        # As at sign-up.
        with django_assert_num_queries(6):
            verify(mailed_key(NEW))

    def test_closing(self, alice: User, django_assert_num_queries: Any) -> None:
        client = bearer(log_in_by_token(alice))
        # Family and user. Between SAVEPOINT and RELEASE the user, locked; the log-ins of either
        # mode end; Django deletes what hangs on the user (groups, permissions, the admin's log,
        # log-ins) and the user. The event.
        with django_assert_num_queries(13):
            client.post("/api/account/close/", {"password": PASSWORD})
