"""What `manage.py lab` can do: a module for each of its commands."""

from types import ModuleType

from . import attack, bench, delay, facts, grow, load, report, tabs

COMMANDS: dict[str, ModuleType] = {
    "attack": attack,
    "bench": bench,
    "delay": delay,
    "facts": facts,
    "grow": grow,
    "load": load,
    "report": report,
    "tabs": tabs,
}
