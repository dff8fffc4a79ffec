"""What one log-in or one refresh leaves in the database, a million times over.

Nobody declares it: the rows that one real log-in added are copied, with new keys, new unique values
and, for log-ins that are long over, with all of their times moved into the past.
"""

import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone

CHUNK = 5000


@dataclass
class Trace:
    """The rows of one model that something added: the first of them is the pattern."""

    model: type[models.Model]
    rows: list[models.Model]


def keys_of() -> dict[type[models.Model], set[Any]]:
    """Return the keys of all rows of all tables."""
    return {
        model: set(model._base_manager.values_list("pk", flat=True))
        for model in apps.get_models(include_auto_created=True)
    }


def added_by(act: Callable[[], object]) -> list[Trace]:
    """Return the rows that an action adds, those that others refer to first."""
    before = keys_of()
    act()
    after = keys_of()
    traces = [
        Trace(model, list(model._base_manager.filter(pk__in=after[model] - before[model])))
        for model in after
        if after[model] - before[model]
    ]
    return sorted(traces, key=lambda trace: len(references(trace.model, traces)))


def references(model: type[models.Model], traces: list[Trace]) -> list[models.Field]:
    """Return the fields by which a model's rows refer to other rows that were added."""
    others = [trace.model for trace in traces]
    return [f for f in model._meta.concrete_fields if f.is_relation and f.related_model in others]


@dataclass
class Copier:
    """Writes copies of the rows in `traces`; `age` is how long ago they shall have been written."""

    traces: list[Trace]
    age: timedelta = timedelta()
    # The keys of the last chunk by model, to which its other rows refer.
    _keys: dict[type[models.Model], list[Any]] = field(default_factory=dict)

    def write(self, count: int) -> Iterator[int]:
        """Write so many copies of everything, yielding how many are there after each chunk."""
        done = 0
        while done < count:
            size = min(CHUNK, count - done)
            with transaction.atomic():
                for trace in self.traces:
                    for row in trace.rows:
                        self._write_rows(row, size)
            done += size
            yield done
        self._let_sequences_follow()

    def _let_sequences_follow(self) -> None:
        """Tell the database that the numbers are taken, where it counts them itself."""
        made = [trace.model for trace in self.traces]
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), made):
                cursor.execute(statement)

    def _write_rows(self, row: models.Model, size: int) -> None:
        columns = [self._column(row, f, size) for f in row._meta.concrete_fields]
        names = ", ".join(
            connection.ops.quote_name(str(f.column)) for f in row._meta.concrete_fields
        )
        marks = ", ".join(["%s"] * len(columns))
        table = connection.ops.quote_name(row._meta.db_table)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608  (our own names)
                list(zip(*columns, strict=True)),
            )

    def _column(self, row: models.Model, f: models.Field, size: int) -> list[Any]:
        """Return a value of one column for each new row, as the database takes it."""
        values = self._values_of_its_own(row, f, size)
        if f.primary_key:
            self._keys[type(row)] = values
        if values:
            return [f.get_db_prep_save(value, connection) for value in values]
        value = getattr(row, f.attname)
        if is_time(f) and value is not None:
            value -= self.age
        return [f.get_db_prep_save(value, connection)] * size

    def _values_of_its_own(self, row: models.Model, f: models.Field, size: int) -> list[Any]:
        """Return a new value for each new row, or none where they all have the pattern's."""
        value = getattr(row, f.attname)
        if f.is_relation and f.related_model in self._keys:
            return self._keys[f.related_model]
        if isinstance(value, uuid.UUID) and f.primary_key:
            return [uuid.uuid4() for _ in range(size)]
        if isinstance(value, str) and f.unique:
            return [secrets.token_hex(len(value))[: len(value)] for _ in range(size)]
        if f.primary_key:
            first = (type(row)._base_manager.aggregate(m=models.Max("pk"))["m"] or 0) + 1
            return list(range(first, first + size))
        return []


def rows_older_than(age: timedelta, made: Iterable[type[models.Model]]) -> int:
    """Return how many rows of these models have a time that is longer ago.

    Where a model has no time nothing tells its rows apart, and all of them count.
    """
    moment = timezone.now() - age
    return sum(
        model._base_manager.filter(
            models.Q(
                *((f"{f.name}__lt", moment) for f in model._meta.concrete_fields if is_time(f)),
                _connector=models.Q.OR,
            )
        ).count()
        for model in made
    )


def is_time(f: models.Field) -> bool:
    return isinstance(f, models.DateTimeField)


def table_bytes() -> dict[str, int]:
    """Return the bytes of every table with its indexes, as the database counts them."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT tbl_name, SUM(pgsize) FROM dbstat JOIN sqlite_schema USING (name)"
                " GROUP BY tbl_name"
            )
        else:
            cursor.execute("SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables")
        return {name: int(size) for name, size in cursor.fetchall()}
