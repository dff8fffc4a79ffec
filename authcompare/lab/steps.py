"""What a trace says: the steps of the script, and what a recorded one comes to."""

import re
from typing import Any

from .evidence import ANSWERED, SENT

# The verbs of the script in their order, and what happens at each.
STEPS = {
    "log in": "Alice sends her address and her password.",
    "read": "Alice asks for the secured resource.",
    "write": "Alice changes her name.",
    "renew": "Alice asks for a fresh credential, as clients do when the old one is about to end.",
    "log out": "A thief copies all that Alice’s client holds. Then Alice logs out.",
    "replay": "The thief presents the copy. Where it is refused, he tries to renew it.",
}
# What the clock and the processor say of an exchange, in milliseconds.
MEASURED = ("wall", "cpu", "hashing", "signing")

# What frames a transaction is no statement of its own.
TRANSACTION = re.compile(r"BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE")
TABLE = re.compile(r'(?:FROM|JOIN|INTO|UPDATE)\s+"?(\w+)')
WANTED = {"request": SENT, "response": ANSWERED}

Step = dict[str, Any]


def totals(step: Step) -> dict[str, Any]:
    """Return the sums over a step's exchanges: bytes, statements, commands, milliseconds."""
    exchanges = step["exchanges"]
    asked = [command for exchange in exchanges for command in exchange["commands"]]
    sql = [command["text"] for command in asked if command["kind"] == "sql"]
    return {
        "statuses": [e["response"]["status"] for e in exchanges],
        "sent": sum(e["request"]["bytes"] for e in exchanges),
        "answered": sum(e["response"]["bytes"] for e in exchanges),
        "statements": sum(map(is_statement, sql)),
        "transactions": sum(statement in ("COMMIT", "ROLLBACK") for statement in sql),
        "cache": sum(command["kind"] == "cache" for command in asked),
        "hashings": sum(e["hashings"] for e in exchanges),
        "signings": sum(e["signings"] for e in exchanges),
        "ms": {kind: sum(e["ms"][kind] for e in exchanges) for kind in MEASURED},
    }


def change_of(table: dict[str, Any]) -> str:
    """Return what a step did to a table's rows, in short: `+1, 2 changed`."""
    signs = {"added": "+{}", "removed": "-{}", "changed": "{} changed"}
    return ", ".join(sign.format(table[key]) for key, sign in signs.items() if table[key])


def gist(exchange: dict[str, Any], side: str) -> list[str]:
    """Return the lines of a `request` or `response` that are not the same in all: headers, body."""
    told, wanted = exchange[side], WANTED[side]
    headers = [line for line in told["head"] if line.partition(":")[0].lower() in wanted]
    return [*headers, *told["body"].splitlines()]


def summary(command: dict[str, Any]) -> str:
    """Return a command in a few words: `SELECT sessions_app_session, users_user`."""
    if command["kind"] != "sql":
        return str(command["text"])
    verb = command["text"].split(maxsplit=1)[0]
    tables = dict.fromkeys(TABLE.findall(command["text"]))
    return f"{verb} {', '.join(tables)}".strip()


def is_statement(sql: str) -> bool:
    """Tell whether this is a statement of its own, and not the frame of a transaction."""
    return not TRANSACTION.match(sql)
