"""The README's tables are what the results say."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from authcompare.lab import report, results
from authcompare.lab.figures import significant, told
from authcompare.lab.measured import refusals
from authcompare.lab.strategies import CONTESTANTS

README = settings.BASE_DIR / "README.md"


def test_the_readme_has_every_table_as_the_results_have_it() -> None:
    text = README.read_text()

    assert all(f"<!-- lab:{name} -->\n| " in text for name in report.TABLES)
    assert report.filled(text) == text


def test_a_table_has_a_row_for_each_contestant_and_is_replaced_whole() -> None:
    text = "before\n<!-- lab:delays -->\nold\n<!-- /lab:delays -->\nafter\n"

    made = report.filled(text)

    assert made.startswith("before\n<!-- lab:delays -->\n| a stolen copy")
    assert made.endswith("<!-- /lab:delays -->\nafter\n")
    assert "old" not in made
    assert all(f"| {strategy.title} | " in made for strategy in CONTESTANTS)


def cells(made: str, name: str) -> list[str]:
    """Return the cells of a table's row behind its name."""
    [row] = [line for line in made.splitlines() if line.startswith(f"| {name} |")]
    return row.removeprefix(f"| {name} | ").removesuffix(" |").split(" | ")


def test_the_table_of_growth_counts_what_is_in_the_cache() -> None:
    entries = results.read("growth")["strategies"]["django-cache"]["sizes"][-1]["cache entries"]

    rows, size, cached, cached_size, *times = cells(report.growth(), "Django sessions, cache")

    assert (rows, size, cached) == ("0", "0", told(entries))
    assert entries > 0
    assert cached_size.endswith("B")
    assert len(times) == 2


def test_the_table_of_clean_ups_counts_who_was_refused_and_has_dashes_for_no_command() -> None:
    found = results.read("growth")["strategies"]["session"]["clean_up"]

    assert cells(report.clean_up(), "Session (ours)")[-1] == refusals(found)
    assert cells(report.clean_up(), "Django sessions, cache") == ["–"] * 5


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the growth is known, and a test may write over it."""
    shutil.copy(results.FOLDER / "growth.json", tmp_path)
    monkeypatch.setattr(results, "FOLDER", tmp_path)


@pytest.mark.usefixtures("copied")
def test_the_table_of_clean_ups_says_how_many_rows_are_left_to_the_last_one() -> None:
    growth = results.read("growth")
    growth["strategies"]["session"]["clean_up"] |= {"seconds": 1.2345, "left": 123_456}
    results.write("growth", growth)

    seconds, _, left, *_ = cells(report.clean_up(), "Session (ours)")

    assert (seconds, left) == (told(significant(1.2345)), "123,456")


def test_a_readme_that_is_not_fresh_is_told_of(tmp_path: Any) -> None:
    path = tmp_path / "README.md"
    path.write_text("<!-- lab:delays -->\nold\n<!-- /lab:delays -->\n")

    assert report.write(path)
    assert not report.write(path)
