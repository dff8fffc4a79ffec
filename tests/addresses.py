"""Every address of the site, from the URL resolver: a new view is in each list by itself."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

SAMPLES = {"uuid": "0a1b2c3d-0000-4000-8000-000000000000", "int": "7"}
CONVERTER = re.compile(r"<(?:(\w+):)?\w+>")


def endpoints(patterns: list[Any], prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """Return an address of every view but the admin's, with the view's pattern."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield CONVERTER.sub(lambda part: SAMPLES.get(part[1], "x"), address), pattern
        elif isinstance(pattern, URLResolver) and pattern.app_name != "admin":
            yield from endpoints(pattern.url_patterns, address)


def fields_of(pattern: URLPattern) -> list[str]:
    """Return the names of the fields that a view's form or serializer reads."""
    view = getattr(pattern.callback, "view_class", getattr(pattern.callback, "cls", None))
    form = getattr(view, "form_class", None) or getattr(view, "serializer_class", None)
    fields = getattr(form, "base_fields", None) or getattr(form, "_declared_fields", {})
    return [*fields, *getattr(getattr(form, "Meta", None), "fields", ())]


_found = dict(endpoints(get_resolver().url_patterns))
FIELDS = sorted({"email", "username", "next"}.union(*map(fields_of, _found.values())))
ADDRESSES = list(_found)
# The browser flow's, and the REST flow's.
PAGES = [address for address in ADDRESSES if address.startswith("/sessions/")]
CALLS = [address for address in ADDRESSES if address.startswith("/api/")]
# The admin's other pages are Django's own; its log-in form is a door to the same accounts.
ADMIN_LOG_IN = "/admin/login/"
STYLE = "/static/authcompare/style.css"
JWKS = "/.well-known/jwks.json"
# The one call whose answer is the same for everybody.
SCHEMA = "/api/schema/"
