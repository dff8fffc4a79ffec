"""Hypothesis throws at every address of the site what no honest client sends, and finds no 5xx.

The addresses and the fields come from the URL resolver, so that a new view is covered by itself.
The admin's own pages are Django's; its log-in form is ours to guard and is thrown at too.
"""

import json
import os
import re
from io import BytesIO
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authcompare.users.models import User

from .addresses import ADDRESSES, ADMIN_LOG_IN, FIELDS, STYLE
from .conftest import PASSWORD
from .flows import log_in_by_form, log_in_by_token

# What has broken real sites, beside whatever Hypothesis thinks of. "{…}" is filled in: what gets a
# request past the first check and into the code behind it.
NASTY_TEXT = [
    *("", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "\ufeff", "\u202e", "\u0130\u0131"),
    "\ufdfa" * 200,
    *("x" * 5000, "🙂" * 300, "%00", "%", "../../etc/passwd", "' OR 1=1 --", "{{7*7}}", "<script>"),
    *("1e999", "NaN", "-1", "9" * 5000, "//evil.example", "https:evil.example"),
    "\r\nSet-Cookie: a=b",
    *("{email}", "{password}", "{access}", "{refresh}", "cookie", "body", "on", "true"),
]  # fmt: skip
TEXT = st.sampled_from(NASTY_TEXT) | st.text(max_size=40)
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(2**63) - 1, 1e308])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([*FIELDS, "csrfmiddlewaretoken"]) | st.text(max_size=8)
# Header values as a server hands them over: each byte a character.
LATIN = st.text(st.characters(max_codepoint=255, blacklist_characters="\r\n"), max_size=60)
CONTENT_TYPES = LATIN | st.sampled_from([
    *("", "application/json", "application/json; charset=utf-8"),
    "application/json; charset=utf-16",
    *("application/json; charset=klingon", "application/json; charset=\xff", "application/xml"),
    *("application/json; charset=idna", "application/json; charset=base64", "text/plain", ";", "/"),
    *("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7"),
    *("application/json; a*=klingon''%ff", "application/json; a*=utf-8''%ff"),
    "application/json; a*0=x",
    *("multipart/form-data", "multipart/form-data; boundary="),
    "multipart/form-data; boundary=\xff",
    "multipart/form-data; boundary=" + "b" * 300,
    "multipart/form-data; boundary=b; charset=ucs2",
    "multipart/form-data; boundary*=klingon''b",
])  # fmt: skip
PART_HEADERS = st.sampled_from([
    b'Content-Disposition: form-data; name="email"',
    b'Content-Disposition: form-data; name="email"; filename="a.txt"',
    b"Content-Disposition: form-data; name*=klingon''email",
    b"Content-Disposition: form-data; name*=utf-8''%ff",
    b'Content-Disposition: form-data; name="\xff\x00"; filename="../../\x00"',
    b"Content-Disposition: form-data",
    b"Content-Disposition:",
    b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable",
    b"Content-Type: text/plain; charset=klingon",
    b"Content-Type: multipart/mixed; boundary=b",
    b"Content-Length: -1",
    b"no header at all",
])  # fmt: skip
PARTS = st.tuples(st.lists(PART_HEADERS, max_size=3), st.binary(max_size=30))
ENDS = st.sampled_from([b"\r\n--b--\r\n", b"\r\n--b", b"--", b""])


def json_bytes(value: Any) -> bytes:
    """Return JSON as a careless client makes it: NaN, Infinity and lone surrogates included."""
    return json.dumps(value, ensure_ascii=True).encode()


def form_bytes(fields: list[tuple[str, str]]) -> bytes:
    """Return a form, percent-encoded, with lone surrogates where UTF-8 has no room for them."""
    code = [
        tuple(quote_from_bytes(s.encode("utf-8", "surrogatepass"), "{}") for s in f) for f in fields
    ]
    return "&".join("=".join(pair) for pair in code).encode()


def multipart_bytes(parts: list[tuple[list[bytes], bytes]], end: bytes) -> bytes:
    """Return a multipart body with the boundary `b`."""
    return b"".join(b"--b\r\n" + b"\r\n".join(h) + b"\r\n\r\n" + d for h, d in parts) + end


BODIES = st.one_of(
    st.tuples(
        st.just("application/json"), st.dictionaries(NAMES, JSON, max_size=4).map(json_bytes)
    ),
    st.tuples(st.just("application/json"), JSON.map(json_bytes)),
    st.tuples(
        st.just("application/x-www-form-urlencoded"),
        st.lists(st.tuples(NAMES, TEXT), max_size=5).map(form_bytes),
    ),
    st.tuples(
        st.just("multipart/form-data; boundary=b"),
        st.builds(multipart_bytes, st.lists(PARTS, max_size=3), ENDS),
    ),
    st.tuples(CONTENT_TYPES, st.binary(max_size=200)),
    st.tuples(CONTENT_TYPES, st.just(b'{"email": "{email}", "password": "{password}"}')),
)
METHODS = st.sampled_from([
    *("POST", "GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW", "Ü"),
])  # fmt: skip
HEADER_NAMES = st.sampled_from([
    *("ACCEPT", "AUTHORIZATION", "COOKIE", "ORIGIN", "REFERER", "USER_AGENT", "X_FORWARDED_FOR"),
    *("ACCEPT_LANGUAGE", "ACCEPT_ENCODING", "IF_MODIFIED_SINCE", "IF_NONE_MATCH", "RANGE", "HOST"),
    *("X_CSRFTOKEN", "X_REQUESTED_WITH", "X_HTTP_METHOD_OVERRIDE", "CONTENT_ENCODING"),
])  # fmt: skip
HEADER_VALUES = LATIN | st.sampled_from([
    *("Bearer", "Bearer ", "Bearer a.b.c", "bearer {access}", "Bearer {refresh}", "x" * 9000),
    *("sessionid=", "sessionid=\0", "sessionid=\xff; csrftoken=\xff", "refresh={refresh}"),
    *("messages=x; refresh=\xff", "*/*; q=x", "a/b; c*=klingon''d", "text/html", "bytes=9-1"),
    *("application/json; indent=99999", "http://[", "http://evil.example:99999", "null"),
    "Thu, 99 Foo 9999 99:99:99 GMT",
])  # fmt: skip
HEADERS = st.dictionaries(HEADER_NAMES, HEADER_VALUES, max_size=4)
QUERIES = LATIN | st.sampled_from(["", "format=xml", "next=//evil.example", "next=%00", "%ff=%ff"])
LENGTHS = st.sampled_from([None] * 8 + ["", "0", "-1", "5", "klingon", "9" * 30, "1e3"])
WHO = st.sampled_from(["stranger", "session", "token", "both"])


@pytest.fixture
def keys(alice: User, client: Client) -> dict[str, str]:
    """What Alice holds in both modes."""
    log_in_by_form(client, alice)
    cookie = client.cookies["sessionid"].value
    pair = log_in_by_token(alice)
    return {"email": alice.email, "password": PASSWORD, "cookie": cookie, **pair}


def filled(text: str, keys: dict[str, str]) -> str:
    """Put what Alice holds in the places of its names."""
    return re.sub(r"\{(email|password|cookie|access|refresh)\}", lambda name: keys[name[1]], text)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """Make the WSGI environment of a request; its body is still text, with names to fill in."""
    content_type, body = draw(BODIES)
    headers = {f"HTTP_{name}": value for name, value in draw(HEADERS).items()}
    who, length = draw(WHO), draw(LENGTHS)
    if who in ("session", "both"):
        headers.setdefault("HTTP_COOKIE", "sessionid={cookie}")
    if who in ("token", "both"):
        headers.setdefault("HTTP_AUTHORIZATION", "Bearer {access}")
    return {
        "REQUEST_METHOD": draw(METHODS),
        "QUERY_STRING": draw(QUERIES),
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": length,
        "body": body.decode("latin-1"),
        **headers,
    }


@pytest.mark.parametrize("address", [*ADDRESSES, ADMIN_LOG_IN, STYLE, "/nothing/here"])
@given(request=requests())
@settings(
    max_examples=max(10, 400 // len(ADDRESSES)),  # The whole takes seconds, however many there are.
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_request_is_a_server_error(
    keys: dict[str, str], address: str, request: dict[str, Any]
) -> None:
    environ = {name: value and filled(value, keys) for name, value in request.items()}
    body = environ.pop("body").encode("latin-1")
    if environ["CONTENT_LENGTH"] is None:
        environ["CONTENT_LENGTH"] = str(len(body))
    environ |= {"PATH_INFO": address, "wsgi.input": BytesIO(body)}

    # Each request meets the same rows, whatever the one before it did.
    with transaction.atomic():
        response = Client(raise_request_exception=False).request(**environ)
        response.getvalue()  # Reads a file to its end, which closes it.
        transaction.set_rollback(True)

    assert response.status_code < 500
