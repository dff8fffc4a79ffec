"""The two kinds of strategies, told apart by what was observed of them and never by name.

Who shows the credential decides: the browser by itself, or a script of the page.
"""

from typing import Any

from . import results


def credentials(needed_for: str, **features: Any) -> dict[str, list[dict[str, Any]]]:
    """Return by strategy the parts that a verb needs and that have these features."""
    return {
        slug: parts
        for slug, facts in results.read("facts").items()
        if (
            parts := [
                part
                for part in facts["parts"]
                if needed_for in part["needed_for"]
                and all(part[name] == value for name, value in features.items())
            ]
        )
    }


def cookie_sessions() -> list[str]:
    """Return the strategies whose credential the browser shows by itself."""
    return list(credentials("read", ambient=True))


def script_tokens() -> list[str]:
    """Return the strategies whose credential a script shows."""
    return list(credentials("read", ambient=False))


def colours() -> dict[str, str]:
    """Return whose colour each strategy has on the pages, as far as anything was observed."""
    if not results.found("facts"):
        return {}
    return dict.fromkeys(script_tokens(), "tokens") | dict.fromkeys(cookie_sessions(), "sessions")
