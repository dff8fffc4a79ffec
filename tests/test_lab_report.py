"""The README's tables are what the results say."""

from typing import Any

from django.conf import settings

from authcompare.lab import report
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


def test_a_readme_that_is_not_fresh_is_told_of(tmp_path: Any) -> None:
    path = tmp_path / "README.md"
    path.write_text("<!-- lab:delays -->\nold\n<!-- /lab:delays -->\n")

    assert report.write(path)
    assert not report.write(path)
