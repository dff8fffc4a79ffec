"""What the recorder sees: each statement, each cache command, each hash and signature."""

import time

import pytest

from authcompare.lab.recorder import SAVEPOINT_NAME, Stopwatch
from authcompare.lab.steps import is_statement, summary, totals

from .plays import PLAYED, asked, step_of, trace_of

ASK_THE_LIST = "get_many denylist:complete denylist:‹log-in id 1›"

# The comparison in short: what a server asks its database and its cache for, at which step.
ASKED = {
    ("session", "read"): ["SELECT sessions_app_session, users_user"],
    ("django-db", "read"): ["SELECT django_session", "SELECT users_user"],
    ("django-signed-cookies", "read"): ["SELECT users_user"],
    ("simplejwt", "read"): ["SELECT users_user"],
    ("jwt-denylist", "read"): [ASK_THE_LIST],
    ("jwt-none", "read"): [],
    ("session", "write"): ["SELECT sessions_app_session, users_user", "UPDATE users_user"],
    ("jwt-none", "write"): ["UPDATE users_user"],
    ("jwt-none", "renew"): [
        "SELECT tokens_app_tokenfamily, users_user",
        "UPDATE tokens_app_tokenfamily",
    ],
    ("simplejwt", "renew"): ["SELECT users_user"],
    ("session", "log out"): [
        "SELECT sessions_app_session, users_user",
        "INSERT users_authevent",
        "UPDATE sessions_app_session",
    ],
    ("django-signed-cookies", "log out"): ["SELECT users_user"],
    ("session", "renew"): [],
    ("jwt-denylist", "log out"): [
        "UPDATE tokens_app_tokenfamily",
        "SELECT tokens_app_tokenfamily",
        "set_many denylist:‹log-in id 1›",
        "INSERT users_authevent",
    ],
    ("simplejwt", "log out"): [],
}


@pytest.mark.parametrize(("slug", "verb"), ASKED)
def test_a_step_asks_for_exactly_this(slug: str, verb: str) -> None:
    assert [summary(command) for command in asked(slug, verb, "sql", "cache")] == ASKED[slug, verb]


def test_a_log_in_writes_the_same_in_both_of_our_modes() -> None:
    written = {
        slug: sorted(
            command["text"].split()[0]
            for command in asked(slug, "log in", "sql")
            if is_statement(command["text"])
        )
        for slug in ("session", "jwt-none")
    }

    assert written["session"] == written["jwt-none"] == ["INSERT", "INSERT", "SELECT", "UPDATE"]


def test_the_frame_of_a_transaction_is_shown_and_counted_apart() -> None:
    found = totals(step_of("session", "log in"))

    assert "COMMIT" in [command["text"] for command in asked("session", "log in", "sql")]
    assert (found["statements"], found["transactions"]) == (4, 1)


def test_parameters_stay_out_of_the_statements() -> None:
    statements = [
        command["text"]
        for slug in PLAYED
        for step in trace_of(slug)["steps"]
        for command in asked(slug, step["verb"], "sql")
    ]

    assert any("%s" in sql for sql in statements)
    assert not [sql for sql in statements if "alice" in sql.lower()]


@pytest.mark.parametrize("slug", PLAYED)
def test_a_password_is_hashed_once_at_the_log_in_and_never_again(slug: str) -> None:
    hashed = {step["verb"]: totals(step)["hashings"] for step in trace_of(slug)["steps"]}

    assert hashed.pop("log in") == 1
    assert set(hashed.values()) == {0}


@pytest.mark.parametrize(
    ("slug", "verb", "count"),
    [
        ("jwt-none", "read", 1),  # One signature verified,
        ("simplejwt", "read", 1),
        ("simplejwt", "renew", 2),  # one verified and one made,
        ("django-db", "read", 2),  # the stored session's, and the user's session hash.
    ],
)
def test_signatures_are_counted(slug: str, verb: str, count: int) -> None:
    assert totals(step_of(slug, verb))["signings"] == count


def test_hashing_and_signing_are_parts_of_the_processor_time() -> None:
    for slug in PLAYED:
        for step in trace_of(slug)["steps"]:
            for exchange in step["exchanges"]:
                ms = exchange["ms"]
                assert 0 <= ms["hashing"] + ms["signing"] <= ms["cpu"]
                assert ms["cpu"] > 0


def test_attempts_are_counted_without_a_word_of_whose_they_are() -> None:
    counted = [command["text"] for command in asked("session", "log in", "counter")]

    assert "is_open ‹digest 1›: 100 per 10 minute" in counted


def test_a_call_within_a_call_counts_once() -> None:
    watch = Stopwatch()
    with watch.running() as outer, watch.running() as inner:
        time.sleep(0)

    assert (outer, inner, watch.times) == (True, False, 1)


def test_a_failed_call_counts_as_well() -> None:
    watch = Stopwatch()
    with pytest.raises(ValueError, match="no such key"), watch.running():
        raise ValueError("no such key")

    assert watch.times == 1
    with watch.running() as outer:
        assert outer


def test_a_savepoint_has_no_name_that_the_next_run_would_not_have() -> None:
    assert SAVEPOINT_NAME.sub("…", 'SAVEPOINT "s140704_x1"') == "SAVEPOINT …"


@pytest.mark.parametrize(
    ("sql", "short"),
    [
        ('SELECT "a"."id" FROM "a" INNER JOIN "b" ON 1 WHERE "a"."id" = %s', "SELECT a, b"),
        ('UPDATE "a" SET "x" = %s', "UPDATE a"),
        ('INSERT INTO "a" ("x") VALUES (%s)', "INSERT a"),
        ("BEGIN IMMEDIATE", "BEGIN"),
    ],
)
def test_a_statement_has_a_short_form(sql: str, short: str) -> None:
    assert summary({"kind": "sql", "text": sql}) == short
