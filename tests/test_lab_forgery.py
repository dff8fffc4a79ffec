"""The attacks on what is signed: which control each breaches, and that none breaches what is ours.

`test_lab_attacks` plays them all and holds the results, which are read here, to what they are.
"""

from urllib.request import urlopen

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from django.core import signing
from jwt import get_algorithm_by_name

from authcompare.lab import results
from authcompare.lab.attacks import cookies, jose, load
from authcompare.lab.attacks.listener import listening

ATTACKS = [a.slug for a in load().values() if a.group in ("forgery", "misuse", "trust")]
# The one hole that the control with every hole of tokens cannot have.
OF_COOKIES = "signed-for-another-purpose"
OURS = ("session", "jwt-row", "jwt-denylist", "jwt-none", "jwt-cookie")
# What these two save is the look at the row, so they believe the id in a token that is signed by
# the right key. A deleted user's log-in has ended, which is another thing: that, `jwt-denylist`
# does ask.
BELIEVE_AN_ID = {("jwt-denylist", "token-of-nobody"), ("jwt-none", "token-of-nobody")}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_breaches_its_control(attack: str) -> None:
    control = "weak-cookie" if attack == OF_COOKIES else "weak-token"
    found = results.read("attacks")[attack][control]

    assert found["verdict"] == "breached", found["reason"]


@pytest.mark.parametrize("slug", OURS)
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_does_not_breach_what_is_ours(slug: str, attack: str) -> None:
    found = results.read("attacks")[attack][slug]

    assert (found["verdict"] == "breached") is ((slug, attack) in BELIEVE_AN_ID), found["reason"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_makes_our_server_fail(attack: str) -> None:
    row = results.read("attacks")[attack]

    assert not [row[slug]["reason"] for slug in OURS if "500" in row[slug]["reason"]]


class TestTokens:
    """What the attacks rely on when they take tokens apart."""

    TOKEN = jose.compact({"alg": "HS256"}, {"sub": "a"}, jose.by_secret(b"secret"))

    def test_a_token_is_three_parts_of_which_two_are_objects(self) -> None:
        assert jose.is_token(self.TOKEN)
        for other in ("", "a.b", "a.b.c", "e30.W10.", "e30.e30", "W10.e30.", f"{self.TOKEN}.e30"):
            assert not jose.is_token(other), other

    @pytest.mark.parametrize("length", range(1, 10))
    def test_a_changed_character_changes_the_bytes_wherever_it_stands(self, length: int) -> None:
        part = jose.b64(bytes(range(length)))

        for place in range(len(part)):
            assert jose.unb64(jose.altered(part, place)) != bytes(range(length))

    @pytest.mark.parametrize("length", range(1, 10))
    def test_spare_bits_change_the_text_alone(self, length: int) -> None:
        part = jose.b64(bytes(length))
        other = jose.with_spare_bits(part)

        assert jose.unb64(other) == bytes(length)
        assert (other == part) is (length % 3 == 0)

    def test_the_mirrored_signature_is_as_good(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        token = jose.compact({"alg": "ES256"}, {}, jose.by_key(key))
        other = jose.mirrored(jose.opened(token)[2])

        assert other != jose.opened(token)[2]
        assert jose.mirrored(other) == jose.opened(token)[2]
        verify(key, token.rpartition(".")[0].encode(), other)
        with pytest.raises(InvalidSignature):
            verify(key, b"something else", other)

    def test_a_member_in_source_may_stand_twice_and_be_no_number(self) -> None:
        assert jose.in_source({}, "exp", "1e999") == b'{"exp": 1e999}'
        assert jose.in_source({"sub": "a"}, "sub", '"b"') == b'{"sub": "a", "sub": "b"}'

    def test_signing_anew_keeps_the_claims(self) -> None:
        forge = jose.resigned(jose.by_secret(b"other"), alg="HS512", kid=None)

        header, claims, signature = jose.opened(forge(self.TOKEN))

        assert (header, claims) == ({"alg": "HS512", "kid": None}, {"sub": "a"})
        assert signature != jose.opened(self.TOKEN)[2]


def verify(key: ec.EllipticCurvePrivateKey, message: bytes, signature: bytes) -> None:
    """Verify an ES256 signature as the library does. Raises `InvalidSignature`."""
    if not get_algorithm_by_name("ES256").verify(message, key.public_key(), signature):
        raise InvalidSignature


class TestSignedCookies:
    """What the attacks rely on when they take Django's signed values apart."""

    @pytest.mark.parametrize("compress", [True, False])
    def test_the_content_is_read_and_replaced(self, compress: bool) -> None:
        value = signing.dumps({"id": "a" * 99}, compress=compress)
        content, rest = cookies.opened(value)

        assert cookies.is_signed(value)
        assert content == {"id": "a" * 99}
        assert cookies.opened(cookies.closed({"id": "b"}, rest)) == ({"id": "b"}, rest)

    def test_what_is_none_is_none(self) -> None:
        for other in ("", "a:b:c", ".a:b:c", signing.dumps([1]), TestTokens.TOKEN):
            assert not cookies.is_signed(other), other


def test_the_listener_notes_what_is_fetched() -> None:
    with listening({"/keys.json": b"{}"}) as server:
        with urlopen(f"{server.origin}/keys.json") as answer:  # noqa: S310  (our own address)
            assert answer.read() == b"{}"
        assert server.asked == ["/keys.json"]
