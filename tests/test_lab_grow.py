"""What a log-in leaves behind is copied as it is, under keys of its own."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

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
