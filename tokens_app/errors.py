"""One error shape for the whole API: `{"detail": "...", "code": "..."}`."""

from typing import Any

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler
from rest_framework_simplejwt.exceptions import InvalidToken


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return DRF's answer to an error, with its code beside the detail.

    Field errors stay as DRF gives them: `{"field": ["..."]}`. Where a token was shown and refused,
    the answer says `invalid_token` (RFC 6750 3.1), where none was shown it does not.
    """
    response = drf_exception_handler(error, context)
    if response is None or isinstance(error, ValidationError):
        return response
    if "code" not in response.data:
        code = error.get_codes() if isinstance(error, APIException) else "not_found"
        response.data = {"detail": response.data["detail"], "code": code}
    if isinstance(error, InvalidToken) and response.has_header("WWW-Authenticate"):
        response["WWW-Authenticate"] += ', error="invalid_token"'
    return response
