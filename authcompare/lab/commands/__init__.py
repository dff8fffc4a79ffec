"""What `manage.py lab` can do: a module for each of its commands."""

from types import ModuleType

from . import (
    agree,
    attack,
    bench,
    delay,
    facts,
    grow,
    load,
    report,
    serve,
    signatures,
    spread,
    tabs,
    trace,
)

COMMANDS: dict[str, ModuleType] = {
    "facts": facts,
    "trace": trace,
    "attack": attack,
    "delay": delay,
    "tabs": tabs,
    "bench": bench,
    "load": load,
    "grow": grow,
    "serve": serve,
    "signatures": signatures,
    "spread": spread,
    "agree": agree,
    "report": report,
}
