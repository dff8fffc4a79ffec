"""A trace in the terminal: a line for each step, then what is behind it."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from .steps import STEPS, Step, change_of, gist, summary, totals
from .strategies.base import Strategy

COLUMNS = ("answers", "bytes out", "bytes in", "SQL", "tx", "cache", "CPU ms", "hashing", "signing")


def print_trace(
    console: Console, strategy: Strategy, trace: dict[str, Any], *, full: bool = False
) -> None:
    """Print one strategy's trace; `full` with all headers, bodies and statements."""
    console.rule(f"{strategy.title} ({strategy.slug})", align="left")
    console.print(strategy.about, highlight=False)
    console.print(_overview(trace["steps"]))
    for number, step in enumerate(trace["steps"], 1):
        console.print(Text(f"{number}. {step['verb']}", "bold"), STEPS[step["verb"]])
        for line in _details(step, full):
            console.print(f"   {line}", markup=False, highlight=False, soft_wrap=True)
    console.print()


def _overview(steps: list[Step]) -> Table:
    table = Table(Column("step", overflow="fold"), box=None, padding=(0, 1, 0, 0))
    for column in COLUMNS:
        table.add_column(column, justify="right", overflow="fold")
    for step in steps:
        table.add_row(step["verb"], *(_cells(totals(step)) if step["exchanges"] else ["–"]))
    return table


def _cells(found: dict[str, Any]) -> list[str]:
    return [
        " ".join(map(str, found["statuses"])),
        f"{found['sent']:,}",
        f"{found['answered']:,}",
        str(found["statements"]),
        str(found["transactions"]),
        str(found["cache"]),
        *(f"{found['ms'][kind]:.2f}" for kind in ("cpu", "hashing", "signing")),
    ]


def _details(step: Step, full: bool) -> Iterator[str]:
    if step["nothing"]:
        yield f"Nothing to send. {step['nothing']}"
    for exchange in step["exchanges"]:
        yield from _whole(exchange) if full else _short(exchange)
    if step["verb"] == "replay":
        yield "The copy still opens the resource." if step["ok"] else "The copy opens nothing."
    yield f"{step['who'].title()} holds: {'; '.join(map(_part, step['client'])) or 'nothing'}"
    yield f"The server holds: {', '.join(_state(step)) or 'nothing'}"


def _short(exchange: dict[str, Any]) -> Iterator[str]:
    for arrow, side in (("→", "request"), ("←", "response")):
        yield f"{arrow} {exchange[side]['head'][0]}"
        yield from (f"    {line}" for line in gist(exchange, side))
    yield from (_command(command, summary(command)) for command in exchange["commands"])


def _whole(exchange: dict[str, Any]) -> Iterator[str]:
    for arrow, side in (("→", exchange["request"]), ("←", exchange["response"])):
        yield from (f"{arrow} {line}" for line in (*side["head"], "", *side["body"].splitlines()))
    yield from (_command(command, command["text"]) for command in exchange["commands"])


def _command(command: dict[str, Any], text: str) -> str:
    return f"  {command['kind']} {text} ({command['ms']:.2f} ms)"


def _part(part: dict[str, Any]) -> str:
    by = f"the browser, SameSite={part['same_site']}" if part["ambient"] else "script"
    facts = [
        f"{part['length']} characters",
        f"sent by {by}",
        "readable by script" if part["readable"] else "HttpOnly",
    ]
    if part["needed_for"]:
        facts.append(f"needed to {' and '.join(part['needed_for'])}")
    return f"{part['name']} = {part['value']} ({', '.join(facts)})"


def _state(step: Step) -> Iterator[str]:
    for table in step["tables"]:
        change = change_of(table)
        yield f"{table['table']} {table['rows']}" + (f" ({change})" if change else "")
    yield from (f"cache key {key}" for key in step["cache_keys"])
