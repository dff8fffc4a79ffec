"""How the lab's pages show what a run has recorded."""

import re
from collections.abc import Callable
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ..figures import told
from ..steps import change_of, gist, summary

register = template.Library()
register.filter("change", change_of)
register.filter("summary", summary)

# How a figure is written, by its unit.
UNITS: dict[str, Callable[[float], str]] = {
    "": told,
    "bytes": filesizeformat,
    "share": lambda value: f"{value:.0%}",
}
# How `evidence.Names` writes a secret.
NAME = re.compile("(‹[^›]+›)")


@register.filter
def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a docstring, whose lines end where the source's do."""
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


@register.filter
def chips(text: str, secrets: dict[str, int]) -> SafeString:
    """Return a text in which the name of each secret is a label, with the secret's length."""
    parts = NAME.split(text)
    return format_html_join("", "{}", ((_chip(part, secrets),) for part in parts))


def _chip(part: str, secrets: dict[str, int]) -> str:
    if part not in secrets:
        return part
    label = '<span class="lab-secret">{} <small>{}</small></span>'
    return format_html(label, part.strip("‹›"), secrets[part])


@register.filter
def short(exchange: dict[str, Any], side: str) -> str:
    """Return what tells a `request` or a `response` from others: some headers, and the body."""
    return "\n".join(gist(exchange, side))


@register.filter
def whole(side: dict[str, Any]) -> str:
    """Return all headers and the body."""
    return "\n".join([*side["head"], "", side["body"]]).strip()


@register.filter
def figure(value: float | None, unit: str = "") -> SafeString:
    """Return a figure for people and, as pictures are made of it, for scripts; a dash for none."""
    if value is None:
        return SafeString("–")
    return format_html('<data value="{}">{}</data>', value, UNITS[unit](value))
