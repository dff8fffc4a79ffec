"""The results of the lab's runs: JSON files beside the code, which pages and tables are made of."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"
# What is measured may be measured on each of these; the claims and the README's tables are about
# the first, which needs no server.
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def name_on(name: str, database: str) -> str:
    """Return the name under which a database's measurement is kept: `bench-postgresql`."""
    return name if database == next(iter(DATABASES)) else f"{name}-{database}"


def read(name: str) -> Any:
    """Return what a run found: `read("attacks")`. Raises `FileNotFoundError` before the first."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def found(name: str) -> Any:
    """Return what a run found, or nothing before the first."""
    try:
        return read(name)
    except FileNotFoundError:
        return {}


def merged(before: dict[str, Any], now: dict[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """Return what is kept when only a part was played again: the rest stays as it was.

    `known` is the order, and what is not in it any more is left out.
    """
    both = before | now
    return {name: both[name] for name in known if name in both}


def write(name: str, data: Any) -> Path:
    """Write a result whole or not at all, the same text for the same data."""
    path = FOLDER / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    unfinished.replace(path)
    return path
