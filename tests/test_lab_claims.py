"""A finding is computed: other results, another finding."""

from pathlib import Path
from typing import Any

import pytest

from authcompare.lab import claims, results
from authcompare.lab.claims import CLAIMS, FAILS, HOLDS, UNKNOWN
from authcompare.lab.strategies import SESSIONS, STRATEGIES, TOKENS

USERS = [1, 16, 64]
RISING, FALLING = (100.0, 200.0, 200.0), (100.0, 200.0, 120.0)
COOKIE, SCRIPT = SESSIONS[:2], TOKENS[:2]
REASON = "It cannot be renewed, and 10 minutes later it is dead."


@pytest.fixture(autouse=True)
def _observed(no_run: Path) -> None:
    """Two strategies of each kind, of which nothing is measured yet."""
    results.write("facts", {slug: held(ambient=slug in COOKIE) for slug in COOKIE + SCRIPT})


def held(**features: Any) -> dict[str, Any]:
    """Return what is observed of a client that holds one part, a cookie unless said otherwise."""
    part = {"needed_for": ["read"], "ambient": True, "readable": False, "same_site": "Lax"}
    survives = features.pop("survives_restart", True)
    return {"parts": [part | features], "survives_restart": survives}


def attacked(attack: str, *breached: str) -> None:
    """Write that an attack got through to these strategies and to no other."""
    row = {
        slug: {"verdict": "breached" if slug in breached else "held", "reason": REASON}
        for slug in COOKIE + SCRIPT
    }
    results.write("attacks", results.found("attacks") | {attack: row})


def logged_out(ends: tuple[int | None, ...], why: str = "") -> None:
    """Write when a copy was refused after the log-out: two sessions and two tokens."""
    measured = {
        slug: {"log-out": {"renewed": {"refused_at": end, "why": why}}}
        for slug, end in zip(COOKIE + SCRIPT, ends, strict=True)
    }
    results.write("delays", measured)


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


def test_without_a_run_nothing_is_claimed(no_run: Path) -> None:
    (no_run / "facts.json").unlink()

    assert {claim.check().verdict for claim in CLAIMS} == {UNKNOWN}


def test_where_nobody_of_one_kind_was_played_nothing_is_claimed() -> None:
    results.write("facts", {})
    results.write("attacks", {"theft-by-script": {}, "reading-the-credential": {}})
    results.write("delays", {COOKIE[0]: {"log-out": {"renewed": {"refused_at": 0, "why": ""}}}})
    loaded(RISING, RISING)
    results.write("load", results.read("load") | {"strategies": {}})

    assert {claim.check().verdict for claim in CLAIMS} == {UNKNOWN}


@pytest.mark.parametrize(
    ("survivors", "verdict"), [([], HOLDS), (COOKIE[:1], "holds for 1 of 2"), (COOKIE, FAILS)]
)
def test_sessions_live_in_memory_where_they_die_with_it(survivors: list[str], verdict: str) -> None:
    results.write("facts", {slug: held(survives_restart=slug in survivors) for slug in COOKIE})

    finding = claims.server_memory()

    assert finding.verdict == verdict
    assert f"Of 2 ways to keep a session {2 - len(survivors)} lost it" in finding.sentence
    assert all(STRATEGIES[slug].title in finding.sentence for slug in COOKIE)


def test_what_cache_it_was_is_told_where_a_session_is_kept_in_one() -> None:
    kept = [slug for slug in SESSIONS if "cache entry" in " ".join(STRATEGIES[slug].stores)]
    assert kept
    results.write("facts", {slug: held() for slug in SESSIONS})

    told = claims.server_memory().sentence.partition("In that run the cache was the memory of")[2]

    assert [slug for slug in SESSIONS if STRATEGIES[slug].title in told] == kept


def test_no_cache_is_told_of_where_no_session_is_kept_in_one() -> None:
    results.write("facts", {SESSIONS[0]: held()})

    assert "cache" not in claims.server_memory().sentence


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (held(), held(), "holds within the site"),
        (held(same_site="None"), held(same_site="None"), HOLDS),
        (held(), held(ambient=False), "holds for 1 of 2"),
        (held(ambient=False), held(ambient=False), FAILS),
    ],
)
def test_who_is_called_a_session_does_not_decide_who_shows_it(
    first: dict[str, Any], second: dict[str, Any], verdict: str
) -> None:
    results.write("facts", results.read("facts") | dict(zip(COOKIE, (first, second), strict=True)))

    assert claims.sent_by_itself().verdict == verdict


def test_a_token_that_the_browser_shows_is_told_of() -> None:
    results.write("facts", results.read("facts") | {SCRIPT[0]: held()})

    assert "and of 1 of 2 kinds of token" in claims.sent_by_itself().sentence


@pytest.mark.parametrize(
    ("read", "verdict"),
    [(SCRIPT, FAILS), (SCRIPT[:1], FAILS), ([], "holds as far as was seen")],
)
def test_a_token_that_can_be_read_is_not_encrypted(read: list[str], verdict: str) -> None:
    attacked("reading-the-credential", *read)
    attacked("edited-content", *read[:1])

    finding = claims.encrypted()

    assert finding.verdict == verdict
    assert f"{len(read)} of 2 kinds of token said whose they are" in finding.sentence
    edited = f"accepted with 1 of {len(read)} of those"
    assert (edited in finding.sentence) is bool(read)


@pytest.mark.parametrize(
    ("taken", "verdict"),
    [
        ([], HOLDS),
        (SCRIPT[:1], "holds when no foreign script ever runs in the page"),
        ([*COOKIE, *SCRIPT], "holds when no foreign script ever runs in the page"),
    ],
)
def test_local_storage_is_as_good_as_what_a_script_could_take(
    taken: list[str], verdict: str
) -> None:
    attacked("theft-by-script", *taken)

    finding = claims.local_storage()

    assert finding.verdict == verdict
    tokens, sessions = (len(set(taken) & set(kind)) for kind in (SCRIPT, COOKIE))
    assert f"{tokens} of 2 strategies with tokens" in finding.sentence
    assert f"against {sessions} of 2 with sessions" in finding.sentence


@pytest.mark.parametrize("readable", [True, False])
def test_what_came_of_a_theft_is_told_where_no_script_can_read_what_renews(readable: bool) -> None:
    attacked("theft-by-script", *SCRIPT)
    facts = results.read("facts") | {SCRIPT[0]: held(needed_for=["renew"], readable=readable)}
    results.write("facts", facts)

    assert (REASON in claims.local_storage().sentence) is not readable


DAY = 24 * 60 * 60


@pytest.mark.parametrize(
    ("ends", "verdict", "told"),
    [
        ((0, 0, 0, 0), HOLDS, "in 0 of 4 strategies: 0 of 2 ways"),
        ((0, 300, 0, DAY), "holds for 2 of 4", "in 2 of 4 strategies, in one for 1 day: 1 of 2"),
        ((0, 0, 0, None), "holds for 3 of 4", "in one for ever"),
        ((5, 5, None, 5), FAILS, "in 4 of 4 strategies"),
    ],
)
def test_who_logs_out_is_logged_out_where_no_copy_outlives_it(
    ends: tuple[int | None, ...], verdict: str, told: str
) -> None:
    logged_out(ends)

    finding = claims.log_out_ends_it()

    assert finding.verdict == verdict
    assert told in finding.sentence
    assert "With 0 of " in finding.sentence


@pytest.mark.parametrize(
    ("ends", "undecided"), [((0, 5, 0, 5), True), ((0, 0, 5, 5), False), ((0, 0, 0, 5), False)]
)
def test_the_kind_decides_unless_both_have_both(ends: tuple[int, ...], undecided: bool) -> None:
    logged_out(ends)

    assert ("does not decide it" in claims.log_out_ends_it().sentence) is undecided


def test_a_log_out_of_which_the_server_is_not_told_is_counted() -> None:
    logged_out((0, 0, 0, 5), why="The client forgets its token.")

    assert "With 1 of 1 of them the server was not even told" in claims.log_out_ends_it().sentence


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
