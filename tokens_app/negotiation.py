"""In what form the API answers: JSON, and 406 for whoever takes nothing of it."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

ANYTHING = "*/*"


class Negotiation(DefaultContentNegotiation):
    """The REST framework's, which takes `Accept` apart; what most clients send needs but a look."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        """Return the renderer and its media type. Raises `NotAcceptable` (406)."""
        first = next(iter(renderers))
        accepted = request.META.get("HTTP_ACCEPT", ANYTHING)
        if not format_suffix and accepted in (ANYTHING, first.media_type):
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)
