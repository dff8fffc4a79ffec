"""Let `manage.py test` run the suite with pytest: the same tests, settings and options."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


class PytestTestRunner:
    """Django's TEST_RUNNER that hands over to pytest."""

    def __init__(self, **options: Any) -> None:
        """Keep the options of the `test` command."""
        self.options = options

    @classmethod
    def add_arguments(cls, parser: ArgumentParser) -> None:
        """Add what is offered beside the options of Django's own `test` command."""
        parser.add_argument("-k", metavar="EXPR", help="Run the tests whose names match this.")
        parser.add_argument("-x", dest="failfast", action="store_true", help="As --failfast.")
        parser.add_argument("--keepdb", action="store_true", help="Keep the test database.")
        parser.add_argument(
            "--parallel", nargs="?", const="auto", metavar="N", help="Run in N processes."
        )

    def run_tests(self, labels: list[str], **_: Any) -> int:
        """Run the tests that the labels name, or all; exit with pytest's status if one fails."""
        status = pytest.main([*self.pytest_options(), *map(pytest_label, labels)])
        if status:
            raise SystemExit(int(status))
        return 0

    def pytest_options(self) -> list[str]:
        """Return pytest's words for the options of the `test` command."""
        options = self.options
        verbosity = options.get("verbosity", 1) - 1
        words = ["--quiet"] if verbosity < 0 else ["--verbose"] * verbosity
        words += ["--exitfirst"] if options.get("failfast") else []
        words += ["--reuse-db"] if options.get("keepdb") else []
        words += ["-k", options["k"]] if options.get("k") else []
        words += ["--numprocesses", options["parallel"]] if options.get("parallel") else []
        return words


def pytest_label(label: str) -> str:
    """Return pytest's name for a dotted one, tests.test_x.test_y; leave a path as it is."""
    parts = label.split(".")
    for count in range(1, len(parts) + 1):
        module = ROOT.joinpath(*parts[:count]).with_suffix(".py")
        if module.is_file():
            return "::".join([str(module), *parts[count:]])
    folder = ROOT.joinpath(*parts)
    return str(folder) if folder.is_dir() else label
