"""JSON as the API takes it: UTF-8, finite, of bounded size and depth."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant

# Made once, and without NaN and Infinity, which JSON does not have (RFC 8259 6).
DECODER = json.JSONDecoder(parse_constant=strict_constant)


class StrictJSONParser(JSONParser):
    """DRF's parser, minus what it takes too literally."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed body.

        Raises `UnsupportedMediaType` (415) for a charset that JSON does not have (RFC 8259 8.1),
        `ParseError` (400) for anything that is no JSON, or too deep to be an honest request.
        """
        charset = (
            parser_context["request"].content_params.get("charset", "utf-8")
            if parser_context
            else "utf-8"
        )
        if charset.lower() not in ("utf-8", "utf8"):
            raise UnsupportedMediaType(media_type or "", "JSON is sent in UTF-8.")
        try:
            return DECODER.decode(stream.read().decode())
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from error
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error
