"""Attack every strategy and compare the verdicts with the expected ones.

Exit status 1 where a verdict is not the one in `results/attacks.json`, or where an attack got
through to none of the controls, which are weak on purpose. `--write` accepts what was found.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from .. import contest, results
from ..attacks import Attack, load
from ..strategies import STRATEGIES
from ..strategies.base import Strategy
from .console import chosen

# Word and shape: colour is never the only sign.
SHAPES = {"held": "[green]●[/]", "breached": "[red bold]✗[/]", "inapplicable": "[dim]–[/]"}
LEGEND = "● held   ✗ breached   – nothing to attack   ! not as expected"

Cells = dict[str, dict[str, dict[str, Any]]]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--attack", action="append", choices=list(load()), metavar="SLUG", help="only this attack"
    )
    parser.add_argument(
        "--strategy",
        action="append",
        choices=list(STRATEGIES),
        metavar="SLUG",
        help="only this one",
    )
    parser.add_argument("--write", action="store_true", help="accept the verdicts as expected")


def run(options: dict[str, Any], console: Console) -> int:
    """Play, show the matrix while it fills, and return the exit status."""
    attacks = chosen(options["attack"], load())
    strategies = chosen(options["strategy"], STRATEGIES)
    cells: Cells = {attack.slug: {} for attack in attacks}

    def known() -> Group:
        return matrix(attacks, strategies, cells)

    # It goes when all is played: higher than the terminal it would end where that does.
    with Live(console=console, get_renderable=known, transient=True):

        def report(strategy: Strategy, message: contest.Message) -> None:
            cells[message["attack"]][strategy.slug] = message

        names = [attack.slug for attack in attacks]
        contest.play("authcompare.lab.attacks.run", strategies, report, attacks=names)
    console.print(known())
    cells = {slug: {s.slug: row[s.slug] for s in strategies} for slug, row in cells.items()}
    if options["write"]:
        return write(cells, console)
    problems = [*unexpected(cells), *toothless(attacks, strategies, cells)]
    for problem in problems:
        console.print(f"! {problem}", markup=False)
    console.print(summary(cells, len(problems)))
    return 1 if problems else 0


def matrix(attacks: list[Attack], strategies: list[Strategy], cells: Cells) -> Group:
    """Return the table as far as it is known: a row for each attack, a column for each strategy."""
    expected = expected_verdicts()
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("attack", overflow="fold")
    for number, _ in enumerate(strategies, 1):
        # As wide as a mark and a shape; where there is no room the titles are folded.
        table.add_column(str(number), justify="right", min_width=2, no_wrap=True)
    for attack in attacks:
        row = cells[attack.slug]
        shown = (_shape(row.get(s.slug), expected, attack.slug, s.slug) for s in strategies)
        table.add_row(attack.title, *shown)
    names = (f"{number:>2} {s.title}" for number, s in enumerate(strategies, 1))
    return Group(*names, "", table, "", LEGEND)


def _shape(cell: dict[str, Any] | None, expected: Cells, attack: str, strategy: str) -> str:
    if cell is None:
        return "[dim]·[/]"
    known = expected.get(attack, {}).get(strategy, {}).get("verdict")
    mark = "" if known == cell["verdict"] else "[yellow]![/]"
    return mark + SHAPES[cell["verdict"]]


def expected_verdicts() -> Cells:
    """Return the verdicts of the run that was accepted last; none before the first."""
    return dict(results.found("attacks"))


def unexpected(cells: Cells) -> list[str]:
    """Return a line for each cell that is not as it was accepted, naming the cell."""
    expected = expected_verdicts()
    lines = []
    for attack, row in cells.items():
        for strategy, cell in row.items():
            known = expected.get(attack, {}).get(strategy)
            if known != (now := outcome(cell)):
                before = f"{known['verdict']}: {known['reason']}" if known else "nothing"
                found = f"{now['verdict']}: {now['reason']}"
                lines.append(f"{attack} × {strategy}: expected {before}\n    found {found}")
    return lines


def toothless(attacks: list[Attack], strategies: list[Strategy], cells: Cells) -> list[str]:
    """Return a line for each attack that breaches no control, though all of them were played."""
    controls = [s.slug for s in strategies if s.control]
    if len(controls) < sum(s.control for s in STRATEGIES.values()):
        return []
    return [
        f"{attack.slug}: breaches no control, so its verdicts mean nothing."
        for attack in attacks
        if not any(cells[attack.slug][slug]["verdict"] == "breached" for slug in controls)
    ]


def outcome(cell: dict[str, Any]) -> dict[str, str]:
    return {"verdict": cell["verdict"], "reason": cell["reason"]}


def evidence(cell: dict[str, Any]) -> dict[str, Any]:
    return {"steps": cell["steps"], "left_out": cell["left_out"]}


def each(row: dict[str, Any], make: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    return {strategy: make(cell) for strategy, cell in row.items()}


def write(cells: Cells, console: Console) -> int:
    """Make the verdicts found the expected ones, with the evidence beside them.

    Cells that were not played stay as they are.
    """
    expected = expected_verdicts()
    verdicts = {
        attack: results.merged(expected.get(attack, {}), each(row, outcome), STRATEGIES)
        for attack, row in cells.items()
    }
    path = results.write("attacks", results.merged(expected, verdicts, load()))
    for attack, row in cells.items():
        name = f"evidence/{attack}"
        kept = results.merged(results.found(name), each(row, evidence), STRATEGIES)
        results.write(name, kept)
    console.print(f"Written to {path.relative_to(path.parents[3])} and evidence/.")
    return 0


def summary(cells: Cells, problems: int) -> str:
    """Return the last line: how many verdicts there are, and whether they were expected."""
    count = sum(len(row) for row in cells.values())
    return f"{count} verdicts, {problems or 'no'} problem{'' if problems == 1 else 's'}."
