"""What a log-in leaves behind is copied as it is, under keys of its own."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from authcompare.lab.cached import Entries, cache_size, entries_added_since, keys
from authcompare.lab.commands.grow import ROUNDS, in_turns
from authcompare.lab.grow import ACTIONS, LONG_AGO, Attempt, log_ins_while, waits
from authcompare.lab.multiply import Copier, added_by, rows_older_than, table_bytes
from authcompare.lab.wire import Response
from authcompare.users.models import AuthEvent
from sessions_app.models import Session
from tokens_app.models import TokenFamily

from .flows import log_in_by_form, log_in_by_token

pytestmark = pytest.mark.django_db
MONTHS = timedelta(days=60)


def write(copier: Copier, count: int) -> None:
    assert list(copier.write(count))[-1] == count


def test_a_log_in_is_copied_with_all_that_it_leaves(client: Any, alice: Any) -> None:
    traces = added_by(lambda: log_in_by_form(client, alice))

    write(Copier(traces), 30)

    assert {trace.model.__name__ for trace in traces} == {"Session", "AuthEvent"}
    assert Session.objects.live().filter(user=alice).count() == 31
    assert Session.objects.values("key_digest").distinct().count() == 31


def test_copies_of_long_ago_are_over(alice: Any) -> None:
    traces = added_by(lambda: log_in_by_token(alice))

    write(Copier(traces, MONTHS), 20)

    assert TokenFamily.objects.live().count() == 1
    assert TokenFamily.objects.filter(created_at__lt=timezone.now() - MONTHS).count() == 20


def test_all_that_was_copied_is_cleaned_up_and_nothing_else(client: Any, alice: Any) -> None:
    traces = added_by(lambda: log_in_by_form(client, alice))
    write(Copier(traces, LONG_AGO), 10)
    assert Session.objects.count() == 11
    assert AuthEvent.objects.count() == 11

    call_command("clearsessions", verbosity=0)

    assert Session.objects.live().count() == Session.objects.count() == 1
    assert AuthEvent.objects.count() == 1


def test_one_can_log_in_beside_the_copies(client: Any, alice: Any) -> None:
    traces = added_by(lambda: log_in_by_form(client, alice))
    write(Copier(traces, LONG_AGO), 10)

    log_in_by_form(client, alice)

    assert Session.objects.count() == 12


def test_what_a_clean_up_leaves_is_what_is_over_and_still_there(client: Any, alice: Any) -> None:
    traces = added_by(lambda: log_in_by_form(client, alice))
    write(Copier(traces, LONG_AGO), 10)
    made = [trace.model for trace in traces]

    assert rows_older_than(LONG_AGO / 2, made) == 20
    Session.objects.filter(created_at__lt=timezone.now() - MONTHS).delete()
    assert rows_older_than(LONG_AGO / 2, made) == 10


def test_a_row_without_a_time_counts_as_left() -> None:
    Group.objects.create(name="no time")

    assert rows_older_than(LONG_AGO / 2, [Group]) == 1


def test_a_table_s_bytes_grow_with_its_rows(client: Any, alice: Any) -> None:
    traces = added_by(lambda: log_in_by_form(client, alice))
    table = Session._meta.db_table
    before = table_bytes()[table]

    write(Copier(traces), 2000)

    assert table_bytes()[table] > before + 100_000


def test_a_cached_entry_is_copied_under_keys_of_the_same_length() -> None:
    before = keys()
    cache.set("session" + "k" * 32, {"user": "alice"})
    entries = entries_added_since(before)

    entries.write(50)

    copies = keys() - before
    assert entries == Entries({"session" + "k" * 32: {"user": "alice"}})
    assert len(copies) == 51
    assert {len(key) for key in copies} == {39}
    assert all(value == {"user": "alice"} for value in cache.get_many(copies).values())


def test_the_cache_s_bytes_grow_with_its_entries() -> None:
    before = cache_size()

    Entries({"k" * 32: "v" * 100}).write(50)

    after = cache_size()
    assert after["cache entries"] == before["cache entries"] + 50
    assert after["cache bytes"] > before["cache bytes"] + 50 * 132


def test_who_is_refused_has_not_waited_for_a_log_in() -> None:
    attempts = [Attempt(0.1, got_in=True), Attempt(20.0, got_in=False), Attempt(0.3, got_in=True)]

    assert waits(attempts) == {
        "tried": 3,
        "refused": 1,
        "longest_wait": 0.3,
        "longest_refusal": 20.0,
    }


def test_where_nobody_is_refused_no_refusal_is_the_longest() -> None:
    assert waits([Attempt(0.1, got_in=True)])["longest_refusal"] is None
    assert waits([Attempt(0.1, got_in=False)])["longest_wait"] is None


@dataclass
class Door:
    """A strategy's door: with which status it answers, and as whom it sees the client then."""

    status: int
    seen_as: str | None
    exchanges: list[Any] = field(default_factory=list)

    def visitor(self, name: str) -> Any:
        answer = Response(self.status, "", (), b"")
        return SimpleNamespace(log_in=lambda: answer, identity=lambda: self.seen_as)

    def id_of(self, name: str) -> str:
        return name


@pytest.mark.parametrize(
    ("door", "got_in"),
    [
        (Door(302, "alice"), True),
        (Door(500, None), False),
        # Some answer a failed log-in with the form again.
        (Door(200, None), False),
        (Door(200, "bob"), False),
    ],
)
def test_who_is_not_in_after_the_answer_was_refused(door: Any, got_in: bool) -> None:
    going_on = iter([True, True, False])

    attempts = list(log_ins_while(door, lambda: next(going_on)))

    assert [attempt.got_in for attempt in attempts] == [got_in] * 3


def test_turns_are_taken_round_by_round_and_the_first_round_only_warms_up() -> None:
    asked: list[str] = []

    def player(slug: str) -> Any:
        def ask(*, action: str, count: int) -> dict[str, float | None]:
            asked.append(slug)
            return {"us": None if action == "renew" else float(len(asked) > 2 * len(ACTIONS))}

        return SimpleNamespace(strategy=SimpleNamespace(slug=slug), ask=ask)

    found = in_turns([player("first"), player("second")])

    sure = {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert found["first"] == found["second"] == {"log in": sure, "read": sure, "renew": None}
    turns = list(zip(asked[::2], asked[1::2], strict=True))
    assert len(turns) == (ROUNDS + 1) * len(ACTIONS)
    assert all(set(turn) == {"first", "second"} for turn in turns)


def test_growing_says_what_is_there_what_it_costs_and_what_a_clean_up_takes(
    capsys: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    slugs = ("jwt-row", "django-cache", "authtoken")
    call_command("lab", "grow", "--most", "1000", *(f"--strategy={slug}" for slug in slugs))

    [row, cached, nothing] = capsys.readouterr().out.splitlines()[1:]
    assert re.search(r"JWT, row look-up \(ours\) +1,000 +2,0\d\d .* s, \d+ MB, waited \d+ ms", row)
    assert re.search(r" 0 +0 of [1-9]\d* *$", row)
    assert re.search(r" – +– +– *$", cached)
    assert nothing == "Nothing is left by: DRF authtoken."
