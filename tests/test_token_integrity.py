"""Tokens that we did not sign, or not so: rows R-001 to R-007, R-013, R-014 of SECURITY.md.

Mallory is given Alice's claims, her log-in's id and the key's public half: all but the private key.
Where a rule would hide behind a bad signature, the token is validly signed by the project's key.
"""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authcompare.lab.attacks import jose
from authcompare.users.models import User
from tokens_app.keys import Key

from . import forge
from .flows import log_in_by_token

pytestmark = pytest.mark.django_db

SPELLINGS = jose.spellings(Key.generate("ES256", active_from=0).public_jwk())
ALGORITHMS = pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])


@pytest.fixture
def pair(alice: User) -> dict[str, str]:
    """Alice's two tokens, both live."""
    return log_in_by_token(alice)


@pytest.fixture
def pair_by(alice: User, algorithm: str, settings: Any, tmp_path: Path) -> dict[str, str]:
    """Alice's two tokens, signed by the algorithm of the test."""
    forge.use_ring(settings, tmp_path / "ring.json", Key.generate(algorithm, active_from=0))
    return log_in_by_token(alice)


@pytest.fixture
def mallorys() -> Key:
    """Mallory's own key pair."""
    return Key.generate("ES256", active_from=0)


@forge.KINDS
def test_the_forging_helper_makes_tokens_that_work(pair: dict[str, str], kind: str) -> None:
    # The control of this module and the next: refusals below are due to what was changed.
    forge.assert_accepted(kind, forge.changed(pair[kind]))


class TestSignature:
    """R-001: nothing is believed before the signature is verified."""

    @forge.KINDS
    @pytest.mark.parametrize("part", [0, 1, 2], ids=["header", "payload", "signature"])
    def test_one_flipped_bit_spoils_a_token(
        self, pair: dict[str, str], kind: str, part: int
    ) -> None:
        parts = pair[kind].split(".")
        raw = jose.unb64(parts[part])
        for place in range(0, len(raw), 5):
            flipped = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
            forged = [*parts[:part], jose.b64(flipped), *parts[part + 1 :]]
            assert forge.DOORS[kind][0](".".join(forged)).status_code == 401, place

    @forge.KINDS
    def test_another_key_under_our_key_id_signs_nothing(
        self, pair: dict[str, str], kind: str, mallorys: Key
    ) -> None:
        header, claims, _ = jose.opened(pair[kind])

        forge.assert_refused(kind, jose.compact(header, claims, forge.by(mallorys)))

    def test_a_signature_does_not_move_to_other_claims(
        self, pair: dict[str, str], mallory: User
    ) -> None:
        own = log_in_by_token(mallory)["access"].split(".")
        header, payload, _ = pair["access"].split(".")

        forge.assert_refused("access", f"{header}.{payload}.{own[2]}")

    def test_a_forged_refresh_token_ends_nobodys_log_in(
        self, pair: dict[str, str], mallorys: Key
    ) -> None:
        header, claims, _ = jose.opened(pair["refresh"])
        forged = jose.compact(header, claims | {"gen": 0}, forge.by(mallorys))

        assert forge.log_out(forged).status_code == 401
        assert forge.refresh(forged).status_code == 401
        forge.assert_accepted("access", pair["access"])


NONES = [
    "none",
    "None",
    "NONE",
    "nOnE",
    "none ",
    " none",
    "none\0",
    "n\u200bone",
    "",
    None,
    ["none"],
]
OTHER_ALGORITHMS: list[Any] = ["ES384", "ES512", "ES256K", "RS256", "PS256", "EdDSA", "HS256"]
OTHER_ALGORITHMS += ["es256", "ES256 ", "dir", None, ["ES256"], {"ES256": 1}, True, 256]


class TestAlgorithm:
    """R-002, R-003: the key has one algorithm, and the header cannot choose another."""

    @pytest.mark.parametrize(
        "signature", [b"", b"\0", b"the old one"], ids=["none", "short", "old"]
    )
    @pytest.mark.parametrize("alg", NONES, ids=json.dumps)
    def test_no_spelling_of_none_is_accepted(
        self, pair: dict[str, str], alg: Any, signature: bytes
    ) -> None:
        header, claims, old = jose.opened(pair["access"])
        signature = old if signature == b"the old one" else signature

        forged = jose.compact(header | {"alg": alg}, claims, lambda _: signature)

        forge.assert_refused("access", forged)

    @pytest.mark.parametrize("alg", OTHER_ALGORITHMS, ids=json.dumps)
    def test_a_good_signature_under_another_name_is_refused(
        self, pair: dict[str, str], alg: Any
    ) -> None:
        forge.assert_refused("access", forge.changed(pair["access"], header={"alg": alg}))

    def test_a_token_without_an_algorithm_is_refused(self, pair: dict[str, str]) -> None:
        forge.assert_refused("access", forge.changed(pair["access"], without=["alg"]))

    @ALGORITHMS
    def test_no_key_of_ours_verifies_for_another_one(
        self, pair: dict[str, str], algorithm: str, settings: Any, tmp_path: Path
    ) -> None:
        keys = [Key.generate(name, active_from=0) for name in ("EdDSA", "RS256", "ES256")]
        forge.use_ring(settings, tmp_path / "ring.json", *keys)
        _, claims, _ = jose.opened(pair["access"])
        signing = next(key for key in keys if key.algorithm == algorithm)

        for named in keys:
            header = {"alg": algorithm, "kid": named.kid, "typ": "at+jwt"}
            status = forge.show(jose.compact(header, claims, forge.by(signing))).status_code
            assert status == (200 if named is signing else 401), named.algorithm


class TestSecrets:
    """R-004, R-005: there is no HMAC secret, least of all one that everybody knows."""

    @ALGORITHMS
    @pytest.mark.parametrize(
        "spelling", jose.spellings(Key.generate("ES256", active_from=0).public_jwk())
    )
    def test_the_public_key_is_no_secret(
        self, pair_by: dict[str, str], algorithm: str, spelling: str
    ) -> None:
        header, claims, _ = jose.opened(pair_by["access"])
        secret = jose.spellings(forge.our_key().public_jwk())[spelling]

        for bits in (256, 384, 512):
            sign = jose.by_secret(secret, bits)
            for alg in (f"HS{bits}", header["alg"]):
                forged = jose.compact(header | {"alg": alg}, claims, sign)
                assert forge.show(forged).status_code == 401, alg

    @forge.KINDS
    def test_neither_is_any_other_text_not_even_the_secret_key(
        self, pair: dict[str, str], kind: str, settings: Any
    ) -> None:
        header, claims, _ = jose.opened(pair[kind])
        for secret in ("", "secret", "None", settings.SECRET_KEY):
            sign = jose.by_secret(secret.encode())
            for changes in ({"alg": "HS256"}, {"alg": "HS256", "kid": None}):
                forge.assert_refused(kind, jose.compact(header | changes, claims, sign))

    @forge.KINDS
    def test_our_signatures_are_asymmetric(self, pair: dict[str, str], kind: str) -> None:
        assert jwt.get_unverified_header(pair[kind])["alg"] == "ES256"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server on the loopback interface at which nobody may knock."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


# "{ours}" stands for the right one.
ODD_KIDS: list[Any] = [None, 0, -1, 1.5, True, [], {}, ["{ours}"], {"kid": "{ours}"}, "", "\0"]
ODD_KIDS += ["\ud800", "{ours} ", "{ours}\0", "{ours}=", "/{ours}", "../../../../dev/null"]
ODD_KIDS += ["/dev/null", "' OR 1=1 --", "| sleep 5", "$(sleep 5)", "keys", "http://127.0.0.1/"]
ODD_KIDS += ["k" * 2500]


class TestKeysInTokens:
    """R-006, R-007: a token names one key out of our ring, and brings none along."""

    @pytest.mark.parametrize("kid", ["theirs", "ours", "none"])
    @pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c", "all"])
    def test_a_key_brought_along_is_neither_trusted_nor_fetched(
        self,
        pair: dict[str, str],
        mallorys: Key,
        listener: socket.socket,
        member: str,
        kid: str,
    ) -> None:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/jwks.json"
        der = mallorys.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        brought = {
            "jwk": mallorys.public_jwk(),
            "jku": address,
            "x5u": address,
            "x5c": [jose.b64(der)],
        }
        header, claims, _ = jose.opened(pair["access"])
        header |= brought if member == "all" else {member: brought[member]}
        header["kid"] = {"theirs": mallorys.kid, "ours": header["kid"], "none": None}[kid]
        header = {name: value for name, value in header.items() if value is not None}

        forge.assert_refused("access", jose.compact(header, claims, forge.by(mallorys)))

        with pytest.raises(BlockingIOError):
            listener.accept()

    @pytest.mark.parametrize("kid", ODD_KIDS, ids=lambda kid: json.dumps(kid)[:30])
    def test_a_kid_that_is_not_exactly_ours_is_refused(
        self, pair: dict[str, str], kid: Any
    ) -> None:
        ours = jwt.get_unverified_header(pair["access"])["kid"]
        text = json.dumps(kid).replace("{ours}", ours)
        forge.assert_refused(
            "access", forge.changed(pair["access"], header={"kid": json.loads(text)})
        )

    def test_a_token_without_a_kid_is_refused(self, pair: dict[str, str]) -> None:
        forge.assert_refused("access", forge.changed(pair["access"], without=["kid"]))


class TestAnswer:
    """R-013, R-014: a refusal teaches nothing, and revocation does not depend on spelling."""

    def test_every_refusal_reads_the_same(self, pair: dict[str, str], mallorys: Key) -> None:
        token = pair["access"]
        header, claims, _ = jose.opened(token)
        bad = [
            "x",
            token + "x",
            pair["refresh"],
            jose.compact(header, claims, forge.by(mallorys)),
            jose.compact(header | {"alg": "none"}, claims, lambda _: b""),
            forge.changed(token, header={"kid": "unknown"}),
            forge.changed(token, header={"crit": ["exp"]}),
            forge.changed(token, claims={"exp": 1}),
            forge.changed(token, claims={"aud": "another"}),
            forge.changed(token, claims={"sub": 7}),
        ]

        assert len({forge.show(one).content for one in bad}) == 1
        assert len({forge.verify(one).content for one in bad}) == 1

    def test_a_refusal_does_not_echo_the_token(self, pair: dict[str, str]) -> None:
        marked = "canary." + pair["access"]
        for response in (forge.show(marked), forge.verify(marked), forge.refresh(marked)):
            assert response.status_code == 401
            assert b"canary" not in response.content + str(response.headers).encode()

    @pytest.mark.parametrize("alive", [True, False], ids=["before", "after"])
    def test_another_spelling_of_a_token_dies_with_its_log_in(
        self, pair: dict[str, str], alive: bool
    ) -> None:
        mirrored = jose.mirrored(jose.opened(pair["access"])[2])
        message = pair["access"].rpartition(".")[0]
        if not alive:
            forge.log_out(pair["refresh"])

        assert (forge.show(f"{message}.{jose.b64(mirrored)}").status_code == 200) is alive
        assert (forge.show(forge.changed(pair["access"])).status_code == 200) is alive
