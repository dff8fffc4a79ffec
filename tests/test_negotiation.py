"""Both headers are taken as the REST framework takes them, however short the way is."""

from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import FormParser, JSONParser
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request

from tokens_app.negotiation import Negotiation


def chosen(negotiation: DefaultContentNegotiation, accept: str | None, suffix: str) -> Any:
    headers = {} if accept is None else {"accept": accept}
    request = Request(RequestFactory().get("/api/me/", headers=headers))
    renderers: list[BaseRenderer] = [JSONRenderer(), BrowsableAPIRenderer()]
    try:
        renderer, media_type = negotiation.select_renderer(request, renderers, suffix)
    except NotAcceptable:
        return "406"
    return type(renderer), media_type


@pytest.mark.parametrize("suffix", ["", "json", "api"])
@pytest.mark.parametrize(
    "accept",
    [
        *(None, "*/*", "application/json", "application/json; indent=8", "application/*"),
        *("text/html", "text/html, */*;q=0.8", "image/png", "", "nonsense"),
    ],
)
def test_it_chooses_as_the_rest_framework_does(accept: str | None, suffix: str) -> None:
    ours, its = Negotiation(), DefaultContentNegotiation()

    assert chosen(ours, accept, suffix) == chosen(its, accept, suffix)


@pytest.mark.parametrize(
    "content_type",
    [
        *("application/json", "application/json; charset=utf-8", "application/*", "*/*"),
        *("text/plain", "multipart/form-data; boundary=b", "nonsense", "a" * 300),
    ],
)
def test_it_finds_the_parser_that_the_rest_framework_finds(content_type: str) -> None:
    request = Request(RequestFactory().post("/api/token/", b"{}", content_type=content_type))
    parsers = [JSONParser(), FormParser()]

    ours, its = Negotiation(), DefaultContentNegotiation()

    assert ours.select_parser(request, parsers) is its.select_parser(request, parsers)
