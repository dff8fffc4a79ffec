"""`manage.py lab agree`: whether two runs of one measurement say the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from authcompare.lab import results

from .lab_run import run


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Return a function that writes a result whose one figure has these intervals, by strategy."""

    def written(name: str, *intervals: tuple[float, float], date: str = "2026-01-01") -> str:
        read = {f"s{n}": {"us": {"low": a, "high": b}} for n, (a, b) in enumerate(intervals)}
        path = tmp_path / name
        path.write_text(json.dumps({"machine": {"date": date}, "actions": {"read": read}}))
        return str(path)

    return written


def test_a_run_agrees_with_itself(capsys: Any) -> None:
    path = str(results.FOLDER / "bench.json")

    assert run("agree", path, path) == 0
    assert "do not meet" not in capsys.readouterr().out


def test_a_figure_whose_intervals_do_not_meet_is_named_and_fails(write: Any, capsys: Any) -> None:
    before, after = write("before", (1, 2), (5, 6)), write("after", (2, 3), (7, 8))

    assert run("agree", before, after) == 1
    out = capsys.readouterr().out
    assert "read · s1 · us  5–6     7–8" in out
    assert "us: 1 of 2 intervals meet." in out


def test_one_in_twenty_may_be_apart_by_chance(write: Any) -> None:
    same = [(1, 2)] * 19
    before, after = write("before", *same, (5, 6)), write("after", *same, (7, 8))

    assert run("agree", before, after) == 0


def test_what_differs_between_the_machines_is_told(write: Any, capsys: Any) -> None:
    run("agree", write("before", (1, 2)), write("after", (1, 2), date="2026-01-02"))

    assert "date: 2026-01-01 / 2026-01-02" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '"text"', '{"machine": {}}'])
def test_what_is_no_result_is_refused_by_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text)

    with pytest.raises(CommandError, match=r"odd\.json|in common"):
        run("agree", str(path), str(path))
