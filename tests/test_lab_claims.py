"""A finding is computed: other results, another finding."""

from pathlib import Path
from typing import Any

import pytest

from authcompare.lab import claims, measured_claims, results
from authcompare.lab.claims import CLAIMS
from authcompare.lab.findings import FAILS, HOLDS, UNKNOWN, UNSURE
from authcompare.lab.strategies import (
    OWN,
    SESSIONS,
    STOCK_SESSIONS,
    STOCK_TOKENS,
    STRATEGIES,
    TOKENS,
)

from .lab_pages import page

Row = tuple[float, ...]
USERS = [1, 16, 64]
RISING, FALLING = (100.0, 200.0, 200.0), (100.0, 200.0, 120.0)
MACHINE = {"processor": "Abacus", "cores": "4", "database": "sqlite 3.4", "date": "2026-01-01"}
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


def loaded(sessions: Row, tokens: Row, second: float = 1.5, *, cores: int = 4, **more: Any) -> None:
    """Write what the load generator saw; `second` is what a second process does for tokens."""
    strategies = {
        slug: {
            "1": by_people(per_second, **more),
            "2": by_people(tuple(factor * value for value in per_second), **more),
        }
        for slugs, per_second, factor in ((COOKIE, sessions, 1.5), (SCRIPT, tokens, second))
        for slug in slugs
    }
    write_load(strategies, cores)


def write_load(strategies: dict[str, Any], cores: int = 4) -> None:
    machine = MACHINE | {"cores": str(cores), "command": "manage.py lab load"}
    results.write("load", {"machine": machine, "users": USERS, "strategies": strategies})


def by_people(per_second: Row, *, reach: float | None = 0.02) -> dict[str, Any]:
    """Return rates whose intervals reach as far as this share of them, or that have none."""
    return {
        str(n): between(value, reach, "per_second") | {"p99": 10.0 * n}
        for n, value in zip(USERS, per_second, strict=True)
    }


def between(mean: float, reach: float | None, name: str = "mean") -> dict[str, float | None]:
    ends = (None, None) if reach is None else (mean - reach * abs(mean), mean + reach * abs(mean))
    return {name: mean, "low": ends[0], "high": ends[1]}


def grown(sessions: float, tokens: float, *, reach: float | None = 0.02) -> None:
    """Write by how much a read among the most log-ins is slower: of one strategy of each kind."""
    strategies = {
        slug: {"sizes": [{"read": between(100.0 * by, reach)} for by in (1, factor)], "same": same}
        for (slug, *others), factor in ((COOKIE, sessions), (SCRIPT, tokens))
        for same in [[slug, *others]]
    }
    machine = MACHINE | {"command": "manage.py lab grow"}
    results.write("growth", {"machine": machine, "strategies": strategies})


def priced(costs: dict[str, float], *, reach: float | None = 0.02) -> None:
    """Write by how much a read is above the same view without authentication, in microseconds."""
    floors = dict.fromkeys(SESSIONS, 50.0) | dict.fromkeys(TOKENS, 500.0)
    read = {
        slug: {"us": between(floors[slug] + above, reach), "above": between(above, reach)}
        for slug, above in costs.items()
    }
    machine = MACHINE | {"command": "manage.py lab bench"}
    results.write("bench", {"machine": machine, "actions": {"read": read}})


COSTS = dict(zip(STOCK_SESSIONS[:2] + STOCK_TOKENS[:2], (100.0, 300.0, 90.0, 200.0), strict=True))


def test_without_a_run_nothing_is_claimed(no_run: Path) -> None:
    (no_run / "facts.json").unlink()

    assert {claim.check().verdict for claim in CLAIMS} == {UNKNOWN}


def test_where_nobody_of_one_kind_was_played_nothing_is_claimed() -> None:
    results.write("facts", {})
    results.write("attacks", {"theft-by-script": {}, "reading-the-credential": {}})
    results.write("delays", {COOKIE[0]: {"log-out": {"renewed": {"refused_at": 0, "why": ""}}}})
    write_load({})

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


@pytest.mark.parametrize(
    ("sessions", "tokens", "verdict"),
    [
        (RISING, RISING, FAILS),
        (FALLING, RISING, HOLDS),
        (FALLING, FALLING, "holds, for tokens as well"),
        (RISING, FALLING, FAILS),
    ],
)
def test_many_people_slow_those_down_who_then_answer_less(
    sessions: Row, tokens: Row, verdict: str
) -> None:
    loaded(sessions, tokens)

    assert measured_claims.slowed_by_many().verdict == verdict


@pytest.mark.parametrize("reach", [0.3, None])
@pytest.mark.parametrize("sessions", [RISING, FALLING])
def test_nobody_is_slowed_nor_spared_where_the_intervals_meet(
    sessions: Row, reach: float | None
) -> None:
    loaded(sessions, sessions, reach=reach)

    finding = measured_claims.slowed_by_many()

    assert finding.verdict == UNSURE
    open_still = "0 of 2 ways to keep a session surely answered less than 80 % of their best, 0"
    assert f"{open_still} surely did not, and of 2 this run cannot tell" in finding.sentence


def test_the_luckiest_of_several_rates_slows_nobody_down() -> None:
    loaded(RISING, RISING)
    load = results.read("load")
    for slug in COOKIE:
        load["strategies"][slug]["1"]["16"] = between(300.0, 0.4, "per_second") | {"p99": 1.0}
    results.write("load", load)

    assert measured_claims.slowed_by_many().verdict == UNSURE


def test_it_holds_for_as_many_as_were_surely_slowed() -> None:
    loaded(FALLING, RISING)
    load = results.read("load")
    load["strategies"][COOKIE[1]]["1"] = by_people(RISING)
    results.write("load", load)

    finding = measured_claims.slowed_by_many()

    assert finding.verdict == "holds for 1 of 2"
    assert "their best, 1 surely did not, and of 0 this run cannot tell" in finding.sentence


def test_the_figures_are_in_the_sentence_with_their_intervals() -> None:
    loaded(FALLING, RISING)

    sentence = measured_claims.slowed_by_many().sentence

    assert "From 1 to 64 people" in sentence
    assert "sessions went from 100 (98–102) to 120 (118–122) requests a second" in sentence
    assert "tokens from 100 (98–102) to 200 (196–204)" in sentence
    assert "10 to 640 ms with sessions" in sentence
    assert "on one machine, with 4 cores and SQLite" in sentence


def test_a_figure_of_one_round_is_told_without_an_interval() -> None:
    loaded(FALLING, RISING, reach=None)

    assert (
        "from 100 (no interval) to 120 (no interval)" in measured_claims.slowed_by_many().sentence
    )


@pytest.mark.parametrize(
    ("second", "sessions", "tokens", "verdict"),
    [
        (1.5, 1.0, 1.0, UNSURE),
        (1.6, 1.05, 1.0, UNSURE),  # The intervals of two such factors meet.
        (1.9, 1.0, 1.0, "holds in part"),
        (1.5, 2.0, 1.0, "holds in part"),
        (1.1, 2.0, 1.0, "holds in part"),
        (1.9, 2.0, 1.0, HOLDS),
        (1.5, 1.0, 2.0, "does not hold as far as it is sure"),
        (1.1, 1.0, 2.0, FAILS),
    ],
)
def test_tokens_scale_better_where_processes_and_rows_surely_say_so(
    second: float, sessions: float, tokens: float, verdict: str
) -> None:
    loaded(RISING, RISING, second)
    grown(sessions, tokens)
    priced(COSTS)

    assert measured_claims.more_scalable().verdict == verdict


@pytest.mark.parametrize("reach", [0.3, None])
def test_whose_intervals_are_wide_scales_neither_better_nor_worse(reach: float | None) -> None:
    loaded(RISING, RISING, 1.9, reach=reach)
    grown(2.0, 1.0, reach=reach)
    priced(COSTS)

    finding = measured_claims.more_scalable()

    assert finding.verdict == UNSURE
    assert finding.sentence.count("no difference that is sure") == 2


@pytest.mark.parametrize(("cores", "verdict"), [(3, HOLDS), (2, "holds in part")])
def test_what_a_second_process_adds_is_not_measured_where_it_shares_its_core(
    cores: int, verdict: str
) -> None:
    loaded(RISING, RISING, 1.9, cores=cores)
    grown(2.0, 1.0)
    priced(COSTS)

    finding = measured_claims.more_scalable()

    assert finding.verdict == verdict
    assert ("was not measured: on 2 cores it shares one" in finding.sentence) is (cores == 2)
    assert ("Two server processes answered" in finding.sentence) is (cores == 3)


def test_without_a_second_process_it_is_open_what_that_brings() -> None:
    loaded(RISING, RISING, 1.9)
    grown(1.0, 1.0)
    priced(COSTS)
    write_load(
        {slug: {"1": rows["1"]} for slug, rows in results.read("load")["strategies"].items()}
    )

    finding = measured_claims.more_scalable()

    assert finding.verdict == UNSURE
    assert "What a second server process adds was not measured." in finding.sentence


@pytest.mark.parametrize(
    ("tokens", "verdict"),
    [((190.0, 380.0, 285.0), "holds in part"), ((150.0, 600.0, 150.0), UNSURE)],
)
def test_a_round_with_two_processes_is_compared_with_its_own_with_one(
    tokens: Row, verdict: str
) -> None:
    loaded(RISING, RISING, reach=0.9)
    load = results.read("load")
    for slug in COOKIE + SCRIPT:
        load["strategies"][slug]["1"]["64"]["rounds"] = [100.0, 200.0, 150.0]
        two = tokens if slug in SCRIPT else (150.0, 300.0, 225.0)
        load["strategies"][slug]["2"]["64"]["rounds"] = two
    results.write("load", load)
    grown(1.0, 1.0)
    priced(COSTS)

    assert measured_claims.more_scalable().verdict == verdict


def test_the_factors_are_told_as_wide_as_their_parts_allow() -> None:
    loaded(RISING, RISING)
    grown(2.0, 1.0, reach=0.1)
    priced(COSTS)

    sentence = measured_claims.more_scalable().sentence

    assert "one with sessions, 1.5 (1.44–1.56) times with tokens" in sentence
    assert "a read took 2 (1.64–2.44) times as long" in sentence


def test_only_who_was_timed_among_more_rows_is_counted() -> None:
    loaded(RISING, RISING)
    grown(1.0, 1.0)
    priced(COSTS)

    told = f"It stands on 1 of {len(SESSIONS)} ways to keep a session and 1 of {len(TOKENS)} kinds"
    assert told in measured_claims.more_scalable().sentence


def test_a_strategy_that_reads_nothing_is_not_counted_among_more_rows() -> None:
    loaded(RISING, RISING)
    grown(1.0, 1.0)
    priced(COSTS)
    growth = results.read("growth")
    growth["strategies"][COOKIE[1]] = {"sizes": [{"read": None}, {"read": None}], "same": []}
    results.write("growth", growth)

    assert f"It stands on 1 of {len(SESSIONS)} ways" in measured_claims.more_scalable().sentence


def test_a_read_is_told_of_by_what_authentication_adds() -> None:
    loaded(RISING, RISING)
    grown(1.0, 1.0)
    priced(COSTS)

    sentence = measured_claims.more_scalable().sentence

    assert "above the same view without authentication" in sentence
    assert "200 (196–204) µs in the median with sessions, 145 (142–148) with tokens" in sentence
    assert "surely less with tokens" in sentence
    least = f"{STRATEGIES[STOCK_SESSIONS[0]].title} with 100 (98–102) µs"
    assert f"{least}, surely adds less than 1 of 2 kinds of token" in sentence


def test_ours_do_not_move_the_medians_but_are_named_beside_them() -> None:
    loaded(RISING, RISING)
    grown(1.0, 1.0)
    priced(COSTS | dict.fromkeys(OWN, 1.0))

    sentence = measured_claims.more_scalable().sentence

    assert "200 (196–204) µs in the median with sessions, 145 (142–148) with tokens" in sentence
    own = sentence.partition("Of this project's own it is ")[2]
    assert all(f"1 (0.98–1.02) µs with {STRATEGIES[slug].title}" in own for slug in OWN)


def test_no_read_is_cheaper_where_that_is_not_sure() -> None:
    loaded(RISING, RISING)
    grown(1.0, 1.0)
    priced(COSTS, reach=None)

    sentence = measured_claims.more_scalable().sentence

    assert "145 (no interval) with tokens: no difference that is sure" in sentence
    assert "surely adds less than 0 of 2 kinds of token" in sentence


def test_every_contestant_is_either_stock_or_ours() -> None:
    assert sorted(STOCK_SESSIONS + STOCK_TOKENS + OWN) == sorted(SESSIONS + TOKENS)


@pytest.mark.django_db
def test_the_page_names_the_machine_of_each_measured_claim() -> None:
    loaded(RISING, RISING)
    grown(1.0, 1.0)
    priced(COSTS)

    text = page("/lab/claims/")

    assert text.count("<code>manage.py lab load</code>") == 2
    assert text.count("<code>manage.py lab grow</code>") == 1
    assert text.count("<code>manage.py lab bench</code>") == 1
    assert "processor Abacus, cores 4, database sqlite 3.4" in " ".join(text.split())
