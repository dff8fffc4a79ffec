"""What the benchmark says of a series, and what it refuses to time."""

import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from authcompare.lab.figures import rounded, significant, summary
from authcompare.lab.strategies import LEVERS, STRATEGIES

from .test_layout import ROOT


def test_the_interval_holds_the_median_and_widens_with_the_spread() -> None:
    calm, wild = summary([99, 100, 101] * 9), summary([10, 100, 190] * 9)

    assert calm["low"] <= calm["median"] <= calm["high"]
    assert wild["high"] - wild["low"] > calm["high"] - calm["low"]


def test_the_interval_holds_the_true_median_about_as_often_as_it_says() -> None:
    chance = random.Random(1)  # noqa: S311  (a simulation, the same in every run)
    held = 0
    for _ in range(400):
        figures = summary([chance.expovariate(1) for _ in range(25)])
        held += figures["low"] <= 0.6931 <= figures["high"]

    assert held >= 0.93 * 400


def test_one_measurement_is_its_own_summary() -> None:
    assert set(summary([5.0]).values()) == {5.0}


@pytest.mark.parametrize(
    ("value", "told"), [(1234.5, 1230.0), (0.00123456, 0.00123), (0.0, 0.0), (-17.77, -17.8)]
)
def test_a_figure_has_three_significant_digits(value: float, told: float) -> None:
    assert significant(value) == told
    assert rounded({"median": value}) == {"median": told}


def test_a_quick_benchmark_prints_a_row_for_each_action(capsys: Any) -> None:
    call_command("lab", "bench", "--rounds", "1", "--strategy", "django-cache")

    out = capsys.readouterr().out
    assert [title in out for title in ("Log in:", "Read:", "Write:", "Log out:")] == [True] * 4
    assert out.count("Django sessions, cache") == 4  # It has nothing to renew.


def test_each_algorithm_signs_and_verifies_and_each_hasher_hashes(capsys: Any) -> None:
    call_command("lab", "signatures")

    out = capsys.readouterr().out
    names = ("HS256", "RS256", "ES256", "EdDSA", "argon2", "pbkdf2_sha256", "scrypt")
    assert [name for name in names if name not in out] == []


def test_the_variants_without_a_lever_are_measured_beside_the_contestants(
    capsys: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    named = [argument for slug in LEVERS for argument in ("--strategy", slug)]

    call_command("lab", "bench", "--rounds", "1", *named)

    out = capsys.readouterr().out
    assert out.count("Session, ORM (ours, variant)") == 4
    assert not set(LEVERS) & set(STRATEGIES)


def test_the_script_in_the_readme_measures_a_read_with_plain_django(tmp_path: Path) -> None:
    readme = (ROOT / "authcompare" / "lab" / "README.md").read_text()
    [code] = re.findall(
        r"^```python\n(import statistics.*?)^```$", readme, re.DOTALL | re.MULTILINE
    )
    script = tmp_path / "plain.py"
    script.write_text(code)

    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert re.fullmatch(r"a read by Django session: \d+ µs\n", done.stdout), done.stderr
