"""What `manage.py lab` can do: a module for each of its commands."""

from types import ModuleType

from . import attack, bench, delay, facts, grow, report, trace

COMMANDS: dict[str, ModuleType] = {
    "trace": trace,
    "attack": attack,
    "bench": bench,
    "delay": delay,
    "facts": facts,
    "grow": grow,
    "report": report,
}
