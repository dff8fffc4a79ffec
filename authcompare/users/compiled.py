"""Statements that Django compiles once, for the few that every request or refresh runs.

Nine tenths of what a look-up or an update of one row costs is Django's compiler, which makes the
same statement anew each time. Here it makes it once; parameters, converters and instances stay
Django's.
"""

import functools
import threading
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar, cast

from django.db import connections, models, router, transaction
from django.db.models.sql import InsertQuery, UpdateQuery

Row = TypeVar("Row", bound=models.Model)
Converter = Callable[[Any, Any, Any], Any]


class Parameter(models.Value):
    """A value that a statement gets when it runs; its field prepares it."""

    def __init__(self, name: str, output_field: Any, *, is_new: bool = False) -> None:
        super().__init__(name, output_field)
        self.is_new = is_new

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class Statement(NamedTuple):
    """What Django's compiler makes of a look-up."""

    sql: str
    # One after the other: a column's place, what converts it, and the expression that asks for.
    converters: list[tuple[int, Converter, Any]]


class LookUp(threading.local, Generic[Row]):
    """`model.objects.select_related(related).get(column=value)`, compiled once.

    The column must be unique; `related` is a foreign key's name, or empty. Each thread compiles
    for itself, as converters belong to the thread's own connection.
    """

    def __init__(self, model: type[Row], column: str, related: str = "") -> None:
        self.model, self.related = model, related
        self.column = cast(models.Field, model._meta.get_field(column))
        self.names = [field.attname for field in model._meta.concrete_fields]
        if related:
            self.reference = cast(models.ForeignKey, model._meta.get_field(related))
            self.other: Any = self.reference.related_model
            self.other_names = [field.attname for field in self.other._meta.concrete_fields]
        self.statements: dict[str, Statement] = {}

    def find(self, value: Any) -> Row | None:
        """Return the row with this value in the column, and its related row with it, or None."""
        alias = router.db_for_read(self.model)
        sql, converters = self.statements.get(alias) or self._compile(alias)
        connection = connections[alias]
        with connection.cursor() as cursor:
            cursor.execute(sql, {"value": self.column.get_db_prep_value(value, connection)})
            found = cursor.fetchone()
        if found is None:
            return None
        values = list(found)
        for place, convert, expression in converters:
            values[place] = convert(values[place], expression, connection)
        return self._instance(alias, values)

    def _compile(self, alias: str) -> Statement:
        value = Parameter("value", self.column)
        rows = self.model._default_manager.filter(**{self.column.name: value})
        rows = rows.select_related(self.related) if self.related else rows
        compiler = rows.query.get_compiler(alias)
        # By name, since Django puts those into SQLite's SQL without searching through all of it.
        sql = compiler.as_sql()[0].replace("%s", "%(value)s")
        by_place = compiler.get_converters([column for column, *_ in compiler.select])
        converters = [
            (place, convert, expression)
            for place, (of_column, expression) in by_place.items()
            for convert in of_column
        ]
        return self.statements.setdefault(alias, Statement(sql, converters))

    def _instance(self, alias: str, values: list[Any]) -> Row:
        """Return the instance of a row: the model's own columns come first, then the other's."""
        own, others = values[: len(self.names)], values[len(self.names) :]
        row = self.model.from_db(alias, self.names, own)
        if self.related:
            # Of a row that refers to nobody the outer join brings nothing.
            refers = getattr(row, self.reference.attname) is not None
            other = self.other.from_db(alias, self.other_names, others) if refers else None
            self.reference.set_cached_value(row, other)
        return row


def update(model: type[models.Model], where: dict[str, Any], new: dict[str, Any]) -> int:
    """Do `model.objects.filter(**where).update(**new)`, compiled once for these names.

    Whether a condition is None counts among the names: it is another statement.
    """
    alias = router.db_for_write(model)
    shape = tuple((name, value is None) for name, value in where.items())
    sql, parameters = _update_statement(alias, model, shape, tuple(new))
    given = [(p.output_field, (new if p.is_new else where)[p.value]) for p in parameters]
    return _write(alias, sql, given)


@functools.cache
def _update_statement(
    alias: str, model: type[models.Model], where: tuple[tuple[str, bool], ...], new: tuple[str, ...]
) -> tuple[str, tuple[Parameter, ...]]:
    def parameter(name: str, *, is_new: bool = False) -> Parameter:
        return Parameter(name, model._meta.get_field(name.partition("__")[0]), is_new=is_new)

    conditions = {name: None if empty else parameter(name) for name, empty in where}
    query: Any = model._base_manager.filter(**conditions).query.chain(UpdateQuery)
    query.add_update_values({name: parameter(name, is_new=True) for name in new})
    return query.get_compiler(alias).as_sql()


def insert(row: models.Model) -> None:
    """Do `model.objects.bulk_create([row])`, compiled once: as there, no signal is sent.

    A key that the database gives is not brought back.
    """
    alias = router.db_for_write(type(row), instance=row)
    sql, fields = _insert_statement(alias, type(row))
    _write(alias, sql, [(field, field.pre_save(row, add=True)) for field in fields])
    row._state.adding, row._state.db = False, alias


@functools.cache
def _insert_statement(alias: str, model: type[models.Model]) -> tuple[str, list[models.Field]]:
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
    query = InsertQuery(model)
    query.insert_values(fields, [model()], raw=True)
    ((sql, _),) = query.get_compiler(alias).as_sql()
    return sql, fields


def _write(alias: str, sql: str, values: list[tuple[models.Field, Any]]) -> int:
    """Run a statement with values as their fields prepare them; return how many rows it wrote."""
    connection = connections[alias]
    prepared = [field.get_db_prep_save(value, connection) for field, value in values]
    with transaction.mark_for_rollback_on_error(alias), connection.cursor() as cursor:
        cursor.execute(sql, prepared)
        return cursor.rowcount
