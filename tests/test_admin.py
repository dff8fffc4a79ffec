"""Carol administers users, sessions and token families."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from authcompare.users.models import User
from sessions_app.models import Session
from tokens_app.models import TokenFamily

from .conftest import PASSWORD
from .flows import bearer, log_in_by_form, log_in_by_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, carol: User) -> Client:
    """A browser in which Carol is logged in."""
    log_in_by_form(client, carol)
    return client


def act(admin: Client, model: str, action: str, *rows: Any) -> Any:
    """Choose an action for rows of a change list."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return admin.post(reverse(f"admin:{model}_changelist"), data, follow=True)


@pytest.mark.parametrize("model", ["users_user", "sessions_app_session", "tokens_app_tokenfamily"])
class TestEveryList:
    """Lists and pages open, and ask the database the same however long they are."""

    def test_it_opens(self, admin: Client, model: str, alice: User) -> None:
        log_in_by_token(alice)
        log_in_by_form(Client(), alice)
        response = admin.get(reverse(f"admin:{model}_changelist"), {"q": "alice"})

        assert response.status_code == 200
        assert "alice@example.com" in response.content.decode()

    def test_its_cost_does_not_grow(
        self,
        admin: Client,
        model: str,
        alice: User,
        django_assert_num_queries: Any,
        django_assert_max_num_queries: Any,
    ) -> None:
        log_in_by_token(alice)
        address = reverse(f"admin:{model}_changelist")
        with django_assert_max_num_queries(20) as few:
            admin.get(address)
            cost = len(few)
        for name in "abcdefgh":
            log_in_by_form(Client(), alice)
            log_in_by_token(alice)
            User.objects.create_user(f"{name}@example.com", PASSWORD)

        with django_assert_num_queries(cost):
            admin.get(address)


def test_it_is_closed_to_alice(alice: User, client: Client) -> None:
    log_in_by_form(client, alice)

    assert client.get("/admin/").status_code == 302


def test_it_is_closed_to_a_bearer_token(carol: User) -> None:
    assert bearer(log_in_by_token(carol)).get("/admin/").status_code == 302


def test_carol_logs_in_by_the_admins_own_form(carol: User, client: Client) -> None:
    credentials = {"username": carol.email, "password": PASSWORD}

    assert client.post("/admin/login/?next=/admin/", credentials).status_code == 302
    assert Session.objects.get().ip_address == "127.0.0.1"


def test_carol_adds_a_user_who_can_log_in(admin: Client) -> None:
    form = {
        "email": "Dave@Example.com",
        "name": "Dave",
        "usable_password": "true",
        "password1": "a long enough password",
        "password2": "a long enough password",
    }
    response = admin.post(reverse("admin:users_user_add"), form)

    assert response.status_code == 302, response.context["errors"]
    assert User.objects.get(email="dave@example.com").check_password("a long enough password")


def test_carol_changes_a_name(admin: Client, alice: User) -> None:
    form = {"email": alice.email, "name": "Alice A.", "is_active": "on"}
    response = admin.post(reverse("admin:users_user_change", args=[alice.pk]), form)

    assert response.status_code == 302
    alice.refresh_from_db()
    assert alice.name == "Alice A."


def test_a_second_account_for_a_mailbox_is_a_form_error(admin: Client, alice: User) -> None:
    form = {
        "email": "ALICE@example.com",
        "usable_password": "true",
        "password1": "a long enough password",
        "password2": "a long enough password",
    }
    response = admin.post(reverse("admin:users_user_add"), form)

    assert response.status_code == 200
    assert "already exists" in response.content.decode()


def test_deactivating_ends_every_log_in_and_is_undone(admin: Client, alice: User) -> None:
    pair = log_in_by_token(alice)
    browser = Client()
    log_in_by_form(browser, alice)

    response = act(admin, "users_user", "deactivate", alice)

    assert "1 user(s) deactivated" in response.content.decode()
    assert bearer(pair).get("/api/me/").status_code == 401
    assert browser.get("/api/me/").status_code == 401
    act(admin, "users_user", "activate", alice)
    assert bearer(pair).get("/api/me/").status_code == 401
    assert bearer(log_in_by_token(alice)).get("/api/me/").status_code == 200


def test_carol_cannot_deactivate_herself(admin: Client, carol: User) -> None:
    act(admin, "users_user", "deactivate", carol)

    carol.refresh_from_db()
    assert carol.is_active


def test_carol_revokes_a_session(admin: Client, alice: User) -> None:
    browser = Client()
    log_in_by_form(browser, alice)

    response = act(admin, "sessions_app_session", "revoke", Session.objects.get(user=alice))

    assert "1 log-in(s) ended" in response.content.decode()
    assert browser.get("/api/me/").status_code == 401
    assert Session.objects.get(user=alice).end_reason == "operator"


def test_carol_revokes_a_token_family(admin: Client, alice: User) -> None:
    pair = log_in_by_token(alice)

    act(admin, "tokens_app_tokenfamily", "revoke", TokenFamily.objects.get())

    assert bearer(pair).get("/api/me/").status_code == 401


@pytest.mark.parametrize("model", ["sessions_app_session", "tokens_app_tokenfamily"])
def test_log_ins_can_be_neither_added_nor_changed_nor_deleted(
    admin: Client, alice: User, model: str
) -> None:
    log_in_by_token(alice)
    row = (TokenFamily if "token" in model else Session).objects.get()

    assert admin.get(reverse(f"admin:{model}_add")).status_code == 403
    assert admin.get(reverse(f"admin:{model}_delete", args=[row.pk])).status_code == 403
    page = admin.get(reverse(f"admin:{model}_change", args=[row.pk]))
    assert page.status_code == 200
    assert "_save" not in page.content.decode()


@pytest.mark.parametrize(("state", "count"), [("live", 1), ("over", 1), ("", 2)])
def test_families_are_filtered_by_state(admin: Client, alice: User, state: str, count: int) -> None:
    log_in_by_token(alice)
    log_in_by_token(alice)
    TokenFamily.objects.filter(pk=TokenFamily.objects.first().pk).end("revoked")

    page = admin.get(reverse("admin:tokens_app_tokenfamily_changelist"), {"state": state})

    assert page.context["cl"].result_count == count
