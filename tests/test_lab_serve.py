"""A strategy that is served for other tools: what is printed works, and nothing is left behind."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from .test_layout import ROOT


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`manage.py lab serve session`, whose throwaway files are in a folder of the test's own."""
    command = [sys.executable, "manage.py", "lab", "serve", "session"]
    environ = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def read(command: str) -> tuple[int, bytes]:
    """Do what a printed curl command does."""
    words = shlex.split(command)
    headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
    address = urlsplit(words[-1])
    with closing(HTTPConnection(address.netloc, timeout=30)) as connection:
        connection.request("GET", address.path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_the_printed_command_reads_as_alice_until_it_is_interrupted(
    serving: subprocess.Popen[str], tmp_path: Path
) -> None:
    [curl] = [
        line for _, line in zip(range(3), serving.stdout or (), strict=False) if "curl" in line
    ]
    assert read(curl)[0] == 200

    serving.send_signal(signal.SIGINT)

    assert "nothing was left behind" in serving.communicate(timeout=30)[1]
    assert serving.returncode == 130
    assert list(tmp_path.iterdir()) == []
