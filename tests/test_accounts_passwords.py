"""Password change and reset, and the rules for a password, by both doors."""

import string
import unicodedata
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.test import Client
from django.utils import timezone
from hypothesis import assume, given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from authcompare.users.models import PASSWORD_MAX_LENGTH, User
from authcompare.users.passwords import PatternValidator
from sessions_app.models import Session
from sessions_app.store import SessionStore

from .conftest import PASSWORD
from .flows import bearer, log_in_by_form, log_in_by_token, mailed_link, outbox
from .test_tokens_flow import refresh

pytestmark = pytest.mark.django_db

ALICE = "alice@example.com"
NEW = "another correct horse battery"


def change_by_form(client: Client, old: str = PASSWORD, new: str = NEW) -> Any:
    fields = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post("/sessions/password/change/", fields)


def change_by_api(client: Any, old: str = PASSWORD, new: str = NEW) -> Any:
    fields = {"old_password": old, "new_password": new}
    return client.post("/api/password/change/", fields, content_type="application/json")


def change_by_token(client: APIClient, old: str = PASSWORD, new: str = NEW) -> Any:
    return client.post("/api/password/change/", {"old_password": old, "new_password": new})


def ask_for_reset(email: str = ALICE) -> Any:
    return APIClient().post("/api/password/reset/", {"email": email})


def reset_by_form(link: str, new: str = NEW) -> Any:
    return Client().post(link, {"new_password1": new, "new_password2": new})


def reset_by_api(link: str, new: str = NEW) -> Any:
    uid, token = link.split("/")[-3:-1]
    body = {"uid": uid, "token": token, "new_password": new}
    return APIClient().post("/api/password/reset/confirm/", body)


def done(answer: Any) -> bool:
    """Tell a form's or a call's success from its refusal; it must be one of them."""
    assert answer.status_code in (200, 204, 302, 400)
    return answer.status_code in (204, 302)


def can_log_in(password: str, email: str = ALICE) -> bool:
    answer = APIClient().post("/api/token/", {"email": email, "password": password})
    return answer.status_code == 200


class TestChange:
    """What goes on, and what ends."""

    def test_by_form_this_session_goes_on_under_a_new_key(
        self, alice: User, client: Client
    ) -> None:
        log_in_by_form(client, alice)
        old_key = client.cookies["sessionid"].value

        assert change_by_form(client).headers["Location"] == "/sessions/me/"

        assert "Your password is changed" in client.get("/sessions/me/").content.decode()
        assert SessionStore(old_key).load() == {}
        assert can_log_in(NEW)
        assert not can_log_in(PASSWORD)

    def test_by_token_this_log_in_goes_on_and_can_be_refreshed(self, alice: User) -> None:
        pair = log_in_by_token(alice)

        assert change_by_token(bearer(pair)).status_code == 204

        assert bearer(pair).get("/api/me/").status_code == 200
        assert refresh(pair).status_code == 200

    def test_by_the_api_with_a_session_it_goes_on_under_a_new_key(self, alice: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(alice)
        assert change_by_api(client).json()["code"] == "csrf_failed"
        client.get("/sessions/login/")
        old_key = client.cookies["sessionid"].value
        client.defaults["HTTP_X_CSRFTOKEN"] = client.cookies["csrftoken"].value

        assert change_by_api(client).status_code == 204

        assert SessionStore(old_key).load() == {}
        client.defaults["HTTP_X_CSRFTOKEN"] = client.cookies["csrftoken"].value
        assert change_by_api(client, NEW, PASSWORD).status_code == 204

    def test_a_stranger_is_asked_to_log_in(self, client: Client, db: None) -> None:
        assert change_by_form(client).headers["Location"].startswith("/sessions/login/?next=")
        assert change_by_api(client).status_code == 401

    @pytest.mark.parametrize("door", ["form", "token"])
    def test_every_other_log_in_ends_and_a_mail_says_so(self, alice: User, door: str) -> None:
        there, pair = Client(), log_in_by_token(alice)
        log_in_by_form(there, alice)
        if door == "form":
            here = Client()
            log_in_by_form(here, alice)
            change_by_form(here)
        else:
            change_by_token(bearer(log_in_by_token(alice)))

        assert there.get("/api/me/").status_code == 401
        assert bearer(pair).get("/api/me/").status_code == 401
        assert refresh(pair).status_code == 401
        assert outbox() == [([ALICE], "Your password was changed")]
        assert NEW not in str(mail.outbox[0].body)

    def test_the_current_password_is_asked_for(self, alice: User, client: Client) -> None:
        log_in_by_form(client, alice)

        page = change_by_form(client, old="not my password")
        answer = change_by_token(bearer(log_in_by_token(alice)), old="not my password")

        assert "That is not your current password." in page.content.decode()
        assert answer.status_code == 400
        assert answer.json() == {"old_password": ["That is not your current password."]}
        assert can_log_in(PASSWORD)
        assert outbox() == []

    @pytest.mark.parametrize("choice", ["row", "denylist", "none"])
    def test_it_works_with_every_revocation(self, alice: User, settings: Any, choice: str) -> None:
        settings.TOKEN_REVOCATION = choice
        pair = log_in_by_token(alice)

        assert change_by_token(bearer(pair)).status_code == 204
        assert bearer(pair).get("/api/me/").status_code == 200
        assert refresh(pair).status_code == 200


@pytest.mark.parametrize("reset", [reset_by_form, reset_by_api])
class TestReset:
    """The mailed link, used on the page and by the API."""

    def test_it_sets_the_password_once(self, alice: User, reset: Any) -> None:
        ask_for_reset()
        link = mailed_link()

        assert done(reset(link))
        assert can_log_in(NEW)
        assert not done(reset(link, PASSWORD))
        assert can_log_in(NEW)

    def test_it_ends_every_log_in_begins_none_and_says_so(self, alice: User, reset: Any) -> None:
        browser, pair = Client(), log_in_by_token(alice)
        log_in_by_form(browser, alice)
        ask_for_reset()

        answer = reset(mailed_link())

        assert "sessionid" not in answer.cookies
        assert "access" not in answer.content.decode()
        assert browser.get("/api/me/").status_code == 401
        assert refresh(pair).status_code == 401
        assert not Session.objects.live().exists()
        assert outbox()[-1] == ([ALICE], "A new password was chosen")

    def test_it_is_dead_after_an_hour(self, alice: User, reset: Any) -> None:
        ask_for_reset()

        with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=2)):
            assert not done(reset(mailed_link()))

    def test_it_is_dead_after_any_change_of_the_password(self, alice: User, reset: Any) -> None:
        ask_for_reset()
        alice.set_password("yet another long password")
        alice.save()

        assert not done(reset(mailed_link()))

    def test_it_is_nothing_to_a_deactivated_user(self, alice: User, reset: Any) -> None:
        ask_for_reset()
        User.objects.update(is_active=False)

        assert not done(reset(mailed_link()))

    def test_it_is_good_for_its_own_user_only(self, alice: User, bob: User, reset: Any) -> None:
        ask_for_reset()
        ask_for_reset(bob.email)
        theirs, mine = mailed_link(bob.email).split("/"), mailed_link().split("/")

        assert not done(reset("/".join([*theirs[:-2], mine[-2], ""])))

    @pytest.mark.parametrize("link", ["/sessions/password/reset/é/x-y/", "/a/b/AA/1-2/", "/-/x/"])
    def test_garbage_is_refused(self, db: None, reset: Any, link: str) -> None:
        uid, token = link.split("/")[-3:-1]

        assert not done(reset(f"/sessions/password/reset/{uid}/{token}/"))

    def test_it_verifies_an_address_that_was_not(self, reset: Any, db: None) -> None:
        User.objects.create_user(ALICE, PASSWORD, email_verified_at=None)
        ask_for_reset()

        assert done(reset(mailed_link()))
        assert can_log_in(NEW)

    def test_a_bad_password_is_refused_and_the_link_stays_good(
        self, alice: User, reset: Any
    ) -> None:
        ask_for_reset()

        assert not done(reset(mailed_link(), "short"))
        assert done(reset(mailed_link()))


class TestAskingForAReset:
    """Who gets the mail, and what the answer tells."""

    @pytest.mark.parametrize("email", ["nobody@example.com", "alıce@example.com", "gone@x.de"])
    def test_only_a_known_address_gets_one(self, alice: User, email: str) -> None:
        User.objects.create_user("gone@x.de", PASSWORD, is_active=False)

        answer, known = ask_for_reset(email), ask_for_reset()

        assert (answer.status_code, answer.content) == (known.status_code, known.content)
        assert answer.status_code == 202
        assert outbox() == [([ALICE], "Choose a new password")]

    def test_the_mail_goes_to_the_stored_address(self, alice: User) -> None:
        ask_for_reset(" ＡLICE@example.com")

        assert outbox() == [([ALICE], "Choose a new password")]

    def test_the_page_answers_alike_too(self, alice: User, client: Client) -> None:
        for email in (ALICE, "nobody@example.com"):
            answer = client.post("/sessions/password/reset/", {"email": email})
            assert answer.headers["Location"] == "/sessions/password/reset/sent/"
        assert "on its way" in client.get(answer.headers["Location"]).content.decode()
        assert outbox() == [([ALICE], "Choose a new password")]

    def test_the_link_leaks_nowhere_and_makes_no_session(self, alice: User, client: Client) -> None:
        ask_for_reset()
        for _ in range(2):
            page = client.get(mailed_link())

        assert page.status_code == 200
        assert page.headers["Referrer-Policy"] == "strict-origin"
        assert "no-store" in page.headers["Cache-Control"]
        assert mailed_link().split("/")[-2] not in page.content.decode()
        assert not Session.objects.exists()


class TestRules:
    """NIST SP 800-63B-4 3.1.1.2, by both doors."""

    @pytest.fixture(params=["form", "api"])
    def change(self, request: Any, alice: User, client: Client) -> Any:
        """Change Alice's password, and tell whether that was done."""
        if request.param == "form":
            log_in_by_form(client, alice)
            return lambda new: done(change_by_form(client, new=new))
        by_token = bearer(log_in_by_token(alice))
        return lambda new: done(change_by_token(by_token, new=new))

    @pytest.mark.parametrize(
        "password",
        [
            "fifteen letters",
            "ßäöüéèêàçñøåæœÿ",
            "密码 пароль 🔑🔑🔑🔑🔑",
            "  outer spaces count  ",
            "".join(map(str, range(400)))[:PASSWORD_MAX_LENGTH],
        ],
    )
    def test_any_characters_make_a_password(self, change: Any, password: str) -> None:
        assert change(password)
        assert can_log_in(password)
        assert not can_log_in(password[:-1])
        assert not can_log_in(password.strip() + "!")

    @pytest.mark.parametrize(
        "password",
        ["fourteen chars", "alice@example.com", "123456789987654321", "x" * 1025, "nul\0" * 5],
        ids=["too short", "her address", "a common one", "too long", "with a NUL"],
    )
    def test_what_is_refused(self, change: Any, password: str) -> None:
        assert not change(password)
        assert can_log_in(PASSWORD)


class TestCost:
    """What each step costs in statements, with one SAVEPOINT and RELEASE of the test's own."""

    def test_changing_it_by_session(
        self, alice: User, client: Client, django_assert_num_queries: Any
    ) -> None:
        log_in_by_form(client, alice)
        # Session and user; the user, locked and written; log-ins of either mode; the session; the
        # event.
        with django_assert_num_queries(9):
            change_by_form(client)

    def test_changing_it_by_token(self, alice: User, django_assert_num_queries: Any) -> None:
        client = bearer(log_in_by_token(alice))
        # Family and user; the user, locked and written; log-ins of either mode; the family; the
        # event.
        with django_assert_num_queries(9):
            change_by_token(client)

    def test_asking_for_a_reset_is_one_read_behind_the_answer(
        self, alice: User, django_assert_num_queries: Any
    ) -> None:
        for email in (ALICE, "nobody@example.com"):
            # Behind the answer, the user; the event.
            with django_assert_num_queries(2):
                ask_for_reset(email)

    def test_resetting_reads_and_writes_the_user_and_ends_both_modes(
        self, alice: User, django_assert_num_queries: Any
    ) -> None:
        ask_for_reset()
        # The user, read; between SAVEPOINT and RELEASE the stamp, the user, and log-ins of either
        # mode; the event.
        with django_assert_num_queries(8):
            reset_by_api(mailed_link())


class TestPatterns:
    """What is long enough and guessed first all the same."""

    @pytest.mark.parametrize(
        "password",
        [
            "passwordpassword",
            "PasswordpassWordpass",
            "alicealicealice",
            "aaaaaaaaaaaaaaa",
            "ａaaaaaaaaaaaaaa",
            " " * 15,
            "123456789012345",
            "098765432109876",
            "abcdefghijklmnop",
            "ponmlkjihgfedcba",
        ],
    )
    def test_they_are_refused_by_either_door(self, db: None, password: str) -> None:
        fields = {"email": ALICE, "password1": password, "password2": password}
        page = Client().post("/sessions/signup/", fields)
        answer = APIClient().post("/api/signup/", {"email": ALICE, "password": password})

        assert "Take four or five words" in page.content.decode()
        assert "Take four or five words" in str(answer.json()["password"])
        assert not User.objects.exists()

    @pytest.mark.parametrize(
        "password",
        [
            PASSWORD,
            "k7Qz!vM2#pRw9xL",
            "abcabcabcabcabd",
            "1234567890 apples",
            "correct horse battery correct horse battery ",
            "zażółć gęślą jaźń",
        ],
    )
    def test_passphrases_and_random_passwords_pass(self, password: str) -> None:
        validate_password(password)

    @given(st.lists(st.sampled_from(string.ascii_lowercase), min_size=15, unique=True))
    def test_different_characters_pass_unless_they_stand_in_order(self, letters: list[str]) -> None:
        assume(letters not in (sorted(letters), sorted(letters, reverse=True)))
        text = "".join(letters)

        PatternValidator(min_length=15).validate(text)


class TestOneForm:
    """A password is the same however the keyboard composes its characters."""

    NFC, NFD = "café crème à volonté", unicodedata.normalize("NFD", "café crème à volonté")

    @pytest.mark.parametrize(("first", "then"), [(NFC, NFD), (NFD, NFC)], ids=["NFC", "NFD"])
    def test_at_sign_up_change_and_reset(
        self, client: Client, db: None, first: str, then: str
    ) -> None:
        APIClient().post("/api/signup/", {"email": ALICE, "password": first})
        client.post(mailed_link())
        assert can_log_in(then)

        client.post("/sessions/login/", {"email": ALICE, "password": then})
        assert done(change_by_form(client, then, NEW))
        assert done(change_by_api(client, NEW, first))
        assert can_log_in(then)

        ask_for_reset()
        assert done(reset_by_form(mailed_link(), then))
        assert can_log_in(first)
        assert can_log_in(then)

    def test_in_the_admin(self, carol: User, client: Client) -> None:
        log_in_by_form(client, carol)
        fields = {"email": ALICE, "password1": self.NFD, "password2": self.NFD}
        client.post("/admin/users/user/add/", fields | {"usable_password": "true"})

        assert can_log_in(self.NFC)

    def test_a_wrong_one_stays_wrong(self, alice: User) -> None:
        alice.set_password(self.NFD)

        assert alice.check_password(self.NFC)
        assert not alice.check_password(self.NFC.upper())
        assert not alice.check_password(self.NFC.replace("é", "e"))
