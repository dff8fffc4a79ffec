"""Mailed links and tokens are taken out of whatever is logged."""

import json
import logging
from http.client import HTTPConnection
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from authcompare.logs import Redact, redacted
from authcompare.users import audit

from .servers import server

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


@pytest.mark.django_db(transaction=True)
def test_gunicorns_access_log_holds_no_mailed_link(tmp_path: Path) -> None:
    log, link = tmp_path / "access.log", f"/sessions/verify/{SECRET}/"
    with server(tmp_path / "out.log", options=["--access-logfile", str(log)]) as port:
        browser = HTTPConnection("127.0.0.1", port)
        for _ in range(2):  # The first one's line is written before the second is answered.
            browser.request(
                "GET", link, headers={"Host": "localhost", "Referer": f"http://x{link}"}
            )
            browser.getresponse().read()
        browser.close()
        lines = log.read_text()

    assert lines.count("/sessions/verify/[redacted]") >= 2  # The path's and the referrer's.
    assert "aBc-123" not in lines


def test_the_sites_handlers_use_it(settings: Any) -> None:
    handlers = settings.LOGGING["handlers"].values()

    assert all(handler["filters"] == ["redact"] for handler in handlers)
