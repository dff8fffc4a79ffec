"""Attack every strategy and compare the verdicts with the expected ones.

Exit status 1 on a verdict that is not in `results/attacks.json`; `--write` accepts what was found.
"""

from argparse import ArgumentParser
from typing import Any

from rich.console import Console


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--attack", action="append", metavar="SLUG", help="only this attack")


def run(options: dict[str, Any], console: Console) -> int:
    return 0
