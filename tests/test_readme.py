"""The README's tour is typed in as it stands, and answers as it says."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password

README = (settings.BASE_DIR / "README.md").read_text()
# What differs from run to run: times, ids, and whatever the README itself leaves out.
VOLATILE = re.compile(r"[\w-]*…|[0-9a-f]{8,}(?:-[0-9a-f-]+)?|\d{4}-\d\d-\d\dT[\d:]+Z|\d{10}")


def tour() -> list[tuple[str, str]]:
    """Return each command of the tour with the output that stands below it."""
    section = README.split("## A tour")[1].split("\n## ")[0]
    steps: list[tuple[str, str]] = []
    for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command = re.match(r"(?:.*\\\n)*.*\n", step)
            assert command
            steps.append((command[0], step[command.end() :]))
    return steps


def pattern(expected: str) -> re.Pattern[str]:
    """Return what matches an output of the README, whenever it is made."""
    parts = [re.escape(part) for part in VOLATILE.split(expected.strip())]
    return re.compile(r"[^\n]*".join(parts))


@pytest.mark.skipif(not shutil.which("curl"), reason="The tour needs curl.")
@pytest.mark.django_db(transaction=True)
def test_the_tour_works_as_it_stands(
    live_server: Any, alice: Any, tmp_path: Path, settings: Any
) -> None:
    alice.password = make_password("a-password-of-alices")
    alice.save()
    (tmp_path / ".env").write_text("DEMO_PASSWORD=a-password-of-alices\n")
    steps = [
        (command.replace("http://127.0.0.1:8000", live_server.url), expected)
        for command, expected in tour()
    ]
    script = "\necho; echo =====\n".join(command for command, _ in steps)
    run = subprocess.run(
        ["bash"], input=script, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    outputs = run.stdout.replace("\r", "").replace(":  session", ": session").split("\n=====\n")

    assert len(outputs) == len(steps) > 15
    for (command, expected), output in zip(steps, outputs, strict=True):
        assert pattern(expected).fullmatch(output.strip()), (command, expected, output)
