"""How the lab's commands show what they do while they do it, and the table at the end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management import CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from ..contest import Message
from ..strategies.base import Strategy

# Where nobody watches lines may be long: a file, or the next command, folds nothing.
WIDE = 240

Report = Callable[[Strategy, Message], None]


def wide(console: Console) -> Console:
    """Return the console, wide enough for every table unless it is a terminal."""
    if not console.is_terminal:
        console.width = WIDE
    return console


def empty_table(*names: str, **options: Any) -> Table:
    """Return a table that breaks a long word where it is too narrow: nothing is cut away."""
    return Table(*(Column(name, overflow="fold") for name in names), box=None, **options)


@contextmanager
def progress(title: str, steps: int) -> Iterator[Callable[[], None]]:
    """Show a bar with what is left, on the error output, and yield what moves it by one step.

    Where that is no terminal nothing is shown.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(title, total=steps)
        yield lambda: bar.advance(task)


def chosen(names: Sequence[str] | None, known: dict[str, Any]) -> list[Any]:
    """Return those of the known things that were named, or all of them; the order is their own."""
    return [thing for name, thing in known.items() if not names or name in names]


def refuse_partial(options: dict[str, Any]) -> None:
    """Refuse to keep a run of some strategies only, where the result is about one run of all.

    Figures measured on another day or machine would stand beside each other as if they compared.
    """
    if options["write"] and (options.get("strategy") or options.get("strategies")):
        raise CommandError("--write keeps one run of all strategies: name none.")
