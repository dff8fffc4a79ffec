"""What `manage.py lab` can do: a module for each of its commands."""

from types import ModuleType

from . import attack, delay, facts, report

COMMANDS: dict[str, ModuleType] = {
    "attack": attack,
    "delay": delay,
    "facts": facts,
    "report": report,
}
