"""How the lab's commands show what they do while they do it, and the table at the end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..contest import Message
from ..strategies.base import Strategy

Report = Callable[[Strategy, Message], None]


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
