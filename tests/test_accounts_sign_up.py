"""Sign-up, and the mailed link that verifies the address."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail, signing
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from authcompare.users import links
from authcompare.users.models import User

from .conftest import PASSWORD
from .flows import log_in_by_form, mailed_key, mailed_link, outbox

pytestmark = pytest.mark.django_db

ALICE = "alice@example.com"
OTHER = "another correct horse battery"


def sign_up_by_form(email: str = ALICE, password: str = PASSWORD, again: str = "") -> Any:
    fields = {"email": email, "password1": password, "password2": again or password}
    return Client().post("/sessions/signup/", fields)


def sign_up_by_api(email: str = ALICE, password: str = PASSWORD) -> Any:
    return APIClient().post("/api/signup/", {"email": email, "password": password})


def verify(key: str) -> Any:
    return APIClient().post("/api/email/verify/", {"key": key})


def can_log_in(password: str = PASSWORD, email: str = ALICE) -> bool:
    answer = APIClient().post("/api/token/", {"email": email, "password": password})
    return answer.status_code == 200


@pytest.mark.parametrize("sign_up", [sign_up_by_form, sign_up_by_api])
class TestByEitherDoor:
    """What sign-up does, by the page and by the API."""

    def test_the_mailed_link_opens_the_account(self, sign_up: Any, db: None) -> None:
        sign_up()
        assert not can_log_in()

        assert outbox() == [([ALICE], "Confirm your e-mail address")]
        assert Client().post(mailed_link()).status_code == 302
        assert can_log_in()

    def test_the_owner_of_an_account_is_told_that_it_exists(
        self, sign_up: Any, alice: User
    ) -> None:
        sign_up(password=OTHER)

        assert outbox() == [([ALICE], "You have an account already")]
        assert can_log_in(PASSWORD)
        assert not can_log_in(OTHER)

    @pytest.mark.parametrize("mallorys_link_comes", ["first", "last"])
    def test_each_link_is_good_for_the_password_of_its_own_sign_up(
        self, sign_up: Any, db: None, mallorys_link_comes: str
    ) -> None:
        keys = []
        passwords = [OTHER, PASSWORD] if mallorys_link_comes == "first" else [PASSWORD, OTHER]
        for password in passwords:
            sign_up(password=password)
            keys.append(mailed_key())
        alices, mallorys = keys[passwords.index(PASSWORD)], keys[passwords.index(OTHER)]

        assert verify(alices).status_code == 204
        assert can_log_in(PASSWORD)
        assert not can_log_in(OTHER)
        assert verify(mallorys).status_code == 400  # The address has an account now.
        assert verify(alices).status_code == 204
        assert can_log_in(PASSWORD)

    def test_nothing_of_the_password_is_in_the_link(self, sign_up: Any, db: None) -> None:
        sign_up()
        claim = signing.loads(mailed_key(), salt=links.SALT)

        assert User.objects.get().password not in str(claim)

    def test_a_deactivated_user_gets_no_mail_and_no_account(
        self, sign_up: Any, alice: User
    ) -> None:
        User.objects.update(is_active=False)
        sign_up(password=OTHER)

        assert outbox() == []
        assert not can_log_in(OTHER)

    def test_the_answer_is_the_same_for_every_address(self, sign_up: Any, alice: User) -> None:
        User.objects.create_user("waits@example.com", PASSWORD, email_verified_at=None)
        User.objects.create_user("closed@example.com", PASSWORD, is_active=False)

        answers = [sign_up(email=f"{who}@example.com") for who in SORTS_OF_USERS]

        assert len({(a.status_code, a.content, str(a.headers)) for a in answers}) == 1

    @pytest.mark.parametrize(
        ("password", "reason"),
        [
            ("x7-kw9!Pq2zLm", "too short"),
            ("alice@example.com", "too similar to the e-mail address"),
        ],
    )
    def test_a_bad_password_is_refused_alike_for_every_address(
        self, sign_up: Any, alice: User, password: str, reason: str
    ) -> None:
        for email in (ALICE, "alice@example.org"):
            answer = sign_up(email=email, password=password)

            assert answer.status_code in (200, 400)
            assert reason in answer.content.decode()
        assert User.objects.count() == 1
        assert outbox() == []

    @pytest.mark.parametrize("email", ["", "alice", "a@b@c.de", "alice@example.com\nbcc: m@x.de"])
    def test_what_is_no_address_is_refused(self, sign_up: Any, db: None, email: str) -> None:
        assert sign_up(email=email).status_code in (200, 400)
        assert not User.objects.exists()

    @pytest.mark.parametrize(
        "email",
        [
            '"alice"@example.com',
            r'"al\ice"@example.com',
            "=?utf-8?q?=61lice?=@example.com",
            "alice@[192.0.2.1]",
        ],
    )
    def test_an_address_that_mail_would_rewrite_is_refused(
        self, sign_up: Any, db: None, email: str
    ) -> None:
        answer = sign_up(email=email)

        assert "without quotation marks" in answer.content.decode()
        assert not User.objects.exists()
        assert outbox() == []

    def test_two_spellings_of_a_domain_are_one_account(self, sign_up: Any, db: None) -> None:
        member = User.objects.create_user("x@bücher.example", PASSWORD)
        for domain in ("bücher.example", "xn--bcher-kva.example", "BÜCHER.example"):
            sign_up(email=f"x@{domain}")

        assert User.objects.get() == member
        assert outbox() == [(["x@xn--bcher-kva.example"], "You have an account already")] * 3

    def test_one_mailbox_is_one_account(self, sign_up: Any, alice: User) -> None:
        sign_up(email=" ＡLICE@Example.com")

        assert User.objects.get() == alice
        assert outbox() == [([ALICE], "You have an account already")]


SORTS_OF_USERS = ["nobody", "alice", "waits", "closed"]


class TestPage:
    """What the page does besides."""

    def test_it_says_to_read_the_mail(self, db: None) -> None:
        answer = sign_up_by_form()

        assert answer.headers["Location"] == "/sessions/signup/sent/"
        assert "A mail is on its way" in Client().get(answer.headers["Location"]).content.decode()

    def test_two_different_passwords_are_refused(self, db: None) -> None:
        answer = sign_up_by_form(again=OTHER)

        assert "didn’t match" in answer.content.decode()
        assert not User.objects.exists()

    def test_it_takes_no_put(self, client: Client, db: None) -> None:
        assert client.put("/sessions/signup/").status_code == 405


class TestApi:
    """What the API does besides."""

    def test_it_answers_202_and_refuses_by_field(self, db: None) -> None:
        assert sign_up_by_api().status_code == 202
        assert set(sign_up_by_api(password="short").json()) == {"password"}
        assert set(sign_up_by_api(email="alice").json()) == {"email"}


class TestVerification:
    """The mailed link."""

    @pytest.fixture
    def key(self, db: None) -> str:
        """The key in the link that Alice was sent."""
        sign_up_by_api()
        return mailed_key()

    def test_opening_it_uses_nothing_up(self, client: Client, key: str) -> None:
        page = client.get(f"/sessions/verify/{key}/")

        assert "Confirm alice@example.com" in page.content.decode()
        assert not can_log_in()

    def test_opened_twice_it_is_friendly(self, client: Client, key: str) -> None:
        client.post(f"/sessions/verify/{key}/")

        assert "Already confirmed" in client.get(f"/sessions/verify/{key}/").content.decode()
        assert client.post(f"/sessions/verify/{key}/").status_code == 302
        assert verify(key).status_code == 204

    def test_it_expires(self, client: Client, key: str) -> None:
        with time_machine.travel(timezone.now() + timedelta(days=3, seconds=1)):
            assert "no longer valid" in client.get(f"/sessions/verify/{key}/").content.decode()
            assert "no longer valid" in client.post(f"/sessions/verify/{key}/").content.decode()
            assert verify(key).status_code == 400

    @pytest.mark.parametrize("forged", ["x", "a:b:c", "é", "x" * 900])
    def test_a_forged_key_proves_nothing(self, client: Client, db: None, forged: str) -> None:
        assert "no longer valid" in client.get(f"/sessions/verify/{forged}/").content.decode()
        answer = verify(forged)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_key")

    def test_it_dies_with_the_account(self, key: str) -> None:
        User.objects.all().delete()

        assert verify(key).status_code == 400

    def test_it_does_not_open_a_deactivated_account(self, key: str) -> None:
        User.objects.update(is_active=False)

        assert verify(key).status_code == 400

    def test_its_page_tells_no_other_request_its_address(self, client: Client, key: str) -> None:
        page = client.get(f"/sessions/verify/{key}/")

        assert page.headers["Referrer-Policy"] == "strict-origin"
        assert "no-store" in page.headers["Cache-Control"]

    def test_its_host_is_never_the_requests(self, settings: Any, db: None) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        for headers in ({"host": "evil.example"}, {"x-forwarded-host": "evil.example"}):
            Client(headers=headers).post(
                "/api/signup/",
                {"email": ALICE, "password": PASSWORD},
                content_type="application/json",
            )

        for message in mail.outbox:
            assert "evil" not in str(message.body) + str(message.alternatives)


class TestMail:
    """What is in the mails."""

    FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    SPAM = "You have won! Go to http://evil.example/ now"

    @pytest.mark.parametrize(
        ("agent", "shown"), [(FIREFOX, "Firefox on Linux"), (SPAM, "an unknown program")]
    )
    def test_mail_and_page_say_when_and_from_where_somebody_signed_up(
        self, client: Client, db: None, clock: Any, agent: str, shown: str
    ) -> None:
        fields = {"email": ALICE, "password1": PASSWORD, "password2": PASSWORD}
        stranger = {"REMOTE_ADDR": "192.0.2.7", "HTTP_USER_AGENT": agent}
        client.post("/sessions/signup/", fields, **stranger)

        message: Any = mail.outbox[0]
        page = client.get(mailed_link()).content.decode()
        for text in (message.body, message.alternatives[0].content, page):
            assert f"2030-01-01 12:00 UTC from 192.0.2.7 by {shown}" in text
            assert "do not confirm it" in text
            assert "evil" not in text

    def test_it_is_text_and_html_with_the_same_link_and_no_password(self, db: None) -> None:
        sign_up_by_api()

        message: Any = mail.outbox[0]
        html = message.alternatives[0].content
        assert f"http://testserver{mailed_link()}" in html
        assert PASSWORD not in message.body + html
        assert message.extra_headers["Auto-Submitted"] == "auto-generated"


class TestCost:
    """What each step costs in statements."""

    def test_signing_up_asks_for_an_owner_and_writes_the_user_behind_the_answer(
        self, django_assert_num_queries: Any, db: None
    ) -> None:
        # Behind the answer, whose the address is and the insert; the event.
        with django_assert_num_queries(3):
            sign_up_by_api()

    def test_a_known_address_costs_the_same_in_front_of_it(
        self, django_assert_num_queries: Any, alice: User
    ) -> None:
        with django_assert_num_queries(2):
            sign_up_by_api()

    def test_verifying_reads_and_writes_the_user(
        self, django_assert_num_queries: Any, db: None
    ) -> None:
        sign_up_by_api()
        # The user; between SAVEPOINT and RELEASE others with the address, and the user again.
        # And the event.
        with django_assert_num_queries(6):
            verify(mailed_key())

    def test_a_forged_key_costs_none(self, django_assert_num_queries: Any, db: None) -> None:
        with django_assert_num_queries(0):
            verify("forged")

    def test_the_pages_cost_a_stranger_none(
        self, client: Client, django_assert_num_queries: Any, db: None
    ) -> None:
        with django_assert_num_queries(0):
            client.get("/sessions/signup/")
            client.get("/sessions/signup/sent/")


def test_an_operator_vouches_for_the_addresses_of_the_users_made_in_the_admin(
    client: Client, carol: User
) -> None:
    log_in_by_form(client, carol)
    fields = {"email": "new@example.com", "usable_password": "true"}
    client.post("/admin/users/user/add/", fields | {"password1": PASSWORD, "password2": PASSWORD})

    assert can_log_in(email="new@example.com")
