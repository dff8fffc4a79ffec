"""The results of the lab's runs: JSON files beside the code, which pages and tables are made of."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def read(name: str) -> Any:
    """Return what a run found: `read("attacks")`. Raises `FileNotFoundError` before the first."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def found(name: str) -> Any:
    """Return what a run found, or nothing before the first."""
    try:
        return read(name)
    except FileNotFoundError:
        return {}


def write(name: str, data: Any) -> Path:
    """Write a result whole or not at all, the same text for the same data."""
    path = FOLDER / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    unfinished.replace(path)
    return path
