"""Django's signed cookies taken apart and put together (`django.core.signing.dumps`)."""

import json
import zlib
from typing import Any

from django.core.signing import b64_decode, b64_encode


def opened(value: str) -> tuple[dict[str, Any], str]:
    """Return what stands in a signed value, and its time and signature; nothing is verified.

    Raises `ValueError` for anything else.
    """
    data, stamp, signature = value.split(":")
    raw = b64_decode(data.removeprefix(".").encode())
    content = json.loads(zlib.decompress(raw) if data.startswith(".") else raw)
    return content, f"{stamp}:{signature}"


def content_of(value: str) -> str:
    """Return the part of a signed value that is signed, without its time and signature."""
    return value.rsplit(":", 2)[0]


def is_signed(value: str) -> bool:
    """Tell whether a value has the form of a signed JSON object."""
    try:
        content, _ = opened(value)
    except (ValueError, zlib.error):
        return False
    return isinstance(content, dict)


def closed(content: dict[str, Any], rest: str) -> str:
    """Return a signed value with this content, its time and signature those of another one."""
    return f"{packed(json.dumps(content).encode())}:{rest}"


def packed(content: bytes) -> str:
    """Return the JSON of a content as it stands in a signed value."""
    return b64_encode(content).decode()
