"""What `manage.py lab trace` prints and writes, HTTP archives among it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rich.console import Console

from authcompare.lab import contest, results
from authcompare.lab.commands import trace as command
from authcompare.lab.har import archive
from authcompare.lab.strategies import STRATEGIES

from .plays import PLAYED, messages

# As http://www.softwareishard.com/blog/har-12-spec/ has it.
REQUIRED = {
    "log": {"version", "creator", "entries"},
    "creator": {"name", "version"},
    "page": {"startedDateTime", "id", "title", "pageTimings"},
    "entry": {"startedDateTime", "time", "request", "response", "cache", "timings"},
    "request": {
        *("method", "url", "httpVersion", "cookies", "headers", "queryString"),
        *("headersSize", "bodySize"),
    },
    "response": {
        *("status", "statusText", "httpVersion", "cookies", "headers", "content"),
        *("redirectURL", "headersSize", "bodySize"),
    },
    "content": {"size", "mimeType"},
    "timings": {"send", "wait", "receive"},
}


@pytest.fixture(params=PLAYED)
def log(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The archive of a strategy."""
    entries = [m["entry"] for m in messages(request.param) if "entry" in m]
    return json.loads(json.dumps(archive("Somebody", entries)))["log"]


def test_an_archive_has_all_that_the_specification_requires(log: dict[str, Any]) -> None:
    assert REQUIRED["log"] <= log.keys()
    assert log["version"] == "1.2"
    assert REQUIRED["creator"] <= log["creator"].keys()
    assert all(REQUIRED["page"] <= page.keys() for page in log["pages"])
    for entry in log["entries"]:
        assert REQUIRED["entry"] <= entry.keys()
        assert REQUIRED["timings"] <= entry["timings"].keys()
        assert REQUIRED["request"] <= entry["request"].keys()
        assert REQUIRED["response"] <= entry["response"].keys()
        assert REQUIRED["content"] <= entry["response"]["content"].keys()
        assert entry["pageref"] in {page["id"] for page in log["pages"]}


def test_the_sizes_in_an_archive_are_those_of_its_texts(log: dict[str, Any]) -> None:
    for entry in log["entries"]:
        request, response = entry["request"], entry["response"]
        body = request.get("postData", {"text": ""})["text"]
        assert request["bodySize"] == len(body.encode())
        assert request["headersSize"] == head_size(
            f"{request['method']} {request['url'].removeprefix('https://www.site.example')}",
            request,
        )
        assert response["content"]["size"] == len(response["content"]["text"].encode())
        line = f"{response['status']} {response['statusText']}"
        assert response["headersSize"] == head_size(line, response)
        assert entry["time"] == sum(t for t in entry["timings"].values() if t > 0)


def head_size(line: str, message: dict[str, Any]) -> int:
    lines = [f"{line} HTTP/1.1", *(f"{h['name']}: {h['value']}" for h in message["headers"]), ""]
    return sum(len(line.encode()) + 2 for line in lines)


def test_the_exchanges_of_an_archive_follow_each_other(log: dict[str, Any]) -> None:
    started = [entry["startedDateTime"] for entry in log["entries"]]

    assert started == sorted(started)
    assert len(started) > 3


# --- The command


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run `lab trace` on what was played already; return what it prints."""
    monkeypatch.setattr(command, "CONTESTANTS", [STRATEGIES[slug] for slug in PLAYED])
    played = {slug: messages(slug) for slug in PLAYED}
    monkeypatch.setattr(contest, "play", lambda *_, **__: played)

    def run(*arguments: str) -> str:
        out = StringIO()
        monkeypatch.setattr(
            "authcompare.lab.management.commands.lab.Console",
            lambda: Console(file=out, width=120),
        )
        call_command("lab", "trace", *arguments)
        return out.getvalue()

    return run


def test_the_command_prints_a_line_for_each_step_and_what_is_behind_it(lab: Any) -> None:
    printed = lab("session")

    assert "Session (ours)" in printed
    assert "sql SELECT sessions_app_session, users_user" in printed
    assert "A session is renewed by being used" in printed
    assert "The copy opens nothing." in printed
    assert "django_session" not in printed


def test_the_command_prints_everything_when_asked(lab: Any) -> None:
    assert "Content-Security-Policy" not in lab("session")
    assert "Content-Security-Policy" in lab("session", "--full")


def test_the_command_names_the_strategies_it_knows(lab: Any) -> None:
    with pytest.raises(CommandError, match="'sessions' is none of session, jwt-row"):
        lab("sessions")


def test_the_command_writes_an_archive_for_each_strategy(lab: Any, tmp_path: Path) -> None:
    lab("session", "jwt-none", "--har", str(tmp_path / "all"))
    lab("session", "--har", str(tmp_path / "one.har"))

    assert sorted(p.name for p in tmp_path.rglob("*.har")) == [
        *("jwt-none.har", "one.har", "session.har"),
    ]
    assert json.loads((tmp_path / "one.har").read_text())["log"]["version"] == "1.2"


def test_the_command_writes_archives_into_a_folder_where_none_is_named(
    lab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lab("session", "jwt-none", "--har")

    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.har")) == [
        *("har/jwt-none.har", "har/session.har"),
    ]


def test_the_command_takes_no_strategy_for_a_folder(
    lab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CommandError, match="'session' is a strategy, and stands before --har"):
        lab("--har", "session")
    lab("session", "--har", "./session")
    assert [p.name for p in (tmp_path / "session").iterdir()] == ["session.har"]


def test_the_command_refuses_what_it_could_only_write_in_part(lab: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="name one, or give --har a folder"):
        lab("--har", str(tmp_path / "all.har"))
    with pytest.raises(CommandError, match="one run of all strategies"):
        lab("session", "--write")


@pytest.mark.django_db
def test_the_command_keeps_what_the_pages_show(
    lab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    lab("--write")

    assert list(results.read("traces")["traces"]) == list(PLAYED)
