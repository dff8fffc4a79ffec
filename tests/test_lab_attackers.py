"""What attacks look at: what foreign pages can send, what answers say, what the server keeps."""

import pytest
from django.core.cache import cache
from django.http import HttpRequest, QueryDict
from django.test import RequestFactory, override_settings

from authcompare.lab.attacks.forms import fields_of, simple_forms
from authcompare.lab.attacks.guessing import shape
from authcompare.lab.attacks.theft import dump
from authcompare.lab.wire import Request, Response, form, header, json_request

FIELDS = {"email": "alice@example.com", "transport": "cookie"}


def read(request: Request) -> HttpRequest:
    """Return a request as Django reads it."""
    kind = header(request.headers, "Content-Type")
    return RequestFactory().generic(request.method, request.path, request.body, kind)


def test_a_form_goes_out_in_each_encoding_of_html_and_brings_no_header_along() -> None:
    scripted = json_request("POST", "/", FIELDS, (("X-CSRFToken", "x"),))

    kinds = [[header(f.headers, "Content-Type")] for f in simple_forms(scripted)]

    assert [[value for _, value in f.headers] for f in simple_forms(scripted)] == kinds
    assert [kind.partition(";")[0] for [kind] in kinds] == [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
    ]


def test_a_server_reads_from_it_what_the_client_sends_and_what_was_added() -> None:
    for original in (json_request("POST", "/", FIELDS), form("POST", "/", FIELDS)):
        urlencoded, multipart, text = simple_forms(original, more={"token": "t"})

        for imitation in (urlencoded, multipart):
            assert read(imitation).POST.dict() == FIELDS | {"token": "t"}
        assert QueryDict() == read(text).POST
        assert text.body == original.body


def test_a_request_without_fields_has_none() -> None:
    assert fields_of(form("POST", "/", {})) == {}


@pytest.mark.parametrize("name", ["Retry-After", "Set-Cookie", "X-Anything"])
def test_answers_differ_when_a_headers_value_does(name: str) -> None:
    one, other = (Response(401, "Unauthorized", ((name, value),), b"") for value in "12")

    assert shape(one) != shape(other)
    assert shape(one) == shape(one)


def test_a_dump_has_the_texts_within_a_cache_entrys_value(db: None) -> None:
    memory = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with override_settings(CACHES=memory):
        cache.set("short", {"of": [1, {"alice": "a-credential-in-clear"}]})

        assert ("A value in the cache", "a-credential-in-clear") in list(dump())
