"""The schema is whole, valid, in step with the code, and there for everybody."""

import json
from http.client import responses as reasons
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from tokens_app.schema.errors import ERRORS
from tokens_app.schema.generator import TAGS
from tokens_app.schema.operations import OPERATIONS as ROWS

from .addresses import SAMPLES, endpoints
from .schema import JSON, OPERATIONS, SCHEMA, complaints, described


class TestSchema:
    """What is in it."""

    def test_the_command_has_nothing_to_complain_about(self) -> None:
        call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())

    def test_every_address_of_the_api_is_in_it_with_its_methods(self) -> None:
        calls = set()
        for address, pattern in endpoints(get_resolver().url_patterns):
            view = getattr(pattern.callback, "cls", None)
            methods = set(view().allowed_methods) if view else set()
            path = address.replace(SAMPLES["uuid"], "{log_in_id}")
            calls |= {f"{m} {path}" for m in methods - {"HEAD", "OPTIONS"}}

        assert calls == set(ROWS)
        assert set(OPERATIONS) == calls | {"GET /.well-known/jwks.json", "GET /healthz"}

    def test_every_call_has_a_name_and_a_tag_of_its_own(self) -> None:
        names = [operation["operationId"] for operation in OPERATIONS.values()]

        assert len(set(names)) == len(names)
        assert {o["tags"][0] for o in OPERATIONS.values()} == set(TAGS)

    def test_every_status_is_one_and_every_code_is_used(self) -> None:
        statuses = {int(status) for _, status, _ in described()}
        codes = {code for _, _, code in described()}

        assert statuses <= set(reasons)
        assert set(ERRORS) <= codes

    def test_every_field_is_explained(self) -> None:
        unexplained = [
            f"{component}.{name}"
            for component, content in SCHEMA["components"]["schemas"].items()
            for name, field in content.get("properties", {}).items()
            if not field.get("description") and component not in ("PublicKey", "Health")
        ]

        assert unexplained == []

    @pytest.mark.parametrize("call", OPERATIONS)
    def test_every_example_fits(self, call: str) -> None:
        operation = OPERATIONS[call]
        parts = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (part["content"][JSON] for part in parts if JSON in part.get("content", {})):
            for name, example in content.get("examples", {}).items():
                assert complaints(example["value"], content["schema"]) == [], name

    def test_a_wrong_answer_is_found(self) -> None:
        me = {"$ref": "#/components/schemas/Me"}

        assert complaints({"id": "1"}, me)
        assert complaints({"id": 1, "email": "a", "via": "token"}, me)
        assert complaints({"detail": "x"}, {"$ref": "#/components/schemas/Error"})


class TestServing:
    """Both addresses are for everybody."""

    def test_the_schema_is_json_unless_yaml_is_asked_for(self, client: Client) -> None:
        assert client.get("/api/schema/").json() == json.loads(json.dumps(SCHEMA))
        response = client.get("/api/schema/", headers={"accept": "application/yaml"})
        assert response.headers["Content-Type"].startswith("application/yaml")
        assert response.content.startswith(b"openapi: 3.")

    def test_a_bad_token_does_not_keep_anybody_from_reading(self, client: Client) -> None:
        for address in ("/api/schema/", "/api/docs/"):
            response = client.get(address, headers={"authorization": "Bearer a.b.c"})
            assert response.status_code == 200

    @pytest.mark.django_db
    def test_it_costs_no_query_and_is_made_once(
        self, client: Client, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(0):
            client.get("/api/schema/")
            client.get("/api/docs/")
