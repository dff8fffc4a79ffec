"""The verdicts that the pages show are those that a run gives, cell by cell."""

import json
from typing import Any

import pytest

from authcompare.lab import contest, results
from authcompare.lab.attacks import Attack, load
from authcompare.lab.commands.attack import outcome
from authcompare.lab.standards import address_of
from authcompare.lab.strategies import CONTESTANTS, CONTROLS, STRATEGIES, VARIANTS
from authcompare.lab.strategies.base import Strategy
from authcompare.lab.strategies.ours import BOTH_DOORS
from authcompare.lab.strategies.stock import HARDENED
from authcompare.lab.verdicts import WORDS

ATTACKS = list(load().values())
# What an attack sees in one kind of credential it may be blind to in another: each of these has to
# get through where the hole is in a refresh cookie, or in a check that asks for no origin.
SEEN = {
    "weak-refresh": (
        "form-on-another-site",
        "form-on-a-subdomain",
        "mixed-credentials",
        "two-users-at-once",
        "log-in-by-another-site",
        "cookie-tossing",
        "fixation",
        "chosen-key",
        # Only an inactive account tells, and only a value of the cache holds it.
        "enumeration-by-answer",
        "theft-by-dump",
    ),
    "weak-cookie": ("form-on-a-subdomain", "log-in-by-another-site"),
}


def quiet(strategy: Strategy, message: Any) -> None:
    """Hear nothing of the progress."""


def by_slug(thing: Any) -> str:
    return str(thing.slug)


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=by_slug)
def test_a_run_gives_the_verdicts_and_the_evidence_that_the_pages_show(strategy: Strategy) -> None:
    names = [attack.slug for attack in ATTACKS]

    played = contest.play("authcompare.lab.attacks.run", [strategy], quiet, attacks=names)

    expected = results.read("attacks")
    found = {cell["attack"]: outcome(cell) for cell in played[strategy.slug]}
    assert found == {name: expected[name][strategy.slug] for name in names}
    racing = {attack.slug for attack in ATTACKS if attack.races}
    for cell in [cell for cell in played[strategy.slug] if cell["attack"] not in racing]:
        evidence = results.read(f"evidence/{cell['attack']}")[strategy.slug]
        assert cell["steps"] == evidence["steps"], cell["attack"]


@pytest.mark.parametrize("attack", ATTACKS, ids=by_slug)
def test_an_attack_breaches_a_control(attack: Attack) -> None:
    row = results.read("attacks")[attack.slug]

    assert "breached" in [row[control.slug]["verdict"] for control in CONTROLS]


@pytest.mark.parametrize(
    ("control", "attack"), [(slug, attack) for slug, seen in SEEN.items() for attack in seen]
)
def test_an_attack_sees_the_hole_in_whatever_kind_of_credential_has_it(
    control: str, attack: str
) -> None:
    found = results.read("attacks")[attack][control]

    assert found["verdict"] == "breached", found["reason"]


@pytest.mark.parametrize("attack", ATTACKS, ids=by_slug)
def test_an_attack_says_what_it_does_what_stops_it_and_where_it_is_described(
    attack: Attack,
) -> None:
    assert attack.story.endswith(".")
    assert attack.defence.endswith(".")
    assert all(address_of(reference).startswith("https://") for reference in attack.standards)


def test_the_results_have_a_cell_for_every_attack_and_every_strategy_and_no_other() -> None:
    verdicts = results.read("attacks")

    assert set(verdicts) == {attack.slug for attack in ATTACKS}
    assert {frozenset(row) for row in verdicts.values()} == {frozenset(STRATEGIES)}
    words = {cell["verdict"] for row in verdicts.values() for cell in row.values()}
    assert words == set(WORDS)


def test_our_sessions_hold_whatever_is_tried_but_a_botnet_that_shuts_new_networks() -> None:
    verdicts = results.read("attacks")
    breached = [a for a, row in verdicts.items() if row["session"]["verdict"] == "breached"]

    # The price of a limit on guesses from everywhere, where the owner never was before.
    assert breached == ["locking-the-owner-out"]
    reason = verdicts["locking-the-owner-out"]["session"]["reason"]
    assert "at a new network after guesses from many networks" in reason
    assert "at home" not in reason


def test_the_grace_for_lost_answers_lets_a_thief_in_who_is_quick_and_without_it_he_is_not() -> None:
    row = results.read("attacks")["reuse-at-once"]
    strict = contest.play(
        "authcompare.lab.attacks.run", [VARIANTS["jwt-strict"]], quiet, attacks=["reuse-at-once"]
    )

    graceful = [row[slug] for slug in ("jwt-row", "jwt-denylist", "jwt-none", "jwt-cookie")]
    assert {cell["verdict"] for cell in graceful} == {"breached"}
    assert all("the log-in is over for both" in cell["reason"] for cell in graceful)
    assert [cell["verdict"] for cell in strict["jwt-strict"]] == ["held"]


def test_a_bearer_token_wins_over_whosever_session_comes_with_it() -> None:
    played = contest.play(
        "authcompare.lab.attacks.run", [BOTH_DOORS], quiet, attacks=["two-users-at-once"]
    )

    (cell,) = played[BOTH_DOORS.slug]
    assert cell["verdict"] == "held"
    assert "the server read and wrote for whose access it was" in cell["reason"]
    assert any("__Host-sessionid" in str(step) for step in cell["steps"])


def test_the_settings_that_a_defence_names_are_its_cure() -> None:
    cured = {
        "another-audience": "AUDIENCE",
        "another-issuer": "ISSUER",
        "replay-after-password-change": "CHECK_REVOKE_TOKEN",
    }
    assert all(setting in load()[attack].defence for attack, setting in cured.items())

    played = contest.play("authcompare.lab.attacks.run", [HARDENED], quiet, attacks=list(cured))

    assert {c["attack"]: c["verdict"] for c in played[HARDENED.slug]} == dict.fromkeys(
        cured, "held"
    )


def test_no_evidence_holds_a_password_hash_or_a_whole_token() -> None:
    for attack in ATTACKS:
        text = json.dumps(results.read(f"evidence/{attack.slug}"))
        assert "md5$" not in text
        assert "eyJhbGciOi" not in text


@pytest.mark.parametrize("strategy", CONTESTANTS, ids=by_slug)
def test_a_run_gives_the_delays_that_the_page_shows(strategy: Strategy) -> None:
    played = contest.play("authcompare.lab.delays.run", [strategy], quiet)

    found = {message.pop("event"): message for message in played[strategy.slug]}
    assert found == results.read("delays")[strategy.slug]


def test_a_run_observes_the_credentials_that_the_page_shows() -> None:
    played = contest.play("authcompare.lab.facts.run", CONTESTANTS, quiet)

    assert {slug: messages[0] for slug, messages in played.items()} == results.read("facts")
