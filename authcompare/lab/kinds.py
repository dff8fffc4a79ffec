"""Sessions and tokens, and what was observed of what their clients hold.

Which strategy is the one and which the other is what its flow declares; who shows the credential
and who can read it was observed, so that what people say of the two can be held against it.
"""

from typing import Any

from . import results
from .strategies import SESSIONS, TOKENS

Parts = list[dict[str, Any]]


def parts(slug: str, needed_for: str) -> Parts:
    """Return the parts of what a strategy's client holds without which a verb fails."""
    held = results.read("facts").get(slug, {}).get("parts", [])
    return [part for part in held if needed_for in part["needed_for"]]


def shown_by_itself(slugs: list[str]) -> list[str]:
    """Return those with which the browser shows by itself all that a read needs."""
    return [slug for slug in slugs if all(part["ambient"] for part in parts(slug, "read"))]


def out_of_reach(slugs: list[str], needed_for: str) -> list[str]:
    """Return those with which no script can read something that a verb needs."""
    return [slug for slug in slugs if not all(part["readable"] for part in parts(slug, needed_for))]


def kept_to_the_site(slugs: list[str]) -> list[str]:
    """Return those whose cookies a browser leaves out of what other sites send."""
    return [
        slug
        for slug in slugs
        if any(part["same_site"] in ("Lax", "Strict") for part in parts(slug, "read"))
    ]


def colours() -> dict[str, str]:
    """Return whose colour each strategy has on the pages."""
    return dict.fromkeys(TOKENS, "tokens") | dict.fromkeys(SESSIONS, "sessions")
