"""Measure what signing, verifying and password hashing cost by themselves.

`--write` keeps the result for the pages.
"""

from argparse import ArgumentParser
from typing import Any

from rich.console import Console
from rich.table import Table

from .. import results
from ..machine import machine
from ..signatures import hashes, signatures
from .console import empty_table


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="keep the result for the pages")


def run(options: dict[str, Any], console: Console) -> int:
    """Measure, print two tables, and return the exit status."""
    result: dict[str, Any] = {"machine": machine(), "signatures": signatures(), "hashes": hashes()}
    console.print(signing_table(result["signatures"]))
    console.print(hashing_table(result["hashes"]))
    if options["write"]:
        results.write("signatures", result)
    return 0


def signing_table(found: dict[str, dict[str, Any]]) -> Table:
    """Return a row for each algorithm."""
    shown = empty_table("algorithm", "sign µs", "verify µs", "bytes of a token")
    for name, figures in found.items():
        sign, verify = (f"{figures[what]['mean']:g}" for what in ("sign", "verify"))
        shown.add_row(name, sign, verify, str(figures["bytes"]))
    return shown


def hashing_table(found: dict[str, float]) -> Table:
    """Return a row for each hasher."""
    shown = empty_table("password hasher", "ms")
    for name, ms in found.items():
        shown.add_row(name, f"{ms:g}")
    return shown
