"""Fill the README's tables in from the results. `--check` changes nothing and tells by its status.

The pages need no such step: they are made of the results whenever they are asked for.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from rich.console import Console

from .. import report


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="only tell whether they are fresh")


def run(options: dict[str, Any], console: Console) -> int:
    """Write or check, and return 1 for a README that is not fresh."""
    readme = settings.BASE_DIR / "README.md"
    if not options["check"]:
        console.print("Filled in." if report.write(readme) else "It was fresh.")
        return 0
    text = readme.read_text()
    fresh = report.filled(text) == text
    console.print("It is fresh." if fresh else "It is not: `manage.py lab report` fills it in.")
    return 0 if fresh else 1
