"""What a token's payload is, holds and must not hold: rows R-023 to R-028 of SECURITY.md.

Forged tokens are signed with the project's own key, so that only the payload can refuse them.
"""

import json
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as project
from django.test import Client

from authcompare.lab.attacks import jose
from authcompare.users.models import User

from . import forge
from .conftest import NOON, NOW
from .flows import log_in_by_token

pytestmark = pytest.mark.django_db

NO_OBJECTS = [b"", b"[]", b"[{}]", b'"text"', b"1", b"null", b"true", b"{", b"{}", b"{}{}"]
NO_OBJECTS += [b"\0", b"\xff\xfe", b"\xef\xbb\xbf{}", b"{'sub': 1}", b"<jwt/>", b"NaN", b'{"sub"}']
NO_OBJECTS += [b'[["sub", 1]]']


class TestPayload:
    """R-023, R-024: one JSON object, and of two claims with one name the last, everywhere."""

    @pytest.mark.parametrize("good_last", [True, False], ids=["good last", "good first"])
    @pytest.mark.parametrize("claim", ["exp", "sub", "aud", "token_type"])
    def test_of_two_claims_the_last_counts_at_every_door(
        self, pair: dict[str, str], mallory: User, claim: str, good_last: bool
    ) -> None:
        header, claims, _ = jose.opened(pair["access"])
        bad = {"exp": NOW - 1, "sub": str(mallory.pk), "aud": "x", "token_type": "refresh"}[claim]
        both = [claims, {claim: bad}] if not good_last else [{claim: bad}, claims]
        source = ", ".join(json.dumps(part)[1:-1] for part in both)

        token = jose.compact(header, f"{{{source}}}".encode(), forge.by(forge.our_key()))

        (forge.assert_accepted if good_last else forge.assert_refused)("access", token)
        assert forge.verify(token).status_code == (200 if good_last else 401)

    @pytest.mark.parametrize("payload", NO_OBJECTS, ids=repr)
    def test_a_payload_that_is_no_object_is_refused(
        self, pair: dict[str, str], payload: bytes
    ) -> None:
        sign = forge.by(forge.our_key())

        forge.assert_both_refused(
            pair, lambda token: jose.compact(jose.opened(token)[0], payload, sign)
        )


class TestContents:
    """R-025 to R-028: what a token says, and what it must not."""

    CLAIMS = {"token_type", "iss", "aud", "sub", "sid", "iat", "nbf", "exp", "jti"}
    RIGHTS = {"is_staff": True, "is_superuser": True, "is_active": True, "name": "Carol"} | {
        "email": "carol@example.com",
        "scope": "admin",
        "groups": ["admin"],
        "permissions": ["users.change_user"],
    }

    def test_rights_and_names_come_from_the_users_row(
        self, pair: dict[str, str], alice: User, carol: User, client: Client
    ) -> None:
        token = forge.changed(pair["access"], claims=self.RIGHTS)

        answer = forge.show(token).json()
        assert (answer["email"], answer["name"]) == ("alice@example.com", "Alice")
        admin = client.get("/admin/", HTTP_AUTHORIZATION=f"Bearer {token}")
        assert admin.status_code == 302

    def test_a_token_of_a_user_who_became_inactive_is_refused(
        self, pair: dict[str, str], alice: User
    ) -> None:
        # Past the signals that would end the log-in: the user's row alone must be enough.
        User.objects.filter(pk=alice.pk).update(is_active=False)

        forge.assert_refused("access", forge.changed(pair["access"], claims=self.RIGHTS))

    @pytest.mark.parametrize(("kind", "more"), [("access", set()), ("refresh", {"gen"})])
    def test_a_token_holds_its_claims_and_nothing_else(
        self, pair: dict[str, str], kind: str, more: set[str]
    ) -> None:
        header, claims, _ = jose.opened(pair[kind])

        assert set(header) == {"alg", "kid", "typ"}
        assert set(claims) == self.CLAIMS | more

    @forge.KINDS
    def test_a_token_tells_nothing_personal_and_no_secret(
        self, pair: dict[str, str], kind: str, alice: User
    ) -> None:
        text = json.dumps(jose.opened(pair[kind])[:2]).lower()
        secrets = [alice.email, alice.name, alice.password, alice.auth_stamp, "127.0.0.1"]
        secrets += [alice.get_session_auth_hash(), project.SECRET_KEY]

        assert not [secret for secret in secrets if secret.lower() in text]

    def test_an_access_token_lives_for_minutes(self, pair: dict[str, str]) -> None:
        claims = jose.opened(pair["access"])[1]

        assert 0 < claims["exp"] - claims["iat"] <= 15 * 60

    @pytest.mark.parametrize("remember", [False, True], ids=["not remembered", "remembered"])
    def test_rotating_does_not_keep_a_log_in_alive_for_ever(
        self, alice: User, clock: time_machine.Traveller, remember: bool
    ) -> None:
        name = "REMEMBERED_LOGIN_LIFETIME" if remember else "LOGIN_LIFETIME"
        lifetime: timedelta = getattr(project, name)
        pair = log_in_by_token(alice, remember=remember)

        for tenth in range(1, 10):
            clock.move_to(NOON + lifetime * tenth / 10)
            pair = forge.refresh(pair["refresh"]).json()
        assert jose.opened(pair["refresh"])[1]["exp"] == NOW + lifetime.total_seconds()

        clock.move_to(NOON + lifetime)
        forge.assert_refused("refresh", pair["refresh"])
        forge.assert_refused("access", pair["access"])
