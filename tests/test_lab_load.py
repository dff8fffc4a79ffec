"""What the load generator sees of a served strategy, and how its slices of time are summed up."""

import importlib.util
import re
from typing import Any

import pytest
from django.core.management import call_command

from authcompare.lab.commands.load import summed_up


def seen(*per_slice: int, ms: float = 2.0, failures: int = 0) -> dict[str, Any]:
    """Return what a round saw that had so many answers in each quarter of a second."""
    slices = [{"seconds": 0.25, "ms": [ms] * count} for count in per_slice]
    return {"slices": slices, "failures": failures}


def test_the_rate_is_the_median_of_the_slices_of_all_rounds() -> None:
    found = summed_up([seen(100, 110, 120), seen(90, 130, 110)])

    assert found["per_second"] == 440
    assert found["low"] <= 440 <= found["high"]
    assert found["requests"] == 660


def test_rounds_that_differ_widen_the_interval() -> None:
    calm, wild = summed_up([seen(*[100] * 8)]), summed_up([seen(*[60] * 4), seen(*[140] * 4)])

    assert calm["high"] == calm["low"]
    assert wild["high"] - wild["low"] == 320


def test_the_percentiles_are_of_all_answers_and_failures_add_up() -> None:
    found = summed_up([seen(99, ms=1, failures=2), seen(1, ms=50, failures=1)])

    assert (found["p50"], found["failures"]) == (1, 3)
    assert found["p99"] > 10


@pytest.mark.skipif(not importlib.util.find_spec("locust"), reason="`make lab` installs Locust.")
def test_a_quick_load_prints_a_row_for_each_number_of_people(capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    call_command("lab", "load", "--quick", "--seconds", "0.5", "--strategy", "simplejwt-stateless")

    rows = re.findall(
        r"^ SimpleJWT, stateless +(\d+) +1 .* (\d+) +$", capsys.readouterr().out, re.M
    )
    assert rows == [("1", "0"), ("16", "0")]
