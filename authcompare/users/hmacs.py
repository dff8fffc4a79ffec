"""Django's `salted_hmac` with SHA-256, whose key is derived once instead of at each call."""

import functools
import hashlib
import hmac

from django.conf import settings


def salted_sha256(salt: str, value: str, secret: str | None = None) -> str:
    """Return `salted_hmac(salt, value, secret, algorithm="sha256").hexdigest()`.

    `salt` names the purpose, so that no two uses share a key; `secret` is `SECRET_KEY` if not said.
    """
    key = _key(salt, settings.SECRET_KEY if secret is None else secret)
    return hmac.digest(key, value.encode(), "sha256").hex()


# The secret and its few predecessors, for the few purposes that there are.
@functools.lru_cache(maxsize=64)
def _key(salt: str, secret: str) -> bytes:
    return hashlib.sha256((salt + secret).encode()).digest()
