"""The arena's parts: names for secrets, a browser's rules, durations, and nothing left behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from authcompare.lab import contest
from authcompare.lab.browser import Asked, Jar, may_set, parse
from authcompare.lab.durations import words
from authcompare.lab.evidence import Names, steps
from authcompare.lab.facts import says_who
from authcompare.lab.management.commands.lab import ending_cleanly
from authcompare.lab.strategies import STRATEGIES
from authcompare.lab.wire import HOST, SIBLING, SITE, STRANGER, Request, Response

from .test_layout import ROOT


def answer(*cookies: str, body: bytes = b"") -> Response:
    headers = tuple(("Set-Cookie", cookie) for cookie in cookies)
    return Response(200, "OK", (*headers, ("Content-Type", "application/json")), body)


# --- Names


def test_a_secret_has_the_same_name_wherever_it_shows_up() -> None:
    names, key = Names(), "k" * 32
    names.learn_from(Request("GET", "/"), answer(f"sessionid={key}; HttpOnly"))

    assert names.hide(f"Cookie: sessionid={key}") == "Cookie: sessionid=‹sessionid 1›"


def test_another_secret_of_the_same_kind_has_another_name() -> None:
    names = Names()
    for letter in "ab":
        names.learn_from(
            Request("POST", "/"), answer(body=b'{"access": "%s"}' % (letter * 30).encode())
        )

    assert names.hide("a" * 30 + " " + "b" * 30) == "‹access 1› ‹access 2›"


def test_a_longer_secret_is_not_cut_by_a_shorter_one_within_it() -> None:
    names = Names()
    names.learn("inner", "x" * 24)
    names.learn("outer", "x" * 24 + ".y")

    assert names.hide("x" * 24 + ".y") == "‹outer 1›"


def test_the_code_of_an_error_is_no_secret() -> None:
    names = Names()
    names.learn_from(Request("POST", "/"), answer(body=b'{"code": "unsupported_media_type"}'))

    assert names.lengths() == {}


def test_alike_exchanges_in_a_row_are_one_step_with_their_number() -> None:
    class Same:
        who, verb, request, response = "mallory", "log in", Request("POST", "/login/"), answer()

    assert [step["times"] for step in steps([Same(), Same(), Same()], Names())] == [3]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("0b8f3b1c", True),
        ("eyJ1c2VyX2lkIjogIjBiOGYzYjFjIn0.signature", True),
        ("c29tZXRoaW5nIGVsc2U.signature", False),
        ("q" * 32, False),
        ("", False),
    ],
)
def test_what_a_credential_says_is_read_without_a_key(value: str, told: bool) -> None:
    assert says_who(value, "0b8f3b1c") is told


# --- The browser's rules


@pytest.mark.parametrize(
    ("header", "host", "taken"),
    [
        ("sid=1; Secure", HOST, True),
        (f"sid=1; Domain={SITE}", SIBLING, True),
        (f"sid=1; Domain={HOST}", SIBLING, False),
        ("sid=1; Domain=example", HOST, False),
        ("sid=1; SameSite=None", HOST, False),
        ("__Host-sid=1; Secure; Path=/", HOST, True),
        ("__Host-sid=1; Secure; Path=/probe/", HOST, False),
        ("__Host-sid=1; Path=/", HOST, False),
        (f"__Host-sid=1; Secure; Path=/; Domain={SITE}", SIBLING, False),
        (f"__HOST-sid=1; Secure; Path=/; Domain={SITE}", SIBLING, False),
        ("__Secure-sid=1", HOST, False),
    ],
)
def test_a_browser_takes_a_cookie_or_does_not(header: str, host: str, taken: bool) -> None:
    assert may_set(parse(header, host), host) is taken


def test_a_cookie_goes_to_its_own_host_only_unless_it_names_the_domain() -> None:
    jar = Jar()
    jar.take("mine=1; Secure", HOST)
    jar.take(f"ours=1; Secure; Domain={SITE}", SIBLING)

    assert [c.name for c in jar.sent_to(HOST, "/")] == ["mine", "ours"]
    assert [c.name for c in jar.sent_to(SIBLING, "/")] == ["ours"]
    assert jar.sent_to(STRANGER, "/") == []


def test_the_longer_path_comes_first_and_then_the_older_cookie() -> None:
    jar = Jar()
    jar.take("a=old", HOST)
    jar.take(f"a=young; Domain={SITE}", SIBLING)
    jar.take(f"a=deep; Domain={SITE}; Path=/probe/", SIBLING)

    assert [c.value for c in jar.sent_to(HOST, "/probe/")] == ["deep", "old", "young"]


def test_a_cookie_whose_time_is_over_is_gone() -> None:
    jar = Jar()
    jar.take("a=1; Secure", HOST)
    jar.take("a=; Max-Age=0; Secure", HOST)

    assert jar.sent_to(HOST, "/", Asked.SAME_SITE) == []


# --- Durations


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "at once"),
        (1, "1 second"),
        (300, "5 minutes"),
        (90, "1 minute 30 seconds"),
        (86400, "1 day"),
        (86700, "1 day 5 minutes"),
        (93784, "1 day 2 hours 3 minutes 4 seconds"),
        (14 * 86400, "14 days"),
        (None, "never"),
    ],
)
def test_a_duration_is_told_as_one_says_it(seconds: int | None, told: str) -> None:
    assert words(seconds) == told


# --- Nothing left behind


def left_behind() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("authcompare-lab-*"))


def test_a_broken_play_says_what_broke_and_leaves_nothing(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with pytest.raises(contest.Failed, match=r"session broke:\n[\s\S]*no_such_task"):
        contest.play("authcompare.lab.facts.no_such_task", [STRATEGIES["session"]], print)
    assert left_behind() == set()


def running_with(folder: Path) -> int:
    """Return how many processes run that have this folder for what is temporary."""
    mine = f"TMPDIR={folder}".encode()
    return sum(
        mine in environ_of(process) for process in Path("/proc").iterdir() if process.name.isdigit()
    )


def environ_of(process: Path) -> bytes:
    """Return what a process was started with, nothing where it is gone or somebody else's."""
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="Linux tells who runs.")
@pytest.mark.parametrize(
    ("number", "status", "told"),
    [
        (signal.SIGINT, 130, "Interrupted; nothing was left behind."),
        (signal.SIGTERM, 143, "Ended; nothing was left behind."),
        (signal.SIGHUP, 129, "Ended; nothing was left behind."),
    ],
)
def test_a_command_that_is_ended_says_so_and_leaves_nothing(
    number: signal.Signals, status: int, told: str, tmp_path: Path
) -> None:
    command = [sys.executable, "manage.py", "lab", "delay"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        while running_with(tmp_path) < 2:  # The command, and the process of a strategy.
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)

    assert process.returncode == status
    assert told in errors
    assert list(tmp_path.iterdir()) == []
    assert running_with(tmp_path) == 0


def test_a_hang_up_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending_cleanly():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=lambda strategy: strategy.slug)
def test_the_probe_writes_what_was_sent(strategy: Any) -> None:
    """An attack that writes must be seen to have written, or it could never be found out."""
    found = contest.play("tests.lab_plays.writes", [strategy], lambda *_: None)

    assert found[strategy.slug] == [{"name": "Somebody Else"}]
