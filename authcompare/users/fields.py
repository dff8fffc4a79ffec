"""The one spelling of an e-mail address."""

import unicodedata
from typing import Any

from django import forms
from django.db import models


def normalize_email(email: str) -> str:
    """Return the one spelling under which an address is stored and compared.

    Width and compatibility forms, case and outer spaces go (after the username profile of
    RFC 8265), so that one mailbox is one account. Characters that only look alike stay apart: a
    dotless i never becomes an i, or its owner could ask for somebody else's reset mail
    (CVE-2019-19844).
    """
    folded = unicodedata.normalize("NFKC", email).strip().lower()
    return unicodedata.normalize("NFKC", folded)


class EmailFormField(forms.EmailField):
    """An e-mail field of a form, which checks and returns the one spelling."""

    def to_python(self, value: Any) -> Any:
        return normalize_email(super().to_python(value) or "")


class NormalizedEmailField(models.EmailField):
    """An e-mail field that normalises whatever it stores and whatever it is compared with.

    It does so where values go to the database, so `bulk_create`, `update` and every look-up are
    covered, and a plain unique index holds one account a mailbox.
    """

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
