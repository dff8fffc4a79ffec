"""The key ring and what is published of it: rows R-029 to R-035 of SECURITY.md."""

import json
import os
import stat
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from authcompare.lab.attacks import jose
from authcompare.users.models import User
from tokens_app import keys
from tokens_app.backend import current_ring_file
from tokens_app.keys import Key, Ring, create_ring, thumbprint

from . import forge
from .flows import log_in_by_form, log_in_by_token

ADDRESS = "/.well-known/jwks.json"
ALGORITHMS = ["ES256", "EdDSA", "RS256"]


@pytest.fixture
def ring(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ring of this test's own, whose changes are seen at once."""
    monkeypatch.setattr(keys, "LOOK_EVERY_SECONDS", 0)
    settings.SIGNING_KEYS_FILE = tmp_path / "ring.json"
    create_ring(settings.SIGNING_KEYS_FILE)
    return settings.SIGNING_KEYS_FILE


@pytest.fixture
def mixed_ring(settings: Any, tmp_path: Path) -> list[Key]:
    """A ring with a key of each algorithm, the last one signing."""
    mixed = [Key.generate(name, time.time() - 3 + n) for n, name in enumerate(ALGORITHMS)]
    forge.use_ring(settings, tmp_path / "mixed.json", *mixed)
    return mixed


def published() -> list[dict[str, str]]:
    return APIClient().get(ADDRESS).json()["keys"]


class TestPublishedSet:
    """R-029 to R-031, R-034: a set of sound public keys, for anybody."""

    def test_it_is_public_json_that_may_be_cached_for_minutes(self) -> None:
        response = APIClient().get(ADDRESS)

        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Cache-Control"] == "public, max-age=300"
        assert response.json()["keys"]

    @pytest.mark.django_db
    def test_it_is_the_same_for_who_is_logged_in(self, alice: User, client: Client) -> None:
        log_in_by_form(client, alice)

        response = client.get(ADDRESS)

        assert response.content == APIClient().get(ADDRESS).content
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")

    @pytest.mark.parametrize("value", ["", "x", "\0", "\xff", '"', "x" * 5000], ids=ascii)
    def test_a_malformed_session_keeps_nobody_from_it(self, db: None, value: str) -> None:
        response = Client().get(ADDRESS, headers={"cookie": f"sessionid={value}; sessionid=x"})

        assert response.status_code == 200

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_it_is_read_only(self, method: str) -> None:
        assert getattr(APIClient(), method)(ADDRESS, {"keys": []}).status_code == 405

    @pytest.mark.usefixtures("mixed_ring")
    def test_it_holds_no_private_and_no_symmetric_member(self) -> None:
        allowed = {
            "EC": {"crv", "x", "y"},
            "OKP": {"crv", "x"},
            "RSA": {"n", "e"},
        }
        answer = published()

        assert {key["kty"] for key in answer} == set(allowed)
        for key in answer:
            assert set(key) == {"kty", "kid", "alg", "use"} | allowed[key["kty"]]

    def test_no_private_number_stands_anywhere_in_it(self, mixed_ring: list[Key]) -> None:
        text = APIClient().get(ADDRESS).content.decode()
        for key in mixed_ring:
            for name in {"d", "p", "q", "dp", "dq", "qi"} & set(key.jwk):
                assert key.jwk[name] not in text, name

    def test_each_key_says_what_it_is_for(self, mixed_ring: list[Key]) -> None:
        answer = published()

        assert len({key["kid"] for key in answer}) == len(answer) == 3
        assert {key["use"] for key in answer} == {"sig"}
        assert [key["alg"] for key in answer] == [key.algorithm for key in mixed_ring]

    @pytest.mark.usefixtures("mixed_ring")
    def test_each_key_is_strong_enough(self) -> None:
        sound = {
            "ES256": lambda key: isinstance(key.curve, ec.SECP256R1),
            "EdDSA": lambda key: isinstance(key, ed25519.Ed25519PublicKey),
            "RS256": lambda key: (
                isinstance(key, rsa.RSAPublicKey)
                and key.key_size >= 2048
                and key.public_numbers().e == 65537
            ),
        }
        for each in published():
            assert sound[each["alg"]](jwt.PyJWK(each).key)


class TestThumbprint:
    """R-032: `kid` is computed from the key alone."""

    @pytest.mark.parametrize(
        ("jwk", "expected"),
        [
            pytest.param(
                {
                    "kty": "RSA",
                    "e": "AQAB",
                    "alg": "RS256",
                    "kid": "2011-04-29",
                    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aP"
                    "FFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_"
                    "RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5"
                    "hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIq"
                    "bw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
                },
                "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
                id="RFC 7638 3.1",
            ),
            pytest.param(
                {
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                },
                "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
                id="RFC 8037 A.3",
            ),
        ],
    )
    def test_it_is_the_one_of_the_standards_examples(
        self, jwk: dict[str, str], expected: str
    ) -> None:
        assert thumbprint(jwk) == expected

    @pytest.mark.usefixtures("mixed_ring")
    def test_each_published_kid_is_the_keys_own(self) -> None:
        for key in published():
            assert key["kid"] == thumbprint(key)


# All that the outside program knows of us is this address, its own name and ours.
OUTSIDER = """
import json, sys
import jwt
address, token = sys.stdin.read().split()
key = jwt.PyJWKClient(address).get_signing_key_from_jwt(token)
claims = jwt.decode(token, key, [key.algorithm_name], audience="authcompare", issuer="authcompare")
print(json.dumps({"sub": claims["sub"], "alg": key.algorithm_name}))
"""


@pytest.mark.django_db(transaction=True)
class TestOutsideProgram:
    """R-033: a stranger's library verifies our tokens with the published set alone."""

    def asked(self, server: Any, token: str) -> subprocess.CompletedProcess[str]:
        """Run the program in a process that shares nothing with ours."""
        return subprocess.run(
            [sys.executable, "-I", "-c", OUTSIDER],
            input=f"{server.url}{ADDRESS} {token}",
            env={"PATH": os.environ["PATH"], "no_proxy": "*"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    @pytest.mark.parametrize("algorithm", ALGORITHMS)
    def test_it_verifies_an_access_token(
        self, live_server: Any, alice: User, ring: Path, algorithm: str
    ) -> None:
        call_command("rotate_signing_key", "--now", "--algorithm", algorithm, stdout=sys.stderr)

        answer = self.asked(live_server, log_in_by_token(alice)["access"])

        assert answer.returncode == 0, answer.stderr
        assert json.loads(answer.stdout) == {"sub": str(alice.pk), "alg": algorithm}

    def test_it_refuses_a_forged_one(self, live_server: Any, alice: User) -> None:
        header, claims, _ = jose.opened(log_in_by_token(alice)["access"])
        forged = jose.compact(header, claims, forge.by(Key.generate("ES256", active_from=0)))

        answer = self.asked(live_server, forged)

        assert answer.returncode == 1
        assert "InvalidSignatureError" in answer.stderr


@pytest.mark.django_db
class TestRotation:
    """R-033, R-035: what each token names, and what becomes of the tokens of a retired key."""

    @forge.KINDS
    def test_a_token_names_exactly_one_published_key(self, alice: User, kind: str) -> None:
        token = log_in_by_token(alice)[kind]
        header = jwt.get_unverified_header(token)

        (key,) = [key for key in published() if key["kid"] == header["kid"]]

        assert key["alg"] == header["alg"]
        jwt.decode(token, jwt.PyJWK(key), audience="authcompare", issuer="authcompare")

    def test_after_a_rotation_both_keys_work_and_are_published(
        self, alice: User, ring: Path
    ) -> None:
        old = log_in_by_token(alice)
        call_command("rotate_signing_key", "--now", stdout=sys.stderr)
        new = log_in_by_token(alice)

        kids = [jwt.get_unverified_header(pair["access"])["kid"] for pair in (old, new)]
        assert kids[0] != kids[1]
        assert kids == [key["kid"] for key in published()]
        forge.assert_accepted("access", old["access"])
        forge.assert_accepted("access", new["access"])

    @forge.KINDS
    def test_removing_a_key_kills_its_tokens(self, alice: User, ring: Path, kind: str) -> None:
        old = log_in_by_token(alice)
        call_command("rotate_signing_key", "--compromised", stdout=sys.stderr)

        forge.assert_refused(kind, old[kind])
        forge.assert_accepted(kind, log_in_by_token(alice)[kind])
        assert len(published()) == 1

    def test_a_token_of_a_key_that_does_not_sign_yet_is_accepted(
        self, alice: User, ring: Path
    ) -> None:
        # Another server's clock may be a second ahead of ours: it signs with the new key already.
        call_command("rotate_signing_key", stdout=sys.stderr)
        upcoming = current_ring_file().ring().keys[-1]
        header, claims, _ = jose.opened(log_in_by_token(alice)["access"])

        token = jose.compact(header | {"kid": upcoming.kid}, claims, forge.by(upcoming))

        assert upcoming.kid != header["kid"]
        forge.assert_accepted("access", token)


class TestRing:
    """The file, and which of its keys signs."""

    def test_only_the_owner_can_read_it(self, ring: Path) -> None:
        assert stat.S_IMODE(ring.stat().st_mode) == 0o600

    def test_it_is_never_overwritten(self, ring: Path) -> None:
        before = ring.read_bytes()

        with pytest.raises(FileExistsError):
            create_ring(ring)
        assert ring.read_bytes() == before

    def test_the_latest_key_whose_time_has_come_signs(self) -> None:
        old, new, next_one = (
            Key.generate("ES256", time.time() + seconds) for seconds in (-60, -5, 60)
        )

        assert Ring([next_one, old, new]).signer() is new

    def test_a_key_is_published_until_its_last_token_and_every_copy_have_expired(self) -> None:
        def used_after(seconds: float) -> int:
            """Count the published keys so long after the first of two was retired."""
            pair = [Key.generate("EdDSA", time.time() - age) for age in (9999, seconds)]
            return len(Ring(pair).used_within(timedelta(minutes=10)))

        assert used_after(599) == 2
        assert used_after(601) == 1
