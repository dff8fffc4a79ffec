"""`manage.py lab …`: run the comparison. Each command has `--help`."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from ...commands import COMMANDS
from ...contest import Failed


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
            status = COMMANDS[options["command"]].run(options, Console())
        except Failed as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted; nothing was left behind.", returncode=130) from None
        if status:
            sys.exit(status)
