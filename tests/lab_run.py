"""The lab's commands as a shell sees them."""

from django.core.management import call_command


def run(*arguments: str) -> int:
    """Run a command of the lab and return its exit status."""
    try:
        call_command("lab", *arguments)
    except SystemExit as error:
        return int(error.code or 0)
    return 0
