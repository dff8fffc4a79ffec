"""Claims that are wrong under a good signature: rows R-015 to R-022 of SECURITY.md.

Every token here is signed with the project's own key, so that nothing but the claim can refuse it.
"""

import json
import uuid
from typing import Any

import pytest
import time_machine
from django.conf import settings as project

from authcompare.lab.attacks import jose
from authcompare.users.models import User

from . import forge
from .conftest import NOW
from .flows import log_in_by_token

pytestmark = pytest.mark.django_db

# As JSON text, since not all of it could be written by a JSON library.
NO_TIMES = [f'"{NOW + 60}"', f'"{NOW - 60}"', '"soon"', '""', '"\\ud800"', f"[{NOW}]", "[]", "{}"]
NO_TIMES += ["true", "false", "null", "NaN", "-NaN", "Infinity", "-Infinity", "1e999", "-1e999"]
NO_TIMES += ["9" * 400, "1e300", "0x7fffffff", "01"]


class TestTimes:
    """R-015 to R-017: three numbers, each inside its bounds."""

    @forge.KINDS
    def test_a_token_lives_to_its_last_second_and_not_to_the_next(
        self, pair: dict[str, str], kind: str, clock: time_machine.Traveller
    ) -> None:
        expires = jose.opened(pair[kind])[1]["exp"]

        clock.move_to(expires)
        forge.assert_refused(kind, pair[kind])
        clock.move_to(expires - 1)
        forge.assert_accepted(kind, pair[kind])

    @pytest.mark.parametrize(
        "claim", ["exp", "nbf", "iat", "iss", "aud", "sub", "sid", "jti", "token_type"]
    )
    def test_a_token_without_one_of_our_claims_is_refused(
        self, pair: dict[str, str], claim: str
    ) -> None:
        forge.assert_both_refused(pair, lambda token: forge.changed(token, without=[claim]))

    @pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
    @pytest.mark.parametrize("source", NO_TIMES, ids=lambda source: source[:20])
    def test_a_time_is_a_finite_number_of_json(
        self, pair: dict[str, str], claim: str, source: str
    ) -> None:
        forge.assert_both_refused(pair, lambda token: forge.with_source(token, claim, source))

    @pytest.mark.parametrize("source", ["0", "-1", "-1e300", "-" + "9" * 400, f"{NOW}.9"])
    def test_an_end_before_now_is_past(self, pair: dict[str, str], source: str) -> None:
        forge.assert_both_refused(pair, lambda token: forge.with_source(token, "exp", source))

    def test_no_token_lives_longer_than_a_log_in_may(self, pair: dict[str, str]) -> None:
        far = NOW + project.REMEMBERED_LOGIN_LIFETIME.total_seconds() + 60

        forge.assert_both_refused(pair, lambda token: forge.changed(token, claims={"exp": far}))

    @pytest.mark.parametrize("claim", ["nbf", "iat"])
    @pytest.mark.parametrize("seconds", [6, 3600, 10**9])
    def test_a_token_from_the_future_is_refused(
        self, pair: dict[str, str], claim: str, seconds: int
    ) -> None:
        forge.assert_both_refused(
            pair, lambda token: forge.changed(token, claims={claim: NOW + seconds})
        )

    @forge.KINDS
    @pytest.mark.parametrize("claims", [{"nbf": NOW + 3, "iat": NOW + 3}, {"exp": NOW + 9.5}])
    def test_a_clock_a_little_ahead_and_a_fraction_are_accepted(
        self, pair: dict[str, str], kind: str, claims: dict[str, float]
    ) -> None:
        forge.assert_accepted(kind, forge.changed(pair[kind], claims=claims))


# TOKEN_ISSUER and TOKEN_AUDIENCE of the tests are "authcompare".
OTHERS: list[Any] = [
    "another",
    "",
    "auth",
    "compare",
    "authcompare/",
    "authcompare ",
    "Authcompare",
]
OTHERS += ["authcompare.example.com", "https://authcompare", "authcompare\0", ["authcompare"]]
OTHERS += [["authcompare", "another"], list("authcompare"), {"authcompare": 1}, 1, True, None]


class TestIssuerAndAudience:
    """R-018, R-019: exactly ours, as one string."""

    @pytest.mark.parametrize("claim", ["iss", "aud"])
    @pytest.mark.parametrize("value", OTHERS, ids=json.dumps)
    def test_any_other_value_is_refused(self, pair: dict[str, str], claim: str, value: Any) -> None:
        forge.assert_both_refused(pair, lambda token: forge.changed(token, claims={claim: value}))


class TestKind:
    """R-020: a token is good for what it was made for, and says so in header and claims alike."""

    OTHER = {"access": "refresh", "refresh": "access"}
    TYPES = {"access": "at+jwt", "refresh": "rt+jwt"}

    @forge.KINDS
    def test_neither_kind_stands_in_for_the_other(self, pair: dict[str, str], kind: str) -> None:
        forge.assert_refused(kind, pair[self.OTHER[kind]])

    def test_an_access_token_ends_no_log_in(self, pair: dict[str, str]) -> None:
        assert forge.log_out(pair["access"]).status_code == 401
        forge.assert_accepted("access", pair["access"])

    @forge.KINDS
    @pytest.mark.parametrize(
        "typ",
        ["JWT", "", "jwt", "logout+jwt", "{other}", "{own} ", "at", None, ["{own}"], {}, 1, True],
        ids=json.dumps,
    )
    def test_another_type_in_the_header_is_refused(
        self, pair: dict[str, str], kind: str, typ: Any
    ) -> None:
        own, other = self.TYPES[kind], self.TYPES[self.OTHER[kind]]
        text = json.dumps(typ).replace("{own}", own).replace("{other}", other)

        forge.assert_refused(kind, forge.changed(pair[kind], header={"typ": json.loads(text)}))

    @forge.KINDS
    @pytest.mark.parametrize(
        "value",
        ["{other}", "sliding", "untyped", "", "Access", ["{own}"], {"{own}": 1}, None, 1, True],
        ids=json.dumps,
    )
    def test_another_type_in_the_claims_is_refused(
        self, pair: dict[str, str], kind: str, value: Any
    ) -> None:
        text = json.dumps(value).replace("{own}", kind).replace("{other}", self.OTHER[kind])

        forged = forge.changed(pair[kind], claims={"token_type": json.loads(text)})

        forge.assert_refused(kind, forged)

    def test_a_token_of_no_type_at_all_is_refused(self, pair: dict[str, str]) -> None:
        forge.assert_both_refused(
            pair, lambda token: forge.changed(token, without=["typ", "token_type"])
        )


ODD = ["", "x", "\0", "\ud800", "1", 0, -1, 1.5, True, None, [], {}, ["{own}"], {"$ne": 1}]


class TestIds:
    """R-021, R-022: who, which log-in, which token, which generation."""

    @pytest.fixture(autouse=True)
    def _by_row(self, settings: Any) -> None:
        # The other choices believe the ids in a token that we signed.
        settings.TOKEN_REVOCATION = "row"

    @pytest.mark.parametrize("claim", ["sub", "sid"])
    @pytest.mark.parametrize("value", ODD, ids=json.dumps)
    def test_an_id_of_another_type_is_refused(
        self, pair: dict[str, str], claim: str, value: Any
    ) -> None:
        own = jose.opened(pair["access"])[1][claim]
        value = json.loads(json.dumps(value).replace("{own}", own))

        forge.assert_both_refused(pair, lambda token: forge.changed(token, claims={claim: value}))

    @pytest.mark.parametrize("claim", ["sub", "sid"])
    def test_an_unknown_id_is_refused(self, pair: dict[str, str], claim: str) -> None:
        unknown = {claim: str(uuid.uuid4())}

        forge.assert_both_refused(pair, lambda token: forge.changed(token, claims=unknown))

    def test_a_user_does_not_act_under_anothers_log_in(
        self, pair: dict[str, str], mallory: User
    ) -> None:
        forge.assert_both_refused(
            pair, lambda token: forge.changed(token, claims={"sub": str(mallory.pk)})
        )

    @forge.KINDS
    def test_a_deleted_user_is_unknown(self, pair: dict[str, str], kind: str, alice: User) -> None:
        alice.delete()

        forge.assert_refused(kind, pair[kind])

    @pytest.mark.parametrize(
        "value", ["", "\ud800", 0, 7, True, None, [], ["x"], {}], ids=json.dumps
    )
    def test_an_odd_token_id_is_refused(self, pair: dict[str, str], value: Any) -> None:
        forge.assert_both_refused(pair, lambda token: forge.changed(token, claims={"jti": value}))

    @pytest.mark.parametrize("value", ["0", -1, 0.0, False, True, None, [], [0], {}, "x", 9])
    def test_an_odd_generation_is_refused(self, pair: dict[str, str], value: Any) -> None:
        forge.assert_refused("refresh", forge.changed(pair["refresh"], claims={"gen": value}))

    def test_a_refresh_token_with_a_guessed_id_is_refused(self, pair: dict[str, str]) -> None:
        forged = forge.changed(pair["refresh"], claims={"jti": uuid.uuid4().hex})

        forge.assert_refused("refresh", forged)

    def test_token_ids_are_long_and_never_the_same(self, alice: User) -> None:
        pairs = [log_in_by_token(alice) for _ in range(5)]
        pairs += [forge.refresh(pair["refresh"]).json() for pair in pairs]
        ids = [jose.opened(pair[kind])[1]["jti"] for pair in pairs for kind in forge.DOORS]

        assert len(set(ids)) == len(ids) == 20
        # 128 bits in hexadecimal digits.
        assert all(len(each) >= 32 for each in ids)
