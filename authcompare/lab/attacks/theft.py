"""What does a thief get from the places where credentials lie around?"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.core.cache import caches

from ..arena import Arena, Exchange
from ..credentials import Part, holding, parts_of, with_value
from ..facts import says_who
from ..verdicts import Breached, Held, Verdict
from ..visitor import Visitor
from ..wire import header
from . import attack, how_long

# What is shorter is no credential here, and would be found everywhere.
SHORTEST = 16
# What stands in the bytes of a cache entry's value as a text of some length.
READABLE = re.compile(rb"[!-~]{%d,}" % SHORTEST)
# Of the shape of a CSRF token, which a thief makes for himself.
WORTHLESS = "x" * 32


def named(parts: list[Part]) -> str:
    """Return the names of parts in words."""
    return " and ".join(f"“{part.name}”" for part in parts)


@attack(
    "Theft by script",
    standards=("OWASP ASVS 5.0 3.3.4", "OWASP HTML5 Security: local storage", "CWE-79"),
    defence="What opens the account is in an HttpOnly cookie, which no script can read.",
)
def theft_by_script(arena: Arena) -> Verdict:
    """A foreign script in Alice's page sends home all that a script can read there.

    It could also act inside the page while that is open; this is about what it can take away.
    """
    alice = arena.logged_in("alice")
    read = [part for part in parts_of(alice) if part.readable]
    thief = holding(alice, read)
    if thief.is_in():
        lasts = how_long(arena, thief)
        return Breached(f"A script reads {named(read)}, and the copy is Alice elsewhere. {lasts}")
    if not read:
        return Held("A script can read nothing of the credential.")
    return Held(f"A script reads {named(read)}, which opens nothing by itself.")


@attack(
    "Theft by a database dump",
    standards=("OWASP ASVS 5.0 14.2.6", "CWE-312", "CWE-522"),
    defence="The server keeps a hash of what it must recognise, not the thing itself.",
)
def theft_by_dump(arena: Arena) -> Verdict:
    """Mallory reads every row and every cache entry, and tries each text as a credential."""
    before = set(dump())
    alice = arena.logged_in("alice")
    alice.renew()
    for where, text in dict.fromkeys(entry for entry in dump() if entry not in before):
        for part in parts_of(alice):
            # A cache's key has a prefix; the credential is then its last characters.
            for guess in dict.fromkeys((text, text[-len(part.value) :])):
                if with_value(without_values(alice), part, guess).is_in():
                    return Breached(f"{where} holds “{part.name}” as the client shows it.")
    return Held("Nothing that is stored opens anything.")


def without_values(visitor: Visitor) -> Visitor:
    """Return a thief's client with the same parts, all of them worthless."""
    thief = visitor.copy()
    for part in parts_of(visitor):
        thief = with_value(thief, part, WORTHLESS)
    return thief


def dump() -> Iterator[tuple[str, str]]:
    """Yield every text that the server stores that could be a credential, and where it is."""
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values():
            for column, value in row.items():
                if isinstance(value, str) and len(value) >= SHORTEST:
                    yield f"The column {model._meta.db_table}.{column}", value
    # The process's own memory holds them as they would be on a server: pickled.
    for key, value in getattr(caches["default"], "_cache", {}).items():
        yield "A key in the cache", key
        for text in READABLE.findall(value):
            yield "A value in the cache", text.decode()


@attack(
    "Theft by a log file",
    standards=("OWASP ASVS 5.0 16.2.5", "RFC 9700 4.3.2", "CWE-532"),
    defence="Credentials travel in headers and bodies, never in addresses, and nothing logs them.",
)
def theft_by_log(arena: Arena) -> Verdict:
    """Mallory reads the server's access log and all that the application logs, at full detail."""
    with logged() as lines:
        alice = arena.logged_in("alice")
        alice.write("Alice")
        alice.copy().log_in("a wrong password")
        held = alice.copy()
        alice.renew()
    text = "\n".join([*lines, *map(access_line, arena.exchanges)])
    leaked = [part for part in parts_of(held) if part.value in text]
    if leaked and holding(held, leaked).is_in():
        return Breached(f"The log holds {named(leaked)}, and that opens the account.")
    return Held("No line of the log holds anything that opens the account.")


@contextmanager
def logged() -> Iterator[list[str]]:
    """Collect the lines of every logger, whatever its level."""
    lines: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def access_line(exchange: Exchange) -> str:
    """Return what a web server writes of a request by default, in the combined log format."""
    request = exchange.request
    line = f'"{request.method} {request.path} HTTP/1.1" {exchange.response.status}'
    return f'{line} "{header(request.headers, "Referer")}"'


@attack(
    "Reading the credential",
    standards=("RFC 7519 12", "OWASP ASVS 5.0 14.2.6", "CWE-200"),
    defence="The credential is a random key: what it stands for is on the server.",
)
def reading_the_credential(arena: Arena) -> Verdict:
    """Mallory sees the credential, has no key, and looks for whose it is in what it says.

    A signature keeps a text from being changed, not from being read: base64 is no encryption.
    """
    alice = arena.logged_in("alice")
    telling = [part for part in parts_of(alice) if says_who(part.value, arena.id_of("alice"))]
    if telling:
        return Breached(f"Without any key {named(telling)} says which user it is for.")
    return Held("The credential says nothing to whoever has no access to the server.")
