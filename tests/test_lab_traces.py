"""The traces: one script, the same for all, in which every secret has a name."""

import json
from typing import Any

import pytest
from django.db import connection

from authcompare.lab import results
from authcompare.lab.steps import STEPS, change_of
from authcompare.lab.strategies import CONTESTANTS
from authcompare.lab.traces import changes

from .plays import PLAYED, messages, step_of, trace_of

# Django compresses what it signs, and other random digits compress to another length.
COMPRESSED = "django-signed-cookies"
TOLERANCE = 16


def comparable(data: Any) -> Any:
    """Return what must be the same in each run: no times, and no sizes of pages.

    A page is as long as its looks make it, and a new link in its header is no new trace.
    """
    if isinstance(data, list):
        return [comparable(item) for item in data]
    if not isinstance(data, dict):
        return data
    found = {key: comparable(value) for key, value in data.items() if key != "ms"}
    if found.get("body") == "(text/html)":
        del found["bytes"]
        found["head"] = [line for line in found["head"] if "Content-Length" not in line]
    return found


def about(data: Any) -> Any:
    """Return the same with room for a few bytes in each size."""
    if isinstance(data, dict):
        return {key: about(value) for key, value in data.items()}
    if isinstance(data, list):
        return [about(item) for item in data]
    return pytest.approx(data, abs=TOLERANCE) if type(data) is int else data


def test_every_strategy_plays_the_same_steps() -> None:
    for slug in PLAYED:
        assert [step["verb"] for step in trace_of(slug)["steps"]] == list(STEPS)


def test_the_kept_traces_are_those_of_all_strategies_with_their_machine_and_day() -> None:
    kept = results.read("traces")

    assert list(kept["traces"]) == [strategy.slug for strategy in CONTESTANTS]
    assert {"Python", "Django", "database", "cores", "date", "command"} <= kept["machine"].keys()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="The kept traces are SQLite's.")
@pytest.mark.parametrize("slug", [strategy.slug for strategy in CONTESTANTS])
def test_another_run_differs_from_the_kept_one_in_times_only(slug: str) -> None:
    kept = comparable(results.read("traces")["traces"][slug])
    played = comparable(trace_of(slug))

    assert played == (about(kept) if slug == COMPRESSED else kept)


@pytest.mark.parametrize("slug", PLAYED)
def test_no_secret_stands_in_a_trace(slug: str) -> None:
    text = json.dumps(trace_of(slug))
    entries = [message["entry"] for message in messages(slug) if "entry" in message]
    cookies = [c["value"] for e in entries for c in e["request"]["cookies"]]
    bearers = [
        header["value"].split()[-1]
        for entry in entries
        for header in entry["request"]["headers"]
        if header["name"] == "Authorization"
    ]

    assert cookies or bearers
    assert not [secret for secret in [*cookies, *bearers] if secret in text]
    assert "correct" not in text


def test_a_secret_has_the_same_name_from_step_to_step() -> None:
    sent = [step_of("session", verb)["exchanges"][0]["request"] for verb in ("read", "replay")]
    (held,) = [
        part for part in step_of("session", "log in")["client"] if "read" in part["needed_for"]
    ]

    assert all(held["value"] in " ".join(request["head"]) for request in sent)
    assert trace_of("session")["secrets"][held["value"]] == held["length"] == 32


def test_a_verb_with_nothing_to_do_says_why() -> None:
    for slug, verb in (("session", "renew"), ("simplejwt", "log out")):
        step = step_of(slug, verb)
        assert step["exchanges"] == []
        assert step["nothing"].endswith(".")


@pytest.mark.parametrize(
    ("slug", "accepted"),
    [
        ("session", False),
        ("django-db", False),
        ("jwt-denylist", False),
        ("jwt-none", True),
        ("simplejwt", True),
        ("django-signed-cookies", True),
    ],
)
def test_the_copy_is_good_where_the_server_does_not_ask(slug: str, accepted: bool) -> None:
    assert step_of(slug, "replay")["ok"] is accepted


def test_a_client_holds_what_it_was_seen_to_get() -> None:
    held = {part["name"]: part for part in step_of("jwt-none", "log in")["client"]}
    cookie = step_of("session", "log in")["client"][1]

    assert held["access"]["needed_for"] == ["read", "write"]
    assert held["refresh"]["needed_for"] == ["renew"]
    assert not held["access"]["ambient"]
    assert (cookie["ambient"], cookie["readable"], cookie["same_site"]) == (True, False, "Lax")


@pytest.mark.parametrize(
    ("slug", "verb", "table", "change"),
    [
        ("session", "log in", "sessions_app_session", "+1"),
        ("jwt-none", "log in", "tokens_app_tokenfamily", "+1"),
        ("jwt-none", "renew", "tokens_app_tokenfamily", "1 changed"),
        ("django-db", "log out", "django_session", "-1"),
        ("session", "write", "users_user", "1 changed"),
    ],
)
def test_a_step_tells_what_it_did_to_a_table(slug: str, verb: str, table: str, change: str) -> None:
    assert [change_of(t) for t in step_of(slug, verb)["tables"] if t["table"] == table] == [change]


def test_simplejwt_leaves_no_row_but_its_users() -> None:
    assert [table["table"] for table in step_of("simplejwt", "write")["tables"]] == ["users_user"]


def test_an_ended_log_in_is_a_cache_key_of_the_deny_list() -> None:
    before, after = (step_of("jwt-denylist", verb)["cache_keys"] for verb in ("read", "log out"))

    assert set(after) - set(before) == {"lab:1:denylist:‹log-in id 1›"}


def test_a_table_counts_as_changed_until_it_is_as_it_was() -> None:
    empty, full = {"t": {}}, {"t": {1: (1, "a")}}

    assert changes(empty, empty, full) == [
        {"table": "t", "rows": 1, "added": 1, "removed": 0, "changed": 0}
    ]
    assert changes(empty, full, full)[0]["added"] == 0
    assert changes(empty, full, empty)[0]["removed"] == 1
    assert changes(empty, empty, empty) == []
