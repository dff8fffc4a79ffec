"""The pages of what was measured: costs, growth, many people at once, many tabs at once."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import measured, results


def measured_on(name: str, database: str) -> tuple[str, dict[str, Any]]:
    """Return a run's name, and what its page shows of it, if it was made.

    Raises `Http404` for a database on which nothing is measured.
    """
    if database not in results.DATABASES:
        raise Http404(f"Nothing is measured on {database!r}.")
    run = results.name_on(name, database)
    others = [on for on in results.DATABASES if results.found(results.name_on(name, on))]
    return run, {
        "database": database,
        "databases": {on: results.DATABASES[on] for on in others},
        "machine": results.found(run).get("machine"),
        "interrupted": results.found(run).get("interrupted"),
    }


@require_safe
def costs(request: HttpRequest, database: str = "sqlite") -> HttpResponse:
    """What each action costs, the cheapest strategy first."""
    run, context = measured_on("bench", database)
    if found := results.found(run):
        context["actions"] = {action: measured.costs(action, run) for action in found["actions"]}
        context["levers"] = measured.levers(run)
        context["signatures"] = results.found("signatures")
    return render(request, "lab/costs.html", context)


@require_safe
def growth(request: HttpRequest, database: str = "sqlite") -> HttpResponse:
    """What log-ins and refreshes leave behind, and what that does to the requests after them."""
    run, context = measured_on("growth", database)
    if found := results.found(run):
        context["space"] = measured.space(run)
        context["time"], *context["intervals"] = [measured.times(run, f) for f in measured.TIMES]
        context["cleaned"] = measured.cleaned(run)
        context["still"] = [measured.TITLES[slug] for slug in found["still"]]
    return render(request, "lab/growth.html", context)


@require_safe
def load(request: HttpRequest, database: str = "sqlite") -> HttpResponse:
    """How many requests a second, and how long they wait, with many people at the same time."""
    run, context = measured_on("load", database)
    if results.found(run):
        context["grids"] = [measured.load(*figure, run=run) for figure in measured.LOAD]
    return render(request, "lab/load.html", context)


@require_safe
def tabs(request: HttpRequest) -> HttpResponse:
    """Who is logged out and which thefts are stopped when one refresh token is used twice."""
    grid = measured.tabs() if results.found("tabs") else None
    return render(request, "lab/tabs.html", {"grid": grid})
