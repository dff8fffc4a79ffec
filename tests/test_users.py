"""The shared user: one account a mailbox, and what ends its log-ins."""

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from authcompare.users.fields import normalize_email
from authcompare.users.models import User

from .conftest import PASSWORD
from .flows import log_in_by_form, log_in_by_token

pytestmark = pytest.mark.django_db

SPELLINGS = {
    "upper case": "ALICE@EXAMPLE.COM",
    "outer spaces": "  alice@example.com ",
    "full width": "ａlice@example．com",
    "mixed": " Alice@eXample.com",
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_one_mailbox_is_one_account(alice: User, spelling: str) -> None:
    with pytest.raises(IntegrityError):
        User.objects.create_user(spelling, PASSWORD)


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_bulk_writes_are_normalised_too(alice: User, spelling: str) -> None:
    with pytest.raises(IntegrityError):
        User.objects.bulk_create([User(email=spelling)])


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_alice_logs_in_however_she_spells_her_address(alice: User, spelling: str) -> None:
    assert authenticate(email=spelling, password=PASSWORD) == alice


def test_the_kelvin_sign_is_a_k(db: None) -> None:
    assert normalize_email("\u212aate@example.com") == "kate@example.com"


@pytest.mark.parametrize("domain", ["bücher.example", "BÜCHER.EXAMPLE", "xn--BCHER-kva.example"])
def test_a_domain_is_one_in_all_its_spellings(domain: str) -> None:
    assert normalize_email(f"x@{domain}") == "x@xn--bcher-kva.example"


@pytest.mark.parametrize("domain", ["straße.example", "b\u00adücher.example", "例え。example"])
def test_the_spelling_is_that_of_the_mails_recipient(domain: str) -> None:
    mail.EmailMessage(to=[f"x@{domain}"]).send()

    sent: str = mail.outbox[0].message()["To"]
    assert sent == normalize_email(f"x@{domain}")


@given(local=st.text(), domain=st.text() | st.text("éß.\u00ad\u3002 @\ud800", max_size=90))
def test_no_text_breaks_the_spelling_and_it_is_final(local: str, domain: str) -> None:
    once = normalize_email(f"{local}@{domain}")

    assert normalize_email(once) == once == once.lower()


@pytest.mark.parametrize(
    "email",
    [
        '"alice"@example.com',
        r'"al\ice"@example.com',
        "=?utf-8?q?=61lice?=@example.com",
        "alice@[192.0.2.1]",
    ],
)
def test_an_address_that_mail_would_rewrite_is_none_for_the_model(email: str) -> None:
    with pytest.raises(ValidationError, match="quotation marks"):
        User(email=email, password="x").full_clean()


def test_a_dotless_i_is_no_i(alice: User) -> None:
    assert not User.objects.filter(email="al\u0131ce@example.com").exists()


def test_the_database_itself_refuses_an_upper_case_row(alice: User) -> None:
    update = f"UPDATE {User._meta.db_table} SET email = 'ALICE@example.com'"  # noqa: S608
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(update)


def test_a_user_needs_an_address(db: None) -> None:
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("", PASSWORD)


def test_a_user_without_a_password_cannot_log_in(db: None) -> None:
    User.objects.create_user("bob@example.com")

    assert authenticate(email="bob@example.com", password="") is None


def test_createsuperuser_makes_an_administrator(db: None) -> None:
    carol = User.objects.create_superuser("carol@example.com", PASSWORD)

    assert carol.is_staff
    assert carol.is_superuser


@pytest.fixture
def new_hasher(alice: User, settings: Any) -> None:
    """The site hashes otherwise than when Alice chose her password."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]


def test_a_new_hasher_rehashes_at_log_in_and_ends_no_other_log_in(
    alice: User, client: Client, request: pytest.FixtureRequest
) -> None:
    log_in_by_form(client, alice)
    pair = log_in_by_token(alice)
    request.getfixturevalue("new_hasher")

    log_in_by_form(Client(), alice)

    alice.refresh_from_db()
    assert alice.password.startswith("pbkdf2_sha1$")
    assert client.get("/api/me/").status_code == 200
    assert APIClient().post("/api/token/refresh/", {"refresh": pair["refresh"]}).status_code == 200


def test_a_rehash_beside_a_change_keeps_the_new_password(alice: User, new_hasher: None) -> None:
    change_password(User.objects.get())

    assert alice.check_password(PASSWORD)  # As it was read before the change.
    assert not User.objects.get().check_password(PASSWORD)


def test_a_rehash_of_a_user_who_was_deleted_meanwhile_is_no_error(
    alice: User, new_hasher: None
) -> None:
    User.objects.all().delete()

    assert alice.check_password(PASSWORD)


def change_password(alice: User) -> None:
    alice.set_password("another long password")
    alice.save()


def change_password_alone(alice: User) -> None:
    alice.set_password("another long password")
    alice.save(update_fields=["password"])


def deactivate(alice: User) -> None:
    alice.is_active = False
    alice.save()


def deactivate_behind_the_models_back(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)


def delete(alice: User) -> None:
    alice.delete()


@pytest.mark.parametrize(
    "end",
    [
        change_password,
        change_password_alone,
        deactivate,
        deactivate_behind_the_models_back,
        delete,
    ],
)
class TestEveryLogInEnds:
    """Sessions and tokens alike, on the next request."""

    def test_the_session_is_nobodys(self, alice: User, client: Client, end: object) -> None:
        log_in_by_form(client, alice)
        end(alice)  # type: ignore[operator]
        assert client.get("/api/me/").status_code == 401

    def test_the_access_token_is_refused(self, alice: User, end: object) -> None:
        pair = log_in_by_token(alice)
        end(alice)  # type: ignore[operator]
        answer = APIClient().get("/api/me/", headers={"authorization": f"Bearer {pair['access']}"})
        assert answer.status_code == 401

    def test_the_refresh_token_is_refused(self, alice: User, end: object) -> None:
        pair = log_in_by_token(alice)
        end(alice)  # type: ignore[operator]
        answer = APIClient().post("/api/token/refresh/", {"refresh": pair["refresh"]})
        assert answer.status_code == 401
        assert answer.json()["code"] == "log_in_over"
