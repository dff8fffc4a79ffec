"""Tokens of another shape than JWS compact serialisation: rows R-008 to R-012 of SECURITY.md.

They are validly signed wherever a signature can be, so that only their shape can refuse them.
"""

import json
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from authcompare.lab.attacks import jose
from authcompare.users.models import User
from tokens_app.keys import Key

from . import forge
from .flows import log_in_by_token

pytestmark = pytest.mark.django_db

ZEROS_IN_DER = bytes.fromhex("3006020100020100")
ORDER = jose.P256_ORDER.to_bytes(32)
ONE, ZERO = (1).to_bytes(32), bytes(32)


@pytest.fixture
def pair(alice: User) -> dict[str, str]:
    """Alice's two tokens, both live."""
    return log_in_by_token(alice)


class TestExtensions:
    """R-008: what a header says must be understood is understood, or the token is refused."""

    @pytest.mark.parametrize(
        "header",
        [
            {"crit": ["http://example.com/urgent"], "http://example.com/urgent": 1},
            {"crit": ["exp"], "exp": 1},
            {"crit": ["exp"]},
            {"crit": ["alg"]},
            {"crit": ["b64"]},
            {"crit": ["b64"], "b64": True},
            {"crit": ["b64"], "b64": 0},
            {"crit": ["b64", "x"], "b64": True, "x": 1},
            {"crit": []},
            {"crit": None},
            {"crit": "b64", "b64": True},
            {"crit": {"b64": 1}, "b64": True},
            {"crit": [None]},
            {"crit": [["b64"]], "b64": True},
            {"b64": False},
            {"b64": "false"},
        ],
        ids=json.dumps,
    )
    def test_no_extension_is_waved_through(
        self, pair: dict[str, str], header: dict[str, Any]
    ) -> None:
        forge.assert_both_refused(pair, lambda token: forge.changed(token, header=header))

    @pytest.mark.parametrize("declared", [{"crit": ["b64"]}, {}], ids=["declared", "not declared"])
    @pytest.mark.parametrize("shown", ["", "{payload}"], ids=["detached", "in clear"])
    def test_an_unencoded_payload_is_refused(
        self, pair: dict[str, str], shown: str, declared: dict[str, Any]
    ) -> None:
        header, claims, _ = jose.opened(pair["access"])
        first, payload = jose.b64(header | {"b64": False} | declared), json.dumps(claims)
        signature = jose.b64(forge.by(forge.our_key())(f"{first}.{payload}".encode()))

        token = f"{first}.{shown.format(payload=payload)}.{signature}"

        forge.assert_refused("access", token)


def in_json(token: str, *, general: bool) -> str:
    """Return the token in JSON serialisation (RFC 7515 7.2)."""
    protected, payload, signature = token.split(".")
    signed = {"protected": protected, "signature": signature}
    return json.dumps({"payload": payload} | ({"signatures": [signed]} if general else signed))


SHAPES: dict[str, Callable[[str], str]] = {
    "flattened JSON": lambda token: in_json(token, general=False),
    "general JSON": lambda token: in_json(token, general=True),
    "JWE of five parts": lambda token: ".".join([token.split(".")[0], "a2V5", "aXY", "dA", "dGFn"]),
    "an extra part": lambda token: f"{token}.e30",
    "an extra empty part": lambda token: f"{token}.",
    "a part in front": lambda token: f"e30.{token}",
    "an empty part in front": lambda token: f".{token}",
    "two parts": lambda token: token.rpartition(".")[0],
    "no signature": lambda token: token.rpartition(".")[0] + ".",
    "no payload": lambda token: "{0}..{2}".format(*token.split(".")),
    "no header": lambda token: ".{1}.{2}".format(*token.split(".")),
    "one part": lambda token: token.replace(".", ""),
    "dots": lambda _: "..",
    "twice": lambda token: f"{token}.{token}",
    "a list of two": lambda token: f"{token},{token}",
    "padded": lambda token: f"{token}==",
    "a newline inside": lambda token: token.replace(".", ".\n"),
    "a blank inside": lambda token: token.replace(".", ". "),
    "standard base64": lambda token: token.replace("-", "+").replace("_", "/") + "+/",
    "an invisible character": lambda token: token.replace(".", ".\u200b"),
    "full stops of Unicode": lambda token: token.replace(".", "\uff0e"),
    "quoted": lambda token: f'"{token}"',
    "its scheme in front": lambda token: f"Bearer {token}",
    "base64 of itself": lambda token: jose.b64(token.encode()),
}


class TestSerialisation:
    """R-009: compact serialisation and nothing else."""

    @pytest.mark.parametrize("kind", ["access", "refresh"])
    @pytest.mark.parametrize("shape", SHAPES)
    def test_another_shape_is_refused(self, pair: dict[str, str], kind: str, shape: str) -> None:
        # In a body, since a header cannot carry every character.
        door = forge.DOORS[kind][-1]

        assert door(SHAPES[shape](pair[kind])).status_code == 401

    @pytest.mark.parametrize(
        "header", [{"zip": "DEF"}, {"cty": "JWT"}, {"enc": "A128GCM"}, {"epk": {}}], ids=json.dumps
    )
    def test_a_header_of_another_kind_of_token_is_refused(
        self, pair: dict[str, str], header: dict[str, Any]
    ) -> None:
        forge.assert_both_refused(pair, lambda token: forge.changed(token, header=header))

    def test_a_compressed_payload_is_refused(self, pair: dict[str, str]) -> None:
        header, claims, _ = jose.opened(pair["access"])
        deflated = zlib.compress(json.dumps(claims).encode())[2:-4]
        token = jose.compact(header | {"zip": "DEF"}, deflated, forge.by(forge.our_key()))

        forge.assert_refused("access", token)

    def test_a_token_in_a_token_is_refused(self, pair: dict[str, str]) -> None:
        header, _, _ = jose.opened(pair["access"])
        inner = pair["access"].encode()

        for payload in (inner, b'"' + inner + b'"'):
            token = jose.compact(header | {"cty": "JWT"}, payload, forge.by(forge.our_key()))
            forge.assert_refused("access", token)


class TestNoughts:
    """R-010: a signature of noughts verifies nothing (CVE-2022-21449)."""

    @pytest.mark.parametrize(
        ("algorithm", "signature"),
        [
            pytest.param("ES256", bytes(64), id="ES256, r = s = 0"),
            pytest.param("ES256", bytes(96), id="ES256, too many zeros"),
            pytest.param("ES256", ZERO + ONE, id="ES256, r = 0"),
            pytest.param("ES256", ONE + ZERO, id="ES256, s = 0"),
            pytest.param("ES256", ONE + ONE, id="ES256, r = s = 1"),
            pytest.param("ES256", ORDER + ORDER, id="ES256, r = s = n"),
            pytest.param("ES256", b"\xff" * 64, id="ES256, out of range"),
            pytest.param("ES256", ZEROS_IN_DER, id="ES256, zeros in DER"),
            pytest.param("ES256", b"\0", id="ES256, one byte"),
            pytest.param("EdDSA", bytes(64), id="EdDSA, zeros"),
            pytest.param("EdDSA", b"\1" + bytes(63), id="EdDSA, the neutral point"),
            pytest.param("RS256", bytes(256), id="RS256, zeros"),
            pytest.param("RS256", bytes(255) + b"\1", id="RS256, one"),
        ],
    )
    def test_it_is_refused(
        self, alice: User, settings: Any, tmp_path: Path, algorithm: str, signature: bytes
    ) -> None:
        forge.use_ring(settings, tmp_path / "ring.json", Key.generate(algorithm, active_from=0))
        header, claims, _ = jose.opened(log_in_by_token(alice)["access"])

        forge.assert_refused("access", jose.compact(header, claims, lambda _: signature))


def header_in_source(*members: tuple[str, Any]) -> bytes:
    """Return a JSON object with the members in this order, repeated ones too."""
    inside = ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in members)
    return f"{{{inside}}}".encode()


class TestDuplicates:
    """R-011: a member given twice switches neither algorithm nor key."""

    @pytest.mark.parametrize("ours_first", [True, False], ids=["ours first", "ours last"])
    @pytest.mark.parametrize("attack", ["none", "HMAC", "kid"])
    def test_neither_order_helps(self, pair: dict[str, str], attack: str, ours_first: bool) -> None:
        key, theirs = forge.our_key(), Key.generate("ES256", active_from=0)
        header, claims, _ = jose.opened(pair["access"])
        member, value, sign = {
            "none": ("alg", "none", lambda _: b""),
            "HMAC": ("alg", "HS256", jose.by_secret(jose.b64(key.public_jwk()).encode())),
            "kid": ("kid", theirs.kid, forge.by(theirs)),
        }[attack]
        ours, other = list(header.items()), [(member, value)]
        members = [*ours, *other] if ours_first else [*other, *ours]

        token = jose.compact(header_in_source(*members), claims, sign)

        forge.assert_refused("access", token)


HUGE: dict[str, Callable[[str], str]] = {
    "one character too long": lambda token: token + "A" * (4097 - len(token)),
    "sixty thousand characters": lambda _: "A" * 60_000,
    "sixty thousand dots": lambda _: "." * 60_000,
    "a huge signature": lambda token: token + "A" * 60_000,
    "a deep header": lambda _: jose.b64(b"[" * 2900) + ".e30.AA",
    "a deep object": lambda _: jose.b64(b'{"a":' * 560) + ".e30.AA",
    "a long number": lambda _: jose.b64(b'{"alg":' + b"9" * 2900 + b"}") + ".e30.AA",
    "a deep claim": lambda token: forge.with_source(token, "sub", "[" * 1150 + "]" * 1150),
    "a deep payload": lambda token: jose.compact(
        jose.opened(token)[0], b"[" * 2700, forge.by(forge.our_key())
    ),
    "a good token, but too long": lambda token: forge.changed(token, claims={"x": "x" * 3000}),
    "a long claim": lambda token: forge.with_source(token, "exp", "9" * 2000),
}


class TestHuge:
    """R-012: what is huge or deep costs its sender a 4xx, and us nothing."""

    @pytest.mark.parametrize("kind", ["access", "refresh"])
    @pytest.mark.parametrize("shape", HUGE)
    def test_it_is_refused_at_once(self, pair: dict[str, str], kind: str, shape: str) -> None:
        token = HUGE[shape](pair[kind])
        for door in forge.DOORS[kind]:
            start = time.monotonic()
            assert door(token).status_code in (400, 401)
            assert time.monotonic() - start < 1

    def test_the_log_out_takes_it_as_calmly(self, pair: dict[str, str]) -> None:
        for shape in HUGE.values():
            assert forge.log_out(shape(pair["refresh"])).status_code in (400, 401)
