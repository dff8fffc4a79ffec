"""The API's schema as a test uses it: what it says of a call, and whether an answer keeps to it."""

import json
from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator

from authcompare.users.models import User
from tokens_app.schema.generator import schema

from .addresses import SAMPLES
from .conftest import PASSWORD
from .flows import log_in_by_token, mailed_key, mailed_link

JSON = "application/json"
DEVICE = SAMPLES["uuid"]
CSRF = "t" * 32
SCHEMA = schema()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
}


def as_json_schema(part: Any) -> Any:
    """Return a part of the schema with OpenAPI 3.0's one dialect word, `nullable`, translated."""
    if isinstance(part, list):
        return [as_json_schema(item) for item in part]
    if not isinstance(part, dict):
        return part
    translated = {name: as_json_schema(value) for name, value in part.items()}
    if translated.pop("nullable", False):
        translated["type"] = [translated["type"], "null"]
    return translated


COMPONENTS = as_json_schema(SCHEMA["components"])


def complaints(value: Any, content: dict[str, Any]) -> list[str]:
    """Return what about a value does not fit a schema of the API's."""
    whole = as_json_schema(content) | {"components": COMPONENTS}
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [error.message for error in validator.iter_errors(value)]


def request_examples(operation: dict[str, Any]) -> list[dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {})
    examples = content.get(JSON, {}).get("examples", {})
    return [example["value"] for example in examples.values()]


def codes_of(answer: dict[str, Any]) -> list[str]:
    """Return the values of `code` that an answer's examples show."""
    examples = answer.get("content", {}).get(JSON, {}).get("examples", {})
    return [e["value"]["code"] for e in examples.values() if "code" in e["value"]]


def check(response: Any, operation: dict[str, Any]) -> None:
    """Hold an answer to what the schema says of it: status, headers, type and body."""
    described = operation["responses"].get(str(response.status_code))
    assert described, f"{response.status_code} is not described: {response.content!r}"
    for name, header in described.get("headers", {}).items():
        assert name in response.headers or not header.get("required"), name
    if "content" not in described:
        assert response.content == b""
        return
    content = described["content"][response.headers["Content-Type"].split(";")[0]]
    assert complaints(response.json(), content["schema"]) == []


def described() -> list[tuple[str, str, str]]:
    """Return every call with each status, and each code of it, that the schema promises."""
    return [
        (call, status, code)
        for call, operation in OPERATIONS.items()
        for status, answer in operation["responses"].items()
        for code in codes_of(answer) or [status]
    ]


class Caller:
    """Alice's program, which makes one call as the schema shows it."""

    def __init__(self, call: str, alice: User) -> None:
        """Log in by token; a session's cookie is there only where a test puts it."""
        self.operation, self.alice = OPERATIONS[call], alice
        self.method, self.path = call.split()
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.pair = log_in_by_token(alice)
        self.proof = {"HTTP_AUTHORIZATION": f"Bearer {self.pair['access']}"}
        self.by_cookie = "refreshCookie" in str(self.operation["security"])

    def __call__(self, body: Any = None, log_in_id: str = DEVICE, **how: Any) -> Any:
        """Make the call, with the first example's body where none is given."""
        if body is None:
            body = next(iter(self.bodies()), None)
        if body is not None:
            how = {"data": json.dumps(body), "content_type": JSON} | how
        path = self.path.replace("{log_in_id}", log_in_id)
        return self.client.generic(self.method, path, **self.proof | how)

    def bodies(self) -> list[dict[str, Any]]:
        """Return the examples, with what only the server can make put in its place."""
        examples = request_examples(self.operation)
        return [{name: self.real(name, value) for name, value in e.items()} for e in examples]

    def real(self, name: str, value: Any) -> Any:
        """Return what Alice has for a token or key of an example."""
        if name == "refresh":
            return self.pair["refresh"]
        if name == "token" and "/reset/" not in self.path:
            return self.pair["access"]
        if name == "key":
            post("/api/signup/", email="bob@example.com", password=PASSWORD)
            return mailed_key("bob@example.com")
        if name in ("uid", "token"):
            if name == "uid":
                post("/api/password/reset/", email=self.alice.email)
            return mailed_link().split("/")[-3 if name == "uid" else -2]
        return value

    def wrong_body(self) -> dict[str, str] | None:
        """Return a body of the right shape in which no secret is right."""
        secrets = ("password", "old_password", "refresh", "token", "key", "uid")
        for example in request_examples(self.operation):
            return example | {name: "a.b.c" for name in secrets if name in example}
        return None


def post(address: str, **body: str) -> Any:
    return Client().post(address, json.dumps(body), content_type=JSON)
