"""Play log in, read, write, renew, log out and replay with each strategy, and print all of it.

What passes on the wire, what the server does for it and what each side then holds. `--write` keeps
the traces as the ones that the site's pages show.
"""

import json
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from rich.console import Console

from .. import contest, har, results
from ..machine import machine
from ..printed import print_trace
from ..steps import STEPS
from ..strategies import CONTESTANTS, STRATEGIES
from ..strategies.base import Strategy
from ..traces import collect
from .console import progress, refuse_partial

TASK = "authcompare.lab.traces.run"
COMMAND = "manage.py lab trace --write"
HAR = Path("har")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "strategies",
        nargs="*",
        type=_strategy,
        metavar="STRATEGY",
        help=f"only these, of {', '.join(STRATEGIES)}",
    )
    parser.add_argument(
        "--har",
        nargs="?",
        const=HAR,
        type=_file_or_folder,
        metavar="FILE|FOLDER",
        help="also write HTTP archives, which the network tools of browsers open: one strategy's"
        f" into a file that ends in .har, or one for each into a folder, {HAR}/ if none is named;"
        " they contain secrets of arenas that are gone by then",
    )
    parser.add_argument("--write", action="store_true", help="keep the traces of all strategies")
    parser.add_argument("--full", action="store_true", help="print all headers, bodies and SQL")


def run(options: dict[str, Any], console: Console) -> int:
    """Play, print and write what was asked for. Return the exit status, 0."""
    strategies = options["strategies"] or CONTESTANTS
    _refuse_what_cannot_be_written(options, strategies)
    with progress("Playing", len(strategies) * len(STEPS)) as advance:

        def report(strategy: Strategy, message: contest.Message) -> None:
            if "step" in message:
                advance()

        played = contest.play(TASK, strategies, report, with_har=bool(options["har"]))
    traces = {slug: collect(messages) for slug, messages in played.items()}
    for strategy in strategies:
        print_trace(console, strategy, traces[strategy.slug], full=options["full"])
    if folder := options["har"]:
        for strategy in strategies:
            _write_har(folder, strategy, played[strategy.slug], console)
    if options["write"]:
        # Whatever else was asked for: a file's path is nothing to publish.
        data = {"machine": machine() | {"command": COMMAND}, "traces": traces}
        console.print(f"Wrote {results.write('traces', data)}", highlight=False, soft_wrap=True)
    return 0


def _strategy(slug: str) -> Strategy:
    if strategy := STRATEGIES.get(slug):
        return strategy
    raise ArgumentTypeError(f"{slug!r} is none of {', '.join(STRATEGIES)}")


def _file_or_folder(path: str) -> Path:
    # `--har session` would else make a folder of that name, and play all the strategies.
    if path not in STRATEGIES:
        return Path(path)
    raise ArgumentTypeError(
        f"{path!r} is a strategy, and stands before --har; a folder of that name is ./{path}"
    )


def _refuse_what_cannot_be_written(options: dict[str, Any], strategies: list[Strategy]) -> None:
    refuse_partial(options)
    if options["har"] and options["har"].suffix == ".har" and len(strategies) > 1:
        raise CommandError("One .har file holds one strategy: name one, or give --har a folder.")


def _write_har(
    path: Path, strategy: Strategy, messages: list[contest.Message], console: Console
) -> None:
    file = path if path.suffix == ".har" else path / f"{strategy.slug}.har"
    file.parent.mkdir(parents=True, exist_ok=True)
    archive = har.archive(strategy.title, [m["entry"] for m in messages if "entry" in m])
    file.write_text(json.dumps(archive, indent=1))
    console.print(f"Wrote {file}", highlight=False, soft_wrap=True)
