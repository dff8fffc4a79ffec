"""A strategy served for real: what it runs on, the clock that moves, and that nothing is left."""

import os
import tempfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from authcompare.lab.gunicorn import NotServed, connect, gunicorn
from authcompare.lab.served import Server, served
from authcompare.lab.strategies import STRATEGIES

SESSION = STRATEGIES["session"]


def get(connection: HTTPConnection, path: str, **headers: str) -> tuple[int, str]:
    """Return status and date of an answer."""
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status, answer.headers["Date"]


def refused(server: Server) -> bool:
    try:
        get(HTTPConnection("127.0.0.1", server.port, timeout=5), "/")
    except ConnectionRefusedError:
        return True
    return False


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files are made during the test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_served_strategy_answers_over_tls_by_several_processes_and_is_gone_afterwards(
    folder: Path,
) -> None:
    with served(SESSION, workers=2, tls=True) as server:
        [home] = folder.iterdir()
        connection = connect(server.port, home / "tls.pem")
        assert get(connection, "/sessions/login/")[0] == 200
        assert set(server.ids) == {"alice", "bob", "carol", "mallory"}
        connection.close()

    assert refused(server)
    assert list(folder.iterdir()) == []


def test_without_tls_the_client_may_be_a_proxy_that_took_it_off() -> None:
    with served(SESSION) as server:
        connection = HTTPConnection("127.0.0.1", server.port)
        assert get(connection, "/sessions/login/")[0] == 301
        assert get(connection, "/sessions/login/", **{"X-Forwarded-Proto": "https"})[0] == 200
        connection.close()


def test_the_clock_of_a_served_strategy_is_the_real_one_until_it_is_moved() -> None:
    with served(SESSION, clock=True) as server:
        connection = HTTPConnection("127.0.0.1", server.port)
        _, before = get(connection, "/")
        server.wait(days=400)
        _, after = get(connection, "/")
        connection.close()

    assert int(after.split()[3]) == int(before.split()[3]) + 1


def test_nothing_is_left_of_a_served_strategy_when_its_user_fails(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), served(SESSION) as server:
        _ = 1 / 0

    assert refused(server)
    assert list(folder.iterdir()) == []


def test_a_strategy_that_cannot_run_says_why_and_leaves_nothing(folder: Path) -> None:
    with pytest.raises(NotServed, match="SECRET_KEY"), served(SESSION, environ={"SECRET_KEY": "x"}):
        pass

    assert list(folder.iterdir()) == []


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(NotServed, match="no_such_module"),
        gunicorn("no_such_module", os.environ, tmp_path / "log"),
    ):
        pass
