"""Messages in a cookie, for which a request without any does nothing."""

from typing import Any

from django.contrib.messages.storage.base import BaseStorage
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.signing import get_cookie_signer
from django.utils.functional import cached_property


class LazyCookieStorage(CookieStorage):
    """Django's own, which makes its signer when there is something to sign or to verify."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        BaseStorage.__init__(self, *args, **kwargs)

    @cached_property
    def signer(self) -> Any:
        return get_cookie_signer(salt=self.key_salt)
