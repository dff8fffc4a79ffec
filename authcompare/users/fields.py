"""The one spelling of an e-mail address."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.encoding import punycode


def normalize_email(email: str) -> str:
    """Return the one spelling under which an address is stored and compared.

    Width and compatibility forms, case and outer spaces go (after the username profile of
    RFC 8265), so that one mailbox is one account. Characters that only look alike stay apart: a
    dotless i never becomes an i, or its owner could ask for somebody else's reset mail
    (CVE-2019-19844). The domain is written as the mail is addressed, in ASCII.
    """
    folded = unicodedata.normalize("NFKC", email).strip().lower()
    local, at, domain = unicodedata.normalize("NFKC", folded).rpartition("@")
    return local + at + _in_ascii(domain)


def _in_ascii(domain: str) -> str:
    """Return the domain as `xn--…` (IDNA), or as it is where that cannot be.

    By the function that Django's mail asks for the recipient: `bücher.example` and
    `xn--bcher-kva.example` are one mailbox, and two accounts would be twice the mails an hour.
    """
    if domain.isascii():
        return domain
    try:
        return punycode(domain).strip().lower()
    except UnicodeError:
        return domain  # Nobody's: no mail can be sent there.


def validate_plain(email: str) -> None:
    """Refuse an address that the mail's way to its recipient would rewrite.

    Quotation marks and encoded words (RFC 2047) are unwrapped there, and a host's number in
    brackets has many spellings: one mailbox would be any number of accounts, each with its own
    five mails an hour.
    """
    if any(part in email for part in ('"', "[", "=?")):
        raise ValidationError("Write the address without quotation marks, brackets and “=?”.")


class EmailFormField(forms.EmailField):
    """An e-mail field of a form, which checks and returns the one spelling."""

    default_validators = [*forms.EmailField.default_validators, validate_plain]

    def to_python(self, value: Any) -> Any:
        return normalize_email(super().to_python(value) or "")


class NormalizedEmailField(models.EmailField):
    """An e-mail field that normalises whatever it stores and whatever it is compared with.

    It does so where values go to the database, so `bulk_create`, `update` and every look-up are
    covered, and a plain unique index holds one account a mailbox.
    """

    default_validators = [*models.EmailField.default_validators, validate_plain]

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return normalize_email(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = normalize_email(value)
            setattr(model_instance, self.attname, value)
        return value

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return normalize_email(value) if isinstance(value, str) else value
