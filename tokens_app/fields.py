"""The fields of the API's bodies: JSON has types, and what is of another type is a mistake.

The REST framework's fields come from HTML forms, where all is text: they take 15 for "15" and
"yes" for true, and a client would learn of its mistake only where the two are not the same.
"""

from typing import Any

from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator
from rest_framework_simplejwt.serializers import PasswordField

from authcompare.users.fields import normalize_email, validate_plain
from authcompare.users.models import PASSWORD_MAX_LENGTH


class NoSurrogates(ProhibitSurrogateCharactersValidator):
    """The REST framework's, which asks each character; a token is ASCII and has none to find."""

    def __call__(self, value: str) -> None:
        if not value.isascii():
            super().__call__(value)


class TextOnly(serializers.CharField):
    """A string, and no number that would make one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = [
            NoSurrogates() if type(v) is ProhibitSurrogateCharactersValidator else v
            for v in self.validators
        ]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """True or false, and neither 1 nor "no"."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Email(TextOnly, serializers.EmailField):
    """An address that mail will be sent to; checked and returned in the one spelling."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, write_only=True, **kwargs)
        self.validators.append(validate_plain)

    def to_internal_value(self, data: Any) -> str:
        return normalize_email(super().to_internal_value(data))


class Password(TextOnly, PasswordField):
    """A password, new or current, whatever it may be."""

    def __init__(self, **kwargs: Any) -> None:
        # Outer spaces are part of a password (NIST SP 800-63B-4 3.1.1.2).
        super().__init__(max_length=PASSWORD_MAX_LENGTH, trim_whitespace=False, **kwargs)
