"""What a log-in leaves behind is copied as it is, under keys of its own."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from authcompare.lab.cached import Entries, cache_size, entries_added_since, keys
from authcompare.lab.multiply import Copier, added_by, table_bytes
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


def test_what_was_copied_can_be_cleaned_up_and_logged_in_beside(client: Any, alice: Any) -> None:
    traces = added_by(lambda: log_in_by_form(client, alice))
    write(Copier(traces, MONTHS), 10)

    call_command("clearsessions", verbosity=0)
    log_in_by_form(client, alice)

    assert Session.objects.live().count() == 1


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


def test_growing_says_what_is_there_what_it_costs_and_what_a_clean_up_takes(
    capsys: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    named = ("--strategy", "jwt-row", "--strategy", "authtoken")
    call_command("lab", "grow", "--most", "1000", *named)

    [row, nothing] = capsys.readouterr().out.splitlines()[1:]
    assert re.search(r"JWT, row look-up \(ours\) +1,000 +2,0\d\d .* s, \d+ MB, waited \d+ ms", row)
    assert nothing == "Nothing is left by: DRF authtoken."
