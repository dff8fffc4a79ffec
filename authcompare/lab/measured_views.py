"""The pages of what was measured: costs, growth, many people at once, many tabs at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import measured, results


@require_safe
def costs(request: HttpRequest) -> HttpResponse:
    """What each action costs, the cheapest strategy first."""
    found = results.found("bench")
    actions = {action: measured.costs(action) for action in found.get("actions", ())}
    context = {
        "actions": actions,
        "levers": measured.levers() if found else [],
        "machine": found.get("machine"),
        "signatures": results.found("signatures"),
    }
    return render(request, "lab/costs.html", context)


@require_safe
def growth(request: HttpRequest) -> HttpResponse:
    """What log-ins and refreshes leave behind, and what that does to the requests after them."""
    found = results.found("growth")
    if not found:
        return render(request, "lab/growth.html")
    titles = measured.TITLES
    context = {
        "machine": found["machine"],
        "space": measured.growth("What is left behind", measured.SPACE),
        "time": measured.growth("Microseconds of processor time", measured.TIME),
        "cleaned": [{"name": titles[slug], **row} for slug, row in found["strategies"].items()],
        "still": [titles[slug] for slug in found["still"]],
    }
    return render(request, "lab/growth.html", context)


@require_safe
def load(request: HttpRequest) -> HttpResponse:
    """How many requests a second, and how long they wait, with many people at the same time."""
    found = results.found("load")
    grids = [measured.load(*figure) for figure in measured.LOAD] if found else []
    return render(request, "lab/load.html", {"grids": grids, "machine": found.get("machine")})


@require_safe
def tabs(request: HttpRequest) -> HttpResponse:
    """Who is logged out and which thefts are stopped when one refresh token is used twice."""
    grid = measured.tabs() if results.found("tabs") else None
    return render(request, "lab/tabs.html", {"grid": grid})
