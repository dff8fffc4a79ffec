"""A finding is computed: other results, another finding."""

from pathlib import Path
from typing import Any

import pytest

from authcompare.lab import claims, results
from authcompare.lab.claims import FAILS, HOLDS, UNKNOWN

USERS = [1, 16, 64]
RISING, FALLING = (100.0, 200.0, 200.0), (100.0, 200.0, 120.0)
COOKIE, SCRIPT = ["by-cookie", "by-cookie-too"], ["by-script", "by-script-too"]


@pytest.fixture(autouse=True)
def _observed(no_run: Path) -> None:
    """Two strategies of each kind, of which nothing is measured yet."""
    results.write("facts", {slug: parts(ambient=slug in COOKIE) for slug in COOKIE + SCRIPT})


def parts(*, ambient: bool) -> dict[str, Any]:
    return {"parts": [{"name": "x", "needed_for": ["read"], "ambient": ambient}]}


def loaded(sessions: tuple[float, ...], tokens: tuple[float, ...], second: float = 1.5) -> None:
    """Write what the load generator saw; `second` is what a second process does for tokens."""
    strategies = {
        slug: {
            "1": by_people(per_second),
            "2": by_people(tuple(factor * value for value in per_second)),
        }
        for slugs, per_second, factor in ((COOKIE, sessions, 1.5), (SCRIPT, tokens, second))
        for slug in slugs
    }
    results.write("load", {"users": USERS, "strategies": strategies})


def by_people(per_second: tuple[float, ...]) -> dict[str, Any]:
    pairs = zip(USERS, per_second, strict=True)
    return {str(n): {"per_second": value, "p99": 10.0 * n} for n, value in pairs}


def grown(sessions: float, tokens: float) -> None:
    """Write by how much a read among the most log-ins is slower, and what it costs."""
    factors = {COOKIE[0]: sessions, SCRIPT[0]: tokens}
    strategies = {
        slug: {"sizes": [{"read": 100.0}, {"read": 100.0 * factor}], "same": [slug]}
        for slug, factor in factors.items()
    }
    results.write("growth", {"strategies": strategies})
    costs = dict(zip(COOKIE + SCRIPT, (100.0, 300.0, 90.0, 200.0), strict=True))
    read = {slug: {"us": {"median": us}} for slug, us in costs.items()}
    results.write("bench", {"actions": {"read": read}})


def test_without_a_run_nothing_is_claimed() -> None:
    assert claims.slowed_by_many().verdict == UNKNOWN
    assert claims.more_scalable().verdict == UNKNOWN


def test_without_a_second_process_it_is_open_what_that_brings() -> None:
    grown(1.0, 1.0)
    loaded(RISING, RISING)
    load = results.read("load")
    for by_processes in load["strategies"].values():
        del by_processes["2"]
    results.write("load", load)

    assert claims.slowed_by_many().verdict == FAILS
    assert claims.more_scalable().verdict == UNKNOWN


@pytest.mark.parametrize(
    ("sessions", "tokens", "verdict"),
    [
        (RISING, RISING, FAILS),
        (FALLING, RISING, HOLDS),
        (FALLING, FALLING, "holds for tokens as well"),
        (RISING, FALLING, FAILS),
    ],
)
def test_many_people_slow_those_down_who_then_answer_less(
    sessions: tuple[float, ...], tokens: tuple[float, ...], verdict: str
) -> None:
    loaded(sessions, tokens)

    assert claims.slowed_by_many().verdict == verdict


def test_the_figures_are_in_the_sentence() -> None:
    loaded(FALLING, RISING)

    sentence = claims.slowed_by_many().sentence

    assert "From 1 to 64 people" in sentence
    assert "sessions went from 100 to 120 requests a second" in sentence
    assert "tokens from 100 to 200" in sentence
    assert "2 of 2 ways to keep a session and 0 of 2 kinds of token" in sentence
    assert "10 to 640 ms with sessions" in sentence


@pytest.mark.parametrize(
    ("second", "sessions", "tokens", "verdict"),
    [
        (1.5, 1.0, 1.0, FAILS),
        (1.6, 1.05, 1.0, FAILS),  # Two runs differ by as much.
        (1.9, 1.0, 1.0, "holds in part"),
        (1.5, 2.0, 1.0, "holds in part"),
        (1.9, 2.0, 1.0, HOLDS),
        (1.1, 1.0, 2.0, FAILS),
    ],
)
def test_tokens_scale_better_where_processes_and_rows_say_so(
    second: float, sessions: float, tokens: float, verdict: str
) -> None:
    loaded(RISING, RISING, second)
    grown(sessions, tokens)

    assert claims.more_scalable().verdict == verdict


def test_what_a_read_costs_is_told_beside_it() -> None:
    loaded(RISING, RISING)
    grown(1.0, 1.0)

    sentence = claims.more_scalable().sentence

    assert "200 µs in the median with sessions, 145 with tokens" in sentence
    assert "the cheapest session, 100 µs, costs less than 1 of 2 kinds of token" in sentence
