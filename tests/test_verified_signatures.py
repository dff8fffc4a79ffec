"""What one of our keys signed is verified once, and believed while all else about it holds."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from unittest.mock import patch

import jwt
import pytest
import time_machine
from django.conf import settings as project
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core import signing

from authcompare.users.log_ins import EndReason, end_all
from authcompare.users.models import User
from sessions_app import store
from sessions_app.store import SessionStore
from tokens_app import backend, keys
from tokens_app.backend import RingBackend
from tokens_app.keys import Key
from tokens_app.tokens import AccessToken, RefreshToken

from . import forge
from .flows import bearer, log_in_by_token

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Start with an empty memory, and leave none."""
    for memory in (backend._remembered, store.verified):
        memory.cache_clear()
    yield
    for memory in (backend._remembered, store.verified):
        memory.cache_clear()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still at noon until a test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def verifications() -> Iterator[Any]:
    """Count how often PyJWT is asked to verify a token."""
    with patch.object(jwt, "decode", side_effect=jwt.decode) as decode:
        yield decode


def status(pair: dict[str, str]) -> int:
    return bearer(pair).get("/api/me/").status_code


def remembered() -> int:
    return backend._remembered.cache_info().currsize


class TestWhatIsRemembered:
    def test_a_token_shown_again_is_not_verified_again(
        self, alice: User, verifications: Any
    ) -> None:
        pair = log_in_by_token(alice)

        assert [status(pair) for _ in range(3)] == [200, 200, 200]
        assert verifications.call_count == 1

    def test_the_claims_are_the_same_as_the_first_time(self, alice: User) -> None:
        raw = log_in_by_token(alice)["access"]
        afresh = RingBackend().decode(raw)

        assert [AccessToken(raw).payload for _ in range(2)] == [afresh, afresh]

    def test_whoever_changes_claims_changes_his_own_copy(self, alice: User, bob: User) -> None:
        raw = log_in_by_token(alice)["access"]
        AccessToken(raw)["sub"] = str(bob.pk)

        assert AccessToken(raw)["sub"] == str(alice.pk)

    def test_a_refresh_token_is_never_kept(self, alice: User) -> None:
        RefreshToken(log_in_by_token(alice)["refresh"])

        assert remembered() == 0

    def test_what_was_refused_is_never_kept(self, alice: User) -> None:
        raw = log_in_by_token(alice)["access"]
        head, claims, _ = raw.split(".")
        unsigned = [f"{head}.{claims}.{chr(n) * 86}" for n in b"AEIMQUYcgkosw048"]
        foreign = [forge.changed(raw, claims={"iss": f"https://{n}.example"}) for n in range(20)]

        assert {status({"access": forged}) for forged in unsigned + foreign} == {401}
        assert remembered() == 0

    def test_there_is_room_for_so_many(self) -> None:
        assert backend._remembered.cache_parameters()["maxsize"] == project.VERIFIED_SIGNATURES


class TestWhatIsAskedAtEachUse:
    def test_the_token_dies_at_its_end(self, alice: User, clock: time_machine.Traveller) -> None:
        pair = log_in_by_token(alice)
        assert status(pair) == 200

        clock.shift(project.ACCESS_TOKEN_LIFETIME - timedelta(seconds=1))
        assert status(pair) == 200
        clock.shift(timedelta(seconds=1))
        assert status(pair) == 401

    def test_a_token_from_the_future_is_none_when_the_clock_is_set_right(
        self, alice: User, clock: time_machine.Traveller
    ) -> None:
        pair = log_in_by_token(alice)
        assert status(pair) == 200

        clock.shift(timedelta(seconds=-6))

        assert status(pair) == 401

    @pytest.mark.parametrize("choice", ["row", "denylist"])
    def test_the_token_dies_with_its_log_in(self, alice: User, settings: Any, choice: str) -> None:
        settings.TOKEN_REVOCATION = choice
        pair = log_in_by_token(alice)
        assert status(pair) == 200

        end_all(alice, EndReason.EVERYWHERE)

        assert status(pair) == 401

    def test_the_token_dies_with_its_key(
        self, alice: User, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keys, "LOOK_EVERY_SECONDS", 0)
        old, new = (Key.generate("ES256", time.time() - age) for age in (9, 3))
        path = tmp_path / "ring.json"
        forge.use_ring(settings, path, old)
        pair = log_in_by_token(alice)
        assert status(pair) == 200

        forge.use_ring(settings, path, old, new)
        assert status(pair) == 200
        forge.use_ring(settings, path, new)
        assert status(pair) == 401

    def test_the_token_is_no_token_of_another_site(self, alice: User) -> None:
        pair = log_in_by_token(alice)
        assert status(pair) == 200
        with patch.object(AccessToken._token_backend, "issuer", "https://other.example"):
            assert status(pair) == 401
        with patch.object(AccessToken._token_backend, "audience", "https://other.example"):
            assert status(pair) == 401

    def test_another_signature_under_the_same_claims_is_refused(self, alice: User) -> None:
        pair = log_in_by_token(alice)
        assert status(pair) == 200
        head, claims, signature = pair["access"].split(".")
        flipped = ("A" if signature[0] != "A" else "B") + signature[1:]

        assert status({"access": f"{head}.{claims}.{flipped}"}) == 401


class TestSessions:
    """The same for the text of a session, whose signature is Django's."""

    HELD: ClassVar = {"basket": ["apple"], "user": "Alice"}

    def test_it_is_what_django_makes_of_it(self) -> None:
        ours, django = SessionStore(), DatabaseStore()

        assert ours.decode(django.encode(self.HELD)) == self.HELD
        assert django.decode(ours.encode(self.HELD)) == self.HELD
        assert ours.decode(ours.encode(self.HELD)) == self.HELD

    def test_its_signature_is_verified_once(self) -> None:
        data = SessionStore().encode(self.HELD)
        with patch.object(signing, "loads", side_effect=signing.loads) as loads:
            assert [SessionStore().decode(data) for _ in range(3)] == [self.HELD] * 3

        assert loads.call_count == 1

    def test_each_request_has_its_own_copy(self) -> None:
        data = SessionStore().encode(self.HELD)
        SessionStore().decode(data)["basket"].append("wasp")

        assert SessionStore().decode(data) == self.HELD

    def test_another_key_opens_nothing(self, settings: Any) -> None:
        data = SessionStore().encode(self.HELD)
        assert SessionStore().decode(data) == self.HELD

        old, settings.SECRET_KEY = settings.SECRET_KEY, "another key, as long as any that is used"
        assert SessionStore().decode(data) == {}
        settings.SECRET_KEY_FALLBACKS = [old]
        assert SessionStore().decode(data) == self.HELD

    def test_what_is_forged_is_empty_told_and_never_kept(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        data = SessionStore().encode(self.HELD)
        forged = [f"{data[:-1]}{letter}" for letter in "-_"] + [f"x{data}", "", "a:b:c", "é"]

        assert [SessionStore().decode(text) for text in forged] == [{}] * len(forged)
        assert "Session data corrupted" in caplog.text
        assert store.verified.cache_info().currsize == 0

    def test_what_is_signed_and_no_json_is_empty(self) -> None:
        class Words(signing.JSONSerializer):
            def dumps(self, obj: str) -> bytes:
                return obj.encode()

        data = signing.dumps("no JSON", salt=SessionStore().key_salt, serializer=Words)

        assert SessionStore().decode(data) == {}
