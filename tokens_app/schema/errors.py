"""Every error of the API: its `code`, its status, and when a client meets it."""

from itertools import groupby
from typing import Any, NamedTuple

from ..authentication import SEND_THE_CSRF_TOKEN


class Error(NamedTuple):
    """One value of `code`, with the words that go with it."""

    status: int
    detail: str
    when: str


ERRORS = {
    "bad_request": Error(
        400,
        "Content-Length is a number of bytes.",
        "The `Host` or `Content-Length` header is malformed.",
    ),
    "parse_error": Error(
        400,
        "JSON parse error - Expecting value: line 1 column 1 (char 0)",
        "The body is no JSON.",
    ),
    "invalid_key": Error(
        400,
        "This link is no longer valid. Ask for a new one.",
        "The key of the mailed link is forged, used, too old or out of date.",
    ),
    "invalid_credentials": Error(
        401,
        "That e-mail address and password do not belong together.",
        "The password is wrong, the address unknown or unverified, or the account deactivated.",
    ),
    "not_authenticated": Error(
        401,
        "Authentication credentials were not provided.",
        "Neither a token nor a live log-in's cookie came with the request.",
    ),
    "token_not_valid": Error(
        401,
        "This access token is invalid or expired.",
        "The token is not of this site, of the wrong kind or expired. Refresh, then try again.",
    ),
    "log_in_over": Error(
        401,
        "This log-in is over; log in again.",
        "The log-in was ended: by log-out, from elsewhere, or by a changed password.",
    ),
    "token_reused": Error(
        401,
        "This refresh token was used before; log in again.",
        "The refresh token was replaced more than 30 seconds ago. Somebody has a copy of it,"
        " so the log-in is over.",
    ),
    "csrf_failed": Error(
        403,
        f"CSRF Failed: CSRF token missing. {SEND_THE_CSRF_TOKEN}",
        "A cookie came without the CSRF token, or from another origin. A Bearer token needs none.",
    ),
    "https_required": Error(
        403,
        "The API is served over https only. Whatever you just sent was readable.",
        "The request came over http.",
    ),
    "not_found": Error(404, "You have no such log-in.", "The log-in is not a live one of yours."),
    "not_acceptable": Error(
        406,
        "Could not satisfy the request Accept header.",
        "The `Accept` header allows no JSON.",
    ),
    "too_large": Error(
        413, "A request may have 65536 bytes, not more.", "The body has more than 64 KiB."
    ),
    "charset": Error(
        415, "Send UTF-8, and say so or say nothing.", "The `Content-Type` names another charset."
    ),
    "unsupported_media_type": Error(
        415,
        'Unsupported media type "text/plain" in request.',
        "The body is not `application/json`.",
    ),
    "throttled": Error(
        429,
        "There were too many attempts. Wait 5 minutes, then try again.",
        "There were too many attempts. Wait as many seconds as `Retry-After` says.",
    ),
}
# What the site says before any view is asked, to whichever call.
ALWAYS = ("bad_request", "https_required", "too_large", "charset")
# What each view may add, and each that reads a body.
BY_A_VIEW = ("not_acceptable",)
BY_A_BODY = ("parse_error", "unsupported_media_type")
# What needs a log-in is refused so.
WITHOUT_A_LOG_IN = ("not_authenticated", "token_not_valid", "log_in_over")

MALFORMED = 400
TITLES = {
    MALFORMED: "The request is malformed",
    401: "Not logged in",
    403: "Refused",
    404: "Not found",
    406: "No JSON wanted",
    413: "Too large",
    415: "Not JSON in UTF-8",
    429: "Too many attempts",
}
HEADERS = {
    401: {
        "WWW-Authenticate": {
            "description": "What would be accepted (RFC 6750 3). It has an `error` where a token"
            " was shown and refused.",
            "required": True,
            "schema": {"type": "string", "example": 'Bearer realm="api", error="invalid_token"'},
        }
    },
    429: {
        "Retry-After": {
            "description": "Seconds until there may be another attempt.",
            "required": True,
            "schema": {"type": "integer", "minimum": 1},
        }
    },
}
FIELD_ERRORS_EXAMPLE = {"email": ["Enter a valid email address."]}
COMPONENTS = {
    "Error": {
        "type": "object",
        "description": "The one shape of all errors but those of single fields.",
        "required": ["detail", "code"],
        "properties": {
            "detail": {"type": "string", "description": "For people. It may change."},
            "code": {"type": "string", "description": "For programs. It does not change."},
        },
    },
    "FieldErrors": {
        "type": "object",
        "description": "What is wrong with which field: its name, and one message or more."
        " `non_field_errors` is about the body as a whole.",
        "minProperties": 1,
        "additionalProperties": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "example": FIELD_ERRORS_EXAMPLE,
    },
}


def answers(codes: tuple[str, ...], *, fields: bool) -> dict[str, Any]:
    """Return the OpenAPI responses for these codes, by status; `fields` adds field errors."""
    by_status = groupby(sorted(codes, key=_status), key=_status)
    return {
        str(status): _answer(status, list(group), fields=fields and status == MALFORMED)
        for status, group in by_status
    }


def _status(code: str) -> int:
    return ERRORS[code].status


def _answer(status: int, codes: list[str], *, fields: bool) -> dict[str, Any]:
    whens = [f"- `{code}`: {ERRORS[code].when}" for code in codes]
    schema: dict[str, Any] = {
        "allOf": [
            {"$ref": "#/components/schemas/Error"},
            {"type": "object", "properties": {"code": {"type": "string", "enum": codes}}},
        ]
    }
    examples = {
        code: {"value": {"detail": ERRORS[code].detail, "code": code}, "summary": code}
        for code in codes
    }
    if fields:
        whens.append("- or a field is missing or wrong: then its name is the key, without `code`.")
        schema = {"oneOf": [{"$ref": "#/components/schemas/FieldErrors"}, schema]}
        examples["fields"] = {
            "value": FIELD_ERRORS_EXAMPLE,
            "summary": "field errors",
        }
    response = {
        "description": "\n".join([f"{TITLES[status]}:", "", *whens]),
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }
    return response | ({"headers": HEADERS[status]} if status in HEADERS else {})
