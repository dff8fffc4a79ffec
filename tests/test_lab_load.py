"""What the load generator sees of a served strategy, and how its rounds are summed up."""

import importlib.util
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import override_settings

from authcompare.lab.caches import roomy
from authcompare.lab.commands.load import summed_up


def seen(answers: int, *, ms: float = 2.0, failures: int = 0) -> dict[str, Any]:
    """Return what a round of half a second saw that had so many answers."""
    return {"seconds": 0.5, "ms": [ms] * answers, "failures": failures, "busy": 0.25}


def test_the_rate_is_the_mean_of_the_rounds() -> None:
    found = summed_up([seen(100), seen(100), seen(100)])

    assert [found[name] for name in ("low", "per_second", "high")] == [200, 200, 200]
    assert (found["requests"], found["rounds"]) == (300, [200, 200, 200])


def test_rounds_that_differ_widen_the_interval() -> None:
    alike, apart = (summed_up([seen(n) for n in counts]) for counts in ((99, 101), (60, 140)))

    assert alike["low"] < alike["per_second"] < alike["high"]
    assert apart["high"] - apart["low"] > alike["high"] - alike["low"]


def test_one_round_has_no_interval() -> None:
    found = summed_up([seen(100)])

    assert (found["per_second"], found["low"], found["high"]) == (200, None, None)


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


@pytest.mark.parametrize("option", [["--quick"], ["--action", "renew"]])
def test_what_the_page_is_not_about_is_not_kept(option: list[str]) -> None:
    with pytest.raises(CommandError, match="neither --quick nor an --action"):
        call_command("lab", "load", "--write", *option)


def test_without_the_load_generator_the_command_says_how_to_get_it(monkeypatch: Any) -> None:
    monkeypatch.setattr("authcompare.lab.commands.load.find_spec", {}.get)

    with pytest.raises(CommandError, match="not installed: `make lab` does it"):
        call_command("lab", "load", "--quick")


def test_while_people_are_measured_a_process_remembers_all_of_their_sessions() -> None:
    with override_settings(SHARED_CACHE=False):
        room = roomy()
    with override_settings(**room):
        cache.set_many({f"session{number}": number for number in range(1000)})

        assert cache.get("session0") == 0
        assert len(cache.get_many([f"session{number}" for number in range(1000)])) == 1000


def test_a_shared_cache_is_measured_as_it_is() -> None:
    with override_settings(SHARED_CACHE=True):
        assert roomy() == {}
