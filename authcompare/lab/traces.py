"""The traces: one script, played by every strategy, with all that passes and what it costs.

A run plays it with the site's own password hasher. Two runs differ in times only, which all stand
under the key `ms`; where Django compresses what it signs, sizes differ by a few bytes as well.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote_plus

from django.apps import apps
from django.core.cache import caches
from django.test import override_settings

from . import har
from .arena import CHEAP_HASHER, PASSWORD, Arena, Exchange, Unplayable, arena
from .credentials import observe, parts_of
from .evidence import Names, body_of
from .recorder import Record, Recorder
from .steps import STEPS
from .visitor import Nothing, Visitor
from .wire import Response

# Random identifiers in the names of cache keys and counters.
IDENTIFIERS = {
    "digest": re.compile(r"\b[0-9a-f]{64}\b"),
    "log-in id": re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b"),
}

Rows = dict[str, dict[Any, tuple[Any, ...]]]


def run(
    slug: str, with_har: bool = False, hashers: list[str] | None = None
) -> Iterator[dict[str, Any]]:
    """Play the script with one strategy, as `lab.contest` asks.

    Yields `{"step": …}` for each step, with `with_har` also `{"entry": …}` for each exchange in
    it, and at last `{"secrets": …}`: how long each named secret is.
    """
    recorder = Recorder()
    with arena(slug, hashers=hashers, wrap=recorder.wrap) as place:
        needed_for = rehearse(place)
        place.reset()
        names = prepare(place)
        place.exchanges.clear()
        recorder.records.clear()
        yield from _play(place, recorder, names, needed_for, with_har)
        yield {"secrets": names.lengths()}


def rehearse(place: Arena) -> dict[str, tuple[str, ...]]:
    """Play everything once, so that no import is measured later.

    Returns what each part of the credential is needed for. That asks for many log-ins and what the
    server says to them, not what they cost, so they hash without the cost.
    """
    with override_settings(PASSWORD_HASHERS=CHEAP_HASHER):
        place.reset()
        list(script(place))
        parts = observe(lambda: place.logged_in("alice"))
    return {part.name: part.needed_for for part in parts}


def prepare(place: Arena) -> Names:
    """Let Bob in first: nothing is measured that only a site's very first visitor causes.

    Returns the names of the secrets that are there before Alice comes.
    """
    names = Names({PASSWORD: "‹password›", quote_plus(PASSWORD): "‹password›"})
    names.learn("user id", place.id_of("alice"))
    for part in parts_of(place.logged_in("bob")):
        names.learn(f"Bob’s {part.name}", part.value)
    return names


def script(place: Arena) -> Iterator[tuple[Visitor, Response | Nothing]]:
    """Play the steps; yield after each who acted and what came of it."""
    alice = place.visitor("alice")
    yield alice, alice.log_in()
    answer = alice.read()
    if not answer.ok():
        raise Unplayable(f"{place.strategy.slug}: logged in, but reads get a {answer.status}.")
    yield alice, answer
    yield alice, alice.write("Alice B.")
    yield alice, alice.renew()
    thief = alice.copy()
    yield alice, alice.log_out()
    yield thief, replay(thief)


def replay(thief: Visitor) -> Response:
    """Read with what was copied, renewed where it is refused and can be."""
    answer = thief.read()
    if answer.ok():
        return answer
    renewed = thief.renew()
    return thief.read() if isinstance(renewed, Response) and renewed.ok() else answer


def _play(
    place: Arena,
    recorder: Recorder,
    names: Names,
    needed_for: dict[str, tuple[str, ...]],
    with_har: bool,
) -> Iterator[dict[str, Any]]:
    start = before = rows()
    for verb, (visitor, answer) in zip(STEPS, script(place), strict=True):
        played = list(zip(place.exchanges, recorder.records, strict=True))
        place.exchanges.clear()
        recorder.records.clear()
        after = rows()
        yield {
            "step": {
                "verb": verb,
                "who": visitor.name,
                "ok": isinstance(answer, Response) and answer.ok(),
                "nothing": answer.why if isinstance(answer, Nothing) else "",
                "exchanges": [_exchange(exchange, record, names) for exchange, record in played],
                "client": _held(visitor, names, needed_for),
                "tables": changes(start, before, after),
                "cache_keys": sorted(_named(key, names) for key in cache_keys()),
            }
        }
        before = after
        if with_har:
            yield from ({"entry": har.entry(verb, *both)} for both in played)


def _exchange(exchange: Exchange, record: Record, names: Names) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    names.learn_from(request, response)
    return {
        "request": {
            "head": names.hide(request.head()).splitlines(),
            "body": names.hide(body_of(request.headers, request.body)),
            "bytes": request.size(),
        },
        "response": {
            "status": response.status,
            "head": names.hide(response.head()).splitlines(),
            "body": names.hide(body_of(response.headers, response.body)),
            "bytes": response.size(),
        },
        "commands": [
            {"kind": command.kind, "text": _named(command.text, names), "ms": command.ms}
            for command in record.commands
        ],
        "hashings": record.hashing.times,
        "signings": record.signing.times,
        "ms": {
            "wall": record.ms,
            "cpu": record.cpu.ms,
            "hashing": record.hashing.ms,
            "signing": record.signing.ms,
        },
    }


def _named(text: str, names: Names) -> str:
    """Return a key or a command with names for the identifiers in it."""
    text = names.hide(text)
    for kind, pattern in IDENTIFIERS.items():
        for identifier in pattern.findall(text):
            names.learn(kind, identifier)
    return names.hide(text)


def _held(visitor: Visitor, names: Names, needed_for: dict[str, tuple[str, ...]]) -> list[Any]:
    """Return the parts of the credential that a client holds now."""
    return [
        {
            "name": part.name,
            "value": names.hide(part.value),
            "length": len(part.value),
            "ambient": part.ambient,
            "readable": part.readable,
            "same_site": part.same_site,
            "needed_for": needed_for.get(part.name, ()),
        }
        for part in parts_of(visitor)
    ]


# --- What the server holds


def rows() -> Rows:
    """Return all rows of all tables by their key."""
    found: Rows = {}
    for model in apps.get_models(include_auto_created=True):
        fields = [field.attname for field in model._meta.concrete_fields]
        values = model._base_manager.values_list("pk", *fields)
        found[model._meta.db_table] = {row[0]: row for row in values}
    return found


def changes(start: Rows, before: Rows, after: Rows) -> list[dict[str, Any]]:
    """Return the tables that are not as they were at the start, and what the last step did."""
    return [
        {"table": table, "rows": len(after[table]), **_change(before[table], after[table])}
        for table in sorted(after)
        if after[table] != start[table] or after[table] != before[table]
    ]


def _change(before: dict[Any, Any], after: dict[Any, Any]) -> dict[str, int]:
    return {
        "added": len(after.keys() - before.keys()),
        "removed": len(before.keys() - after.keys()),
        "changed": sum(before[key] != after[key] for key in before.keys() & after.keys()),
    }


def cache_keys() -> Iterable[str]:
    """Return the keys in this process's cache; there is no public way to ask for all."""
    return caches["default"]._cache  # type: ignore[attr-defined]


def collect(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a strategy's trace, as pages and files have it, from what its process said."""
    return {"steps": [m["step"] for m in messages if "step" in m], **messages[-1]}
