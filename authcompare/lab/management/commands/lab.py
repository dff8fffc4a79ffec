"""`manage.py lab …`: run the comparison. Each command has `--help`."""

import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from ...commands import COMMANDS
from ...commands.console import wide
from ...contest import Failed


class Ended(BaseException):
    """Somebody asked this process to end, by the signal of this number."""


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does: they would leave all behind that runs.

    Raises `Ended`. A signal that is ignored, as under `nohup`, stays so.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    heard = [number for number, handler in before.items() if handler is not signal.SIG_IGN]

    def end(number: int, frame: Any) -> None:
        for each in heard:  # Another one would break off the cleaning up.
            signal.signal(each, signal.SIG_IGN)
        raise Ended(number)

    try:
        for number in heard:
            signal.signal(number, end)
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])


class Command(BaseCommand):
    """Hand each command to its module in `authcompare.lab.commands`."""

    help = "Play every strategy on a throwaway site, and say what came of it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
        for name, module in COMMANDS.items():
            words = (module.__doc__ or "").strip()
            summary = words.partition("\n")[0]
            module.add_arguments(commands.add_parser(name, help=summary, description=words))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with ending_cleanly():
                status = COMMANDS[options["command"]].run(options, wide(Console()))
        except Failed as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted; nothing was left behind.", returncode=130) from None
        except Ended as ended:
            code = 128 + ended.args[0]  # As shells tell it.
            raise CommandError("Ended; nothing was left behind.", returncode=code) from None
        if status:
            sys.exit(status)
