"""How the lab's pages show what a run has recorded."""

import re
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ..steps import change_of, gist, summary

register = template.Library()
register.filter("change", change_of)
register.filter("summary", summary)

# How `evidence.Names` writes a secret.
NAME = re.compile("(‹[^›]+›)")


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
