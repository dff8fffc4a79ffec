"""The pages of what was played: attacks, delays, credentials, and the claims held against them."""

from collections import defaultdict
from importlib import import_module
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import results
from .attacks import Attack, load
from .claims import CLAIMS
from .delays import SCHEDULE
from .durations import words
from .events import EVENTS
from .findings import NOT_MEASURED, Finding
from .network import PORTS, TOLD
from .standards import address_of
from .strategies import CONTESTANTS, CONTROLS, STRATEGIES
from .strategies.base import Strategy

Rows = list[dict[str, Any]]

# Word and shape: colour is never the only sign.
SHAPES = {"held": "●", "breached": "✗", "inapplicable": "–"}


def shown(request: HttpRequest) -> list[Strategy]:
    """Return the strategies that the reader chose, or all contestants; 404 for an unknown one."""
    slugs = request.GET.getlist("strategy")
    if not set(slugs) <= set(STRATEGIES):
        raise Http404
    return [s for s in STRATEGIES.values() if s.slug in slugs] or CONTESTANTS


@require_safe
def attacks(request: HttpRequest) -> HttpResponse:
    """The matrix: a row for each attack, a column for each strategy."""
    strategies, verdicts = shown(request), results.found("attacks")
    groups: dict[str, Rows] = defaultdict(list)
    for attack in load().values():
        if attack.slug in verdicts:
            row = verdicts[attack.slug]
            cells = [_cell(strategy, row.get(strategy.slug)) for strategy in strategies]
            groups[_question(attack)].append({"attack": attack, "cells": cells})
    context = {
        "groups": dict(groups),
        "strategies": strategies,
        "all_strategies": [*CONTESTANTS, *CONTROLS],
        "totals": _totals(groups, strategies),
    }
    return render(request, "lab/attacks.html", context)


def _question(attack: Attack) -> str:
    """Return what the attacks of a group ask: the first line of their module."""
    return (import_module(attack.play.__module__).__doc__ or "").partition("\n")[0]


def _cell(strategy: Strategy, cell: dict[str, str] | None) -> dict[str, Any] | None:
    """Return a cell with its shape, or None for a strategy that was added and not played yet."""
    return cell and {**cell, "shape": SHAPES[cell["verdict"]], "strategy": strategy}


def _totals(groups: dict[str, Rows], strategies: list[Strategy]) -> dict[str, list[int]]:
    """Return for each column how many attacks got through, without the signing key and with it."""
    rows = [row for group in groups.values() for row in group]
    return {
        title: [
            sum(_is_breached(row["cells"][i]) for row in rows if _needs_key(row) is key)
            for i in range(len(strategies))
        ]
        for title, key in (("Breached", False), ("Breached with the signing key", True))
    }


def _is_breached(cell: dict[str, Any] | None) -> bool:
    return cell is not None and cell["verdict"] == "breached"


def _needs_key(row: dict[str, Any]) -> bool:
    return bool(row["attack"].needs_key)


@require_safe
def attack(request: HttpRequest, slug: str) -> HttpResponse:
    """One attack: its story, and for each strategy the verdict with what was sent and answered."""
    known, verdicts = load().get(slug), results.found("attacks").get(slug)
    if known is None or verdicts is None:
        raise Http404
    evidence = results.found(f"evidence/{slug}")
    played = [
        {**cell, **evidence.get(strategy.slug, {})}
        for strategy in STRATEGIES.values()
        if (cell := _cell(strategy, verdicts.get(strategy.slug)))
    ]
    context = {
        "attack": known,
        "fell": [cell["strategy"].title for cell in played if cell["verdict"] == "breached"],
        "standards": [(name, address_of(name)) for name in known.standards],
        "played": played,
    }
    return render(request, "lab/attack.html", context)


@require_safe
def delays(request: HttpRequest) -> HttpResponse:
    """For how long a stolen copy is good after each event that should end it."""
    measured = results.found("delays")
    rows = [
        {"strategy": s, "cells": [_delay(measured[s.slug].get(event.slug)) for event in EVENTS]}
        for s in CONTESTANTS
        if s.slug in measured
    ]
    schedule = [(words(step), words(end)) for end, step in SCHEDULE]
    context = {"events": EVENTS, "rows": rows, "schedule": schedule}
    return render(request, "lab/delays.html", context)


def _delay(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a cell, or None for an event that was added and not played yet."""
    if found is None:
        return None
    as_it_is, renewed = found["as_it_is"], found["renewed"]
    return {
        "as_it_is": words(as_it_is["refused_at"]),
        "renewed": words(renewed["refused_at"]),
        "requests": renewed["requests"],
        "why": renewed["why"],
        "at_once": renewed["refused_at"] == 0,
    }


@require_safe
def credentials(request: HttpRequest) -> HttpResponse:
    """What each strategy's client ends up holding."""
    observed = results.found("facts")
    rows = [{"strategy": s, **observed[s.slug]} for s in CONTESTANTS if s.slug in observed]
    return render(request, "lab/credentials.html", {"rows": rows})


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """What is commonly said, and what the runs say to it."""
    found = [
        {"claim": claim, "finding": finding, "machines": _machines(finding)}
        for claim in CLAIMS
        for finding in [claim.check()]
    ]
    if all(item["finding"] == NOT_MEASURED for item in found):
        found = []
    return render(request, "lab/claims.html", {"found": found})


def _machines(finding: Finding) -> list[dict[str, str]]:
    """Return on what the figures of a finding were measured: another machine has others."""
    return [results.read(run)["machine"] for run in finding.measured]


@require_safe
def spread(request: HttpRequest) -> HttpResponse:
    """What holds on several servers, and for a service that only verifies."""
    found = results.found("spread")
    rows = [
        {"strategy": s, "cache": cache, "service_believes": None, "after_log_out": None, **row}
        for s in CONTESTANTS
        for cache, row in found.get("strategies", {}).get(s.slug, {}).items()
    ]
    network = TOLD[found.get("network", PORTS)]  # There was nothing else to say before it said so.
    context = {"rows": rows, "machine": found.get("machine"), "network": network}
    return render(request, "lab/spread.html", context)
