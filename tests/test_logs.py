"""Mailed links and tokens are taken out of whatever is logged."""

import logging
from typing import Any

import pytest

from authcompare.logs import Redact, redacted

SECRET = "aBc-123_x.y"


@pytest.mark.parametrize(
    "path",
    [
        f"/sessions/verify/{SECRET}/",
        f"/sessions/password/reset/{SECRET}/{SECRET}/",
        f"/sessions/login/?a=b&token={SECRET}",
        f"/api/token/?password={SECRET}",
        "/api/me/?x=eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhQmMtMTIzX3gueSJ9.aBc-123",
    ],
)
def test_a_line_of_django_or_its_server_holds_no_secret(path: str) -> None:
    args = ("Not Found", f"GET {path} HTTP/1.1")
    record = logging.LogRecord("django.server", 20, "", 0, '%s: "%s"', args, None)

    assert Redact().filter(record)
    assert "[redacted]" in record.getMessage()
    assert "aBc-123" not in record.getMessage()
    assert record.getMessage().endswith('"')


@pytest.mark.parametrize(
    "text", ["/sessions/login/", "/sessions/password/reset/sent/", "100% done"]
)
def test_other_lines_stay_as_they_are(text: str) -> None:
    assert redacted(text) == text


def test_the_sites_handlers_use_it(settings: Any) -> None:
    handlers = settings.LOGGING["handlers"].values()

    assert all(handler["filters"] == ["redact"] for handler in handlers)
