"""Rows found by a unique column, through SQL that is compiled once.

Nine tenths of what such a look-up costs is Django's compiler, which makes the same statement anew
for each request. Here it makes it once; parameters, converters and instances stay Django's.
"""

import threading
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar, cast

from django.db import connections, models, router
from django.db.models.expressions import RawSQL

Row = TypeVar("Row", bound=models.Model)
Converter = Callable[[Any, Any, Any], Any]


class Statement(NamedTuple):
    """What Django's compiler makes of a look-up."""

    sql: str
    # For each column that needs it: its place, its converters, and the expression they ask for.
    converters: list[tuple[int, list[Converter], Any]]


class LookUp(threading.local, Generic[Row]):
    """`model.objects.select_related(related).get(column=value)`, compiled once.

    The column must be unique. Each thread compiles for itself, as converters belong to the
    thread's own connection.
    """

    def __init__(self, model: type[Row], column: str, related: str) -> None:
        self.model, self.reference = model, cast(models.ForeignKey, model._meta.get_field(related))
        self.column = cast(models.Field, model._meta.get_field(column))
        self.names = [field.attname for field in model._meta.concrete_fields]
        self.other: Any = self.reference.related_model
        self.other_names = [field.attname for field in self.other._meta.concrete_fields]
        self.statements: dict[str, Statement] = {}

    def find(self, value: Any) -> Row | None:
        """Return the row with this value in the column, and its related row with it, or None."""
        alias = router.db_for_read(self.model)
        sql, converters = self.statements.get(alias) or self._compile(alias)
        connection = connections[alias]
        with connection.cursor() as cursor:
            cursor.execute(sql, [self.column.get_db_prep_value(value, connection)])
            found = cursor.fetchone()
        if found is None:
            return None
        values = list(found)
        for place, of_column, expression in converters:
            for convert in of_column:
                values[place] = convert(values[place], expression, connection)
        return self._instance(alias, values)

    def _compile(self, alias: str) -> Statement:
        # A parameter, whatever the column's type: the value is bound when the statement runs.
        rows = self.model._default_manager.filter(**{self.column.name: RawSQL("%s", [None])})
        compiler = rows.select_related(self.reference.name).query.get_compiler(alias)
        sql, _ = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        statement = Statement(sql, [(place, *of) for place, of in converters.items()])
        return self.statements.setdefault(alias, statement)

    def _instance(self, alias: str, values: list[Any]) -> Row:
        """Return the instance of a row: the model's own columns come first, then the other's."""
        own, others = values[: len(self.names)], values[len(self.names) :]
        row = self.model.from_db(alias, self.names, own)
        # Of a row that refers to nobody the outer join brings nothing.
        refers = getattr(row, self.reference.attname) is not None
        other = self.other.from_db(alias, self.other_names, others) if refers else None
        setattr(row, self.reference.name, other)
        return row
