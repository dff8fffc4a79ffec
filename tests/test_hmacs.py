"""The key that is derived once is Django's."""

from typing import Any

import pytest
from django.utils.crypto import salted_hmac

from authcompare.users.hmacs import salted_sha256


@pytest.mark.parametrize("value", ["", "alice", "Ω – 日本"])
@pytest.mark.parametrize("secret", [None, "an earlier secret"])
def test_it_is_djangos_salted_hmac(value: str, secret: str | None) -> None:
    expected = salted_hmac("a.purpose", value, secret, algorithm="sha256").hexdigest()

    assert salted_sha256("a.purpose", value, secret) == expected


def test_another_purpose_and_another_secret_are_other_keys(settings: Any) -> None:
    before = salted_sha256("a.purpose", "alice")
    assert salted_sha256("another.purpose", "alice") != before

    settings.SECRET_KEY = "another secret key, which takes effect at once"

    assert salted_sha256("a.purpose", "alice") != before
