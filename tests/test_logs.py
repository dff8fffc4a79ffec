"""Mailed links and tokens are taken out of whatever is logged."""

import json
import logging
from io import StringIO
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from authcompare.logs import Redact, redacted
from authcompare.users import audit

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


def test_a_password_with_a_backslash_is_taken_out_whole() -> None:
    assert redacted(r"/api/token/?password=a\b HTTP") == "/api/token/?password=[redacted] HTTP"


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the site's own handler writes, all of its filters applied."""
    handlers: Any = logging.getLogger().handlers
    handler = next(h for h in handlers if any(isinstance(f, Redact) for f in h.filters))
    monkeypatch.setattr(handler, "stream", StringIO())
    return handler.stream


@pytest.mark.django_db
@pytest.mark.parametrize(
    "mallorys", ['/sessions/verify/"', 'x?key="y', "?key=\\", '?key=\\"', "?key='"]
)
def test_nobody_makes_his_own_events_unreadable(console: StringIO, mallorys: str) -> None:
    request = RequestFactory(headers={"user-agent": mallorys}).post("/")
    audit.record(audit.What.LOG_IN_FAILED, request, email=f"{mallorys}@evil.example")

    assert json.loads(console.getvalue())["what"] == "log_in_failed"


@given(st.text("\\\"'é /?&=x") | st.text())
def test_what_is_json_stays_json(text: str) -> None:
    for start in ("/sessions/verify/", "/sessions/password/reset/", "?key=", "eyJ"):
        told = json.loads(redacted(json.dumps({"agent": start + text, "ip": "192.0.2.1"})))

        assert told["ip"] == "192.0.2.1"


def test_the_sites_handlers_use_it(settings: Any) -> None:
    handlers = settings.LOGGING["handlers"].values()

    assert all(handler["filters"] == ["redact"] for handler in handlers)
