"""No breach of a library's strategy is the arena's word alone."""

from importlib import import_module
from pathlib import Path

from authcompare.lab import results
from authcompare.lab.strategies import CONTESTANTS
from authcompare.lab.strategies.stock import STOCK

from . import REPRODUCED

HERE = Path(__file__).parent


def test_every_breach_of_a_stock_contestant_has_a_script_and_no_script_claims_more() -> None:
    breached = {
        (attack, strategy.slug)
        for attack, row in results.read("attacks").items()
        for strategy in CONTESTANTS
        if strategy in STOCK and row[strategy.slug]["verdict"] == "breached"
    }

    for path in HERE.glob("test_*.py"):
        import_module(f"{__package__}.{path.stem}")  # Which registers its scripts.

    assert breached == REPRODUCED
