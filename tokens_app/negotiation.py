"""In what form the API reads and answers: JSON, and 415 or 406 for whoever has nothing of it."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

ANYTHING = "*/*"


class Negotiation(DefaultContentNegotiation):
    """The REST framework's, which takes both headers apart; what most clients send needs a look."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """Return the parser of the body, or None (415)."""
        first = next(iter(parsers))
        if request.content_type == first.media_type:
            return first
        return super().select_parser(request, parsers)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        """Return the renderer and its media type. Raises `NotAcceptable` (406)."""
        first = next(iter(renderers))
        accepted = request.META.get("HTTP_ACCEPT", ANYTHING)
        if not format_suffix and accepted in (ANYTHING, first.media_type):
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)
