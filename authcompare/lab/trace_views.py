"""The lab's first page, and the traces of two strategies side by side."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import results
from .kinds import colours
from .steps import STEPS, totals
from .strategies import CONTESTANTS, STRATEGIES

# What the two columns show unless the reader chooses.
DEFAULT = {"left": "session", "right": "jwt-row"}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What the lab is, where the outcome is, and who plays."""
    return render(request, "lab/index.html", {"strategies": CONTESTANTS})


@require_safe
def traces(request: HttpRequest) -> HttpResponse:
    """Two strategies side by side, step by step: `?left=session&right=jwt-row`.

    Raises `Http404` for a strategy that has no trace.
    """
    try:
        result = results.read("traces")
    except FileNotFoundError:
        return render(request, "lab/traces.html")
    sides = [_side(request, name, result["traces"]) for name in DEFAULT]
    context = {
        "machine": result["machine"],
        "strategies": [STRATEGIES[slug] for slug in result["traces"]],
        "sides": sides,
        "steps": [_step(verb, about, sides) for verb, about in STEPS.items()],
    }
    return render(request, "lab/traces.html", context)


def _side(request: HttpRequest, name: str, found: dict[str, Any]) -> dict[str, Any]:
    """Return one column: the chosen strategy and its trace."""
    slug = request.GET.get(name, DEFAULT[name])
    if slug not in found:
        raise Http404(f"No strategy with a trace is called {slug!r}.")
    mode = colours().get(slug, "")
    return {"name": name, "strategy": STRATEGIES[slug], "mode": mode, **found[slug]}


def _step(verb: str, about: str, sides: list[dict[str, Any]]) -> dict[str, Any]:
    played = [next(step for step in side["steps"] if step["verb"] == verb) for side in sides]
    return {
        "verb": verb,
        "about": about,
        "sides": [
            {**side, **step, "totals": totals(step)}
            for side, step in zip(sides, played, strict=True)
        ],
    }
