"""Carol administers users, sessions and token families."""

import itertools
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from authcompare.users import links
from authcompare.users.models import AuthEvent, User
from sessions_app.models import Session
from tokens_app.models import TokenFamily

from .conftest import PASSWORD, member
from .flows import bearer, log_in_by_form, log_in_by_token, outbox

pytestmark = pytest.mark.django_db

NEW = "another correct horse battery"


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


class TestClosedInTheMiddle:
    """Alice closes her account behind Carol's looking for it and before her write."""

    @pytest.fixture
    def close_at(self, monkeypatch: pytest.MonkeyPatch, alice: User) -> Callable[[int], None]:
        """Return what has the account closed when Carol's request looks for it this many times."""

        def close(times: int) -> None:
            find, found = DjangoUserAdmin.get_object, itertools.count(1)

            def and_then_close(*args: Any) -> User | None:
                user = find(*args)
                if next(found) == times:
                    User.objects.filter(pk=alice.pk).delete()
                return user

            monkeypatch.setattr(DjangoUserAdmin, "get_object", and_then_close)

        return close

    def test_a_changed_name_makes_no_account_anew(
        self, admin: Client, alice: User, close_at: Callable[[int], None]
    ) -> None:
        close_at(1)
        form = {"email": alice.email, "name": "Alice A.", "is_active": "on"}
        answer = admin.post(reverse("admin:users_user_change", args=[alice.pk]), form, follow=True)

        assert "Perhaps it was deleted?" in answer.content.decode()
        assert not User.objects.filter(email=alice.email).exists()

    def test_a_new_password_makes_no_account_anew(
        self, admin: Client, alice: User, close_at: Callable[[int], None]
    ) -> None:
        close_at(2)  # The first is to see whether it is Carol's own.
        form = {"password1": NEW, "password2": NEW, "usable_password": "true"}
        answer = admin.post(reverse("admin:auth_user_password_change", args=[alice.pk]), form)

        assert answer.status_code == 404
        assert not outbox()


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


class TestCarolsOwnAccount:
    """A log-in that somebody took over is not enough to take the account over, too."""

    def test_her_password_is_changed_where_the_old_one_is_asked_for_and_counted(
        self, admin: Client, carol: User
    ) -> None:
        fields = {"old_password": "a guess", "new_password1": NEW, "new_password2": NEW}
        own = reverse("admin:auth_user_password_change", args=[carol.pk])
        for address in (reverse("admin:password_change"), own):
            answer = admin.post(address, fields | {"password1": NEW, "password2": NEW})

            assert answer.headers["Location"] == "/sessions/password/change/"
        carol.refresh_from_db()
        assert carol.check_password(PASSWORD)

    def test_her_address_is_not_changed_by_the_admins_form(
        self, admin: Client, carol: User
    ) -> None:
        page = reverse("admin:users_user_change", args=[carol.pk])
        fields = {"email": "mallory@example.com", "name": "C.", "is_active": "on"}
        admin.post(page, fields | {"is_staff": "on", "is_superuser": "on"})

        carol.refresh_from_db()
        assert (carol.email, carol.name) == ("carol@example.com", "C.")
        assert outbox() == []
        assert 'href="/sessions/email/change/"' in admin.get(page).content.decode()


class TestWhatCarolDoesToAlice:
    """Alice is told, and the trail says it."""

    TOLD: ClassVar = (["alice@example.com"], "An administrator changed your account")

    @pytest.fixture
    def change(self, admin: Client, alice: User) -> Callable[..., None]:
        """Return a function that changes Alice's row by the admin's form."""
        page = reverse("admin:users_user_change", args=[alice.pk])
        as_is = {"email": alice.email, "name": alice.name, "is_active": "on"}

        def change(**fields: Any) -> None:
            assert admin.post(page, as_is | fields).status_code == 302

        return change

    @staticmethod
    def last_event() -> tuple[str, str, Any]:
        return AuthEvent.objects.values_list("what", "mode", "user__email").latest("pk")

    @pytest.mark.parametrize(
        "fields",
        [{"password1": NEW, "password2": NEW}, {"unset-password": "1"}],
        ids=["a new one", "none"],
    )
    def test_a_password_that_is_set(
        self, admin: Client, alice: User, fields: dict[str, Any]
    ) -> None:
        usable = "password1" in fields
        page = reverse("admin:auth_user_password_change", args=[alice.pk])
        answer = admin.post(page, fields | {"usable_password": str(usable).lower()})

        assert answer.headers["Location"] == reverse("admin:users_user_change", args=[alice.pk])
        alice.refresh_from_db()
        assert alice.has_usable_password() == usable
        assert outbox() == [self.TOLD]
        assert self.last_event() == ("password_changed", "admin", "alice@example.com")

    @pytest.mark.parametrize(
        "fields",
        [
            {"password1": "short", "password2": "short", "usable_password": "true"},
            {"usable_password": "false"},
        ],
        ids=["refused", "conflicting"],
    )
    def test_a_password_that_is_not_set(
        self, admin: Client, alice: User, fields: dict[str, str]
    ) -> None:
        admin.post(reverse("admin:auth_user_password_change", args=[alice.pk]), fields)

        assert outbox() == []
        assert self.last_event()[0] == "logged_in"

    def test_of_another_address_the_old_one_is_told_and_links_to_a_third_die(
        self, change: Any, alice: User
    ) -> None:
        key = links.key_for(alice, "mallory@example.com", "")
        change(email="Alice@example.org")

        alice.refresh_from_db()
        assert alice.email == "alice@example.org"
        assert outbox() == [self.TOLD]
        assert self.last_event() == ("email_changed", "admin", "alice@example.org")
        assert links.claim_of(key) is None

    @pytest.mark.parametrize("right", ["is_staff", "is_superuser", "groups", "user_permissions"])
    def test_other_rights(self, change: Any, right: str) -> None:
        group = Group.objects.create(name="editors")
        values = {"groups": [group.pk], "user_permissions": [Permission.objects.all()[0].pk]}
        change(**{right: values.get(right, "on")})

        assert outbox() == [self.TOLD]
        assert self.last_event() == ("rights_changed", "admin", "alice@example.com")

    def test_another_spelling_and_another_name_are_no_event(self, change: Any) -> None:
        change(email="ALICE@example.com", name="A.")

        assert outbox() == []
        assert self.last_event()[0] == "logged_in"


class TestDeletion:
    """Log-ins go with their user, and in no other way."""

    @pytest.fixture(params=["superuser", "who may delete users"])
    def deleter(self, request: Any, client: Client) -> Client:
        """A browser of a member of staff who may delete users."""
        staff = member("Carol", is_staff=True, is_superuser=request.param == "superuser")
        may = Permission.objects.filter(codename__in=["delete_user", "view_user"])
        staff.user_permissions.set(may)
        log_in_by_form(client, staff)
        return client

    @pytest.fixture
    def pair(self, alice: User) -> dict[str, str]:
        """Alice's tokens; she is logged in by session as well."""
        log_in_by_form(Client(), alice)
        return log_in_by_token(alice)

    def test_of_one(self, deleter: Client, alice: User, pair: dict[str, str]) -> None:
        page = reverse("admin:users_user_delete", args=[alice.pk])
        assert "Are you sure you want to delete" in deleter.get(page).content.decode()
        deleter.post(page, {"post": "yes"})

        self.alice_is_gone(pair)

    def test_of_several(self, deleter: Client, alice: User, pair: dict[str, str]) -> None:
        data = {"action": "delete_selected", "_selected_action": [alice.pk], "post": "yes"}
        deleter.post(reverse("admin:users_user_changelist"), data)

        self.alice_is_gone(pair)

    @staticmethod
    def alice_is_gone(pair: dict[str, str]) -> None:
        assert not User.objects.filter(email="alice@example.com").exists()
        assert not TokenFamily.objects.exists()
        assert bearer(pair).get("/api/me/").status_code == 401
        closed = AuthEvent.objects.filter(what="account_closed", email="alice@example.com")
        assert closed.get().mode == "admin"
