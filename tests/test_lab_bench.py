"""What the benchmark says of a series, and what it refuses to time."""

import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.core.management import call_command

from authcompare.lab.figures import interval, over_rounds, over_starts, rounded, significant
from authcompare.lab.signatures import CLAIMS, HEADER
from authcompare.lab.strategies import LEVERS, STRATEGIES

from .flows import log_in_by_token
from .test_layout import ROOT


def test_rounds_of_one_start_are_one_witness() -> None:
    alike, apart = over_starts([[1, 3], [1, 3]]), over_starts([[1, 1], [3, 3]])

    assert (alike["low"], alike["mean"], alike["high"]) == (2, 2, 2)
    assert (apart["low"] or 1) < 1
    assert (apart["high"] or 3) > 3
    assert (alike["q1"], alike["q3"]) == (apart["q1"], apart["q3"]) == (1, 3)


def test_one_start_has_no_interval() -> None:
    found = over_starts([[5.0]])

    assert found == {"mean": 5, "low": None, "high": None, "q1": 5, "q3": 5}
    assert interval(found) == "–"


@pytest.mark.parametrize("rounds", [2, 3, 5, 12])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(rounds: int) -> None:
    chance = random.Random(1)  # noqa: S311  (a simulation, the same in every run)
    held = 0
    for _ in range(1000):
        found = over_rounds([chance.gauss(100, 10) for _ in range(rounds)])
        held += (found["low"] or 0) <= 100 <= (found["high"] or 0)

    assert 930 <= held <= 980


@pytest.mark.parametrize(
    ("value", "told"), [(1234.5, 1230.0), (0.00123456, 0.00123), (0.0, 0.0), (-17.77, -17.8)]
)
def test_a_figure_has_three_significant_digits(value: float, told: float) -> None:
    assert significant(value) == told
    assert rounded({"median": value}) == {"median": told}


def test_a_quick_benchmark_prints_a_row_for_each_action(capsys: Any) -> None:
    call_command("lab", "bench", "--starts", "1", "--rounds", "1", "--strategy", "django-cache")

    out = capsys.readouterr().out
    assert [title in out for title in ("Log in:", "Read:", "Write:", "Log out:")] == [True] * 4
    assert out.count("Django sessions, cache") == 4  # It has nothing to renew.


def test_each_algorithm_signs_and_verifies_and_each_hasher_hashes(capsys: Any) -> None:
    call_command("lab", "signatures")

    out = capsys.readouterr().out
    names = ("HS256", "RS256", "ES256", "EdDSA", "argon2", "pbkdf2_sha256", "scrypt")
    assert [name for name in names if name not in out] == []


@pytest.mark.django_db
def test_the_token_that_is_signed_has_the_shape_of_ours(alice: Any) -> None:
    access = log_in_by_token(alice)["access"]
    theirs = jwt.decode(access, options={"verify_signature": False})

    assert lengths(HEADER) == lengths(jwt.get_unverified_header(access), but="alg")
    # Issuer and audience are the site's address, whatever the tests call it.
    assert lengths(CLAIMS, but="iss aud") == lengths(theirs, but="iss aud")


def lengths(part: dict[str, Any], but: str = "") -> dict[str, int]:
    return {name: len(str(value)) for name, value in part.items() if name not in but.split()}


def test_the_variants_without_a_lever_are_measured_beside_the_contestants(
    capsys: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    named = [argument for slug in LEVERS for argument in ("--strategy", slug)]

    call_command("lab", "bench", "--starts", "1", "--rounds", "1", *named)

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
