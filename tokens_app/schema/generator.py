"""The schema of the site: what drf-spectacular sees, and what `operations` and `errors` say."""

import functools
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.permissions import SAFE_METHODS

from . import errors, shapes
from .operations import DEVICE, OPERATIONS, Operation

SECURITY_SCHEMES = {
    "refreshCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.REFRESH_COOKIE_NAME,
        "description": 'The refresh token of a log-in with `"transport": "cookie"`.',
    },
    "csrfToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRFToken",
        "description": f"The value of the cookie `{settings.CSRF_COOKIE_NAME}`, which must come"
        " beside it. Every write that a cookie authenticates needs it.",
    },
}
TAGS = {
    "Tokens": "Log in and out, and stay logged in.",
    "Account": "Sign up, change address and password, close.",
    "Me": "The secured resource, by Bearer token or by session cookie.",
    "Keys and health": "For other programs.",
    "Schema": "The API about itself.",
}
DESCRIPTION = f"""
Sessions and JSON Web Tokens for the same users. Bodies are JSON in UTF-8, of 64 KiB at most. All
times are UTC, in ISO 8601. Fields that a call does not know are ignored.

**To begin:** `POST /api/token/` with address and password, keep both tokens, and show the access
token with each request: `Authorization: Bearer …`. At a 401 with the code `token_not_valid`, post
the refresh token to `/api/token/refresh/` **once**, keep the two new tokens, and repeat the
request. At any other 401 log in again.

**Errors** are `{{"detail": "…", "code": "…"}}`: decide by `code`, show `detail`. What is wrong with
single fields has their names instead: `{{"email": ["Enter a valid email address."]}}`. Every status
that a call can answer is listed with it; a method that an address does not have is a 405 with
`Allow`.

**Cookies:** the calls below Account and Me that need a log-in take the browser's session, too
(`{settings.SESSION_COOKIE_NAME}`). Whatever a cookie authenticates must, to write, send the CSRF
token as well. A Bearer token beside a cookie wins, and a bad one is a 401.
"""


LOG_IN_ID = OpenApiParameter(
    "log_in_id",
    OpenApiTypes.UUID,
    OpenApiParameter.PATH,
    description="The `id` of a log-in in the list; a token has its own as `sid`.",
    examples=[OpenApiExample("the device of the list", DEVICE["id"])],
)


class Schema(AutoSchema):
    """drf-spectacular's description of a view, with the prose of its row in `OPERATIONS`."""

    @property
    def row(self) -> Operation:
        return OPERATIONS[f"{self.method} {self.path}"]

    def get_operation_id(self) -> str:
        return self.row.name

    def get_tags(self) -> list[str]:
        return [self.row.tag]

    def get_summary(self) -> str:
        return self.row.summary

    def get_description(self) -> str:  # type: ignore[override]  # as its base class does
        return self.row.description

    def get_auth(self) -> list[dict[str, list[str]]]:
        return super().get_auth() if self.row.security is None else self.row.security

    def get_examples(self) -> list[OpenApiExample]:
        return [
            OpenApiExample(name, value, request_only=True)
            for name, value in self.row.requests.items()
        ]

    def get_override_parameters(self) -> list[Any]:
        return [LOG_IN_ID] if LOG_IN_ID.name in self.path else []

    def get_request_serializer(self) -> Any:
        return super().get_request_serializer() if self.row.requests else None

    def get_response_serializers(self) -> Any:
        examples = [OpenApiExample(name, value) for name, value in self.row.answers.items()]
        answer = OpenApiResponse(self.row.answer, self.row.success, examples)
        return {self.row.status: answer}

    def get_operation(self, *args: Any) -> dict[str, Any]:
        """Return the operation with every answer that its view, or what is before it, may give."""
        operation: dict[str, Any] = super().get_operation(*args) or {}
        has_body = "requestBody" in operation
        responses = operation["responses"]
        if self.row.headers:
            responses[str(self.row.status)]["headers"] = self.row.headers
        codes = (*errors.ALWAYS, *errors.BY_A_VIEW, *self.row.codes)
        if has_body:
            operation["requestBody"]["required"] = self.method == "POST"
            codes += errors.BY_A_BODY
        if {"csrfToken": [], "sessionCookie": []} in operation.get("security", []):
            codes += ("csrf_failed",)
        responses |= errors.answers(codes, fields=has_body)
        operation.setdefault("security", [])
        return operation


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """An access token."""

    target_class = "tokens_app.authentication.BearerAuthentication"
    name = "bearerToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        description = "The access token of `POST /api/token/`."
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": description,
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The browser's session, with the CSRF token where the call writes."""

    target_class = "tokens_app.authentication.BrowserSessionAuthentication"
    name = "sessionCookie"

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[Any]]:
        writes = auto_schema.method not in SAFE_METHODS
        return ({"csrfToken": []} if writes else {}) | {"sessionCookie": []}

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The session of a log-in by the site's own form.",
        }


def complete(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add to a schema what belongs to no view of the REST framework's."""
    always = errors.answers(("bad_request", "too_large", "charset"), fields=False)
    for path, operation in (("/.well-known/jwks.json", shapes.KEYS), ("/healthz", shapes.HEALTH)):
        responses = operation["responses"] | always
        result["paths"][path] = {"get": operation | {"responses": responses}}
    components = result["components"]
    components["schemas"] |= errors.COMPONENTS | shapes.COMPONENTS
    components["securitySchemes"] |= SECURITY_SCHEMES
    for component, content in components["schemas"].items():
        describe(content.get("properties", {}))
        content.update(shapes.BODIES.get(component, {}))
    # A new password like the others, under the name that a present one has elsewhere.
    components["schemas"]["SignUp"]["properties"]["password"] |= shapes.TEXTS["new_password"]
    result["info"]["description"] = DESCRIPTION.strip()
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    return result


def describe(properties: dict[str, Any]) -> None:
    """Add to fields what their names mean, and what their serializers do not say."""
    for name, content in properties.items():
        content.pop("x-spec-enum-id", None)  # drf-spectacular's own mark.
        if name in shapes.FIELDS:
            content.setdefault("description", shapes.FIELDS[name])
        if not content.get("readOnly"):
            content.update(shapes.TEXTS.get(name, {}))


@functools.cache
def schema() -> dict[str, Any]:
    """Return the schema, made once in the life of a process: nothing of it depends on a request."""
    return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
