"""Malformed input is a 4xx that says why, on every address, and never a 5xx (R-127 to R-130).

test_fuzzing.py throws what nobody thought of; here is what breaks real sites, by name.
"""

import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from authcompare.users.models import User

from .addresses import ADDRESSES, ADMIN_LOG_IN
from .conftest import PASSWORD
from .flows import bearer, log_in_by_token

pytestmark = pytest.mark.django_db

POSTED = ["/api/token/", "/api/token/refresh/", "/api/token/verify/", "/api/token/logout/"]
DEEP = 10_000


def send(method: str, address: str, body: bytes, content_type: str, **environ: Any) -> Any:
    """Send exactly these bytes, as a server would hand them over."""
    client = Client(raise_request_exception=False)
    return client.request(
        REQUEST_METHOD=method,
        PATH_INFO=address,
        CONTENT_TYPE=content_type,
        CONTENT_LENGTH=environ.pop("CONTENT_LENGTH", str(len(body))),
        **{"wsgi.input": BytesIO(body)},
        **environ,
    )


class TestJSON:
    """What a call of the API may be told."""

    @pytest.mark.parametrize(
        "body",
        [
            *(b"", b"{", b"}", b"{]", b"nope", b"{'email': 1}", b'{"email": }', b"\x00"),
            b"//x\n{}",
            *(b"\xff\xfe{\x00}\x00", b'{"email": "\xff"}', b'\xef\xbb\xbf{"email": ', b"{}{}"),
            b'{"a":1,}',
            *(b'{"email": NaN}', b'{"email": Infinity}', b'{"email": -Infinity}', b'{"email": 01}'),
            *(b'{"email": "\t"}', b'{"email": "\\x"}', b'{"email": "\\ud8"}', b"[" * DEEP),
            b'{"a":' * DEEP,
            *(b"[" * DEEP + b"]" * DEEP, b'{"token": ' + b"9" * 5000 + b"}"),
        ],
        ids=lambda body: ascii(body[:20]),
    )  # fmt: skip
    @pytest.mark.parametrize("address", POSTED)
    def test_what_is_no_json_is_refused_with_a_reason(self, address: str, body: bytes) -> None:
        response = send("POST", address, body, "application/json")

        assert response.status_code == 400
        assert response.json()

    @pytest.mark.parametrize(
        "value", [None, [], 1, 1.5, True, "x", [{}], [1, 2], "", {}, [[]]], ids=str
    )
    @pytest.mark.parametrize("address", POSTED)
    def test_a_body_without_the_fields_is_refused(self, address: str, value: Any) -> None:
        response = APIClient().post(address, value)

        assert response.status_code == 400
        assert response.json()

    @pytest.mark.parametrize(
        "value",
        [
            *(None, [], {}, ["x"], {"x": 1}, [[[]]], "", "   ", "\0", "a\0b", "\ud800"),
            "\udfff\ud800",
            *("x" * 60_000, 10**400, -1, 1e308, True, False, "\u202e\u2066", "é" * 10_000),
            "\ufdfa" * 254,
        ],
        ids=lambda value: ascii(value)[:20],
    )  # fmt: skip
    @pytest.mark.parametrize(
        ("address", "field"),
        [
            ("/api/token/", "email"),
            ("/api/token/", "password"),
            ("/api/token/refresh/", "refresh"),
            ("/api/token/verify/", "token"),
            ("/api/token/logout/", "refresh"),
        ],
    )
    def test_no_value_of_a_field_is_more_than_refused(
        self, alice: User, address: str, field: str, value: Any
    ) -> None:
        fields = {"email": alice.email, "password": PASSWORD} | {field: value}
        response = send("POST", address, json.dumps(fields).encode(), "application/json")

        assert response.status_code in (400, 401, 413)
        assert response.json()

    @pytest.mark.parametrize("value", ["remember me", [], {}, "maybe", None, 2, "\0"], ids=ascii)
    @pytest.mark.parametrize("field", ["remember", "transport"])
    def test_an_option_of_the_wrong_kind_is_named(
        self, alice: User, field: str, value: Any
    ) -> None:
        response = APIClient().post(
            "/api/token/", {"email": alice.email, "password": PASSWORD, field: value}
        )

        assert response.status_code == 400
        assert field in response.json()

    @pytest.mark.parametrize(
        "value",
        [None, [], {}, "x" * 151, "\0", "\ud800", True, 1.5, {"x": "y"}, ["x"]],
        ids=lambda value: ascii(value)[:20],
    )
    def test_a_name_of_the_wrong_kind_is_refused(self, alice: User, value: Any) -> None:
        api = bearer(log_in_by_token(alice))
        body = json.dumps({"name": value})
        response = api.generic("PATCH", "/api/me/", body, content_type="application/json")

        alice.refresh_from_db()
        assert response.status_code == 400
        assert alice.name == "Alice"

    @pytest.mark.parametrize(
        ("address", "body", "field"),
        [
            ("/api/token/", {"email": 15, "password": "x"}, "email"),
            ("/api/token/", {"email": "x", "password": 15}, "password"),
            ("/api/token/", {"email": "x", "password": "x", "remember": 1}, "remember"),
            ("/api/token/", {"email": "x", "password": "x", "remember": "true"}, "remember"),
            ("/api/token/refresh/", {"refresh": 15}, "refresh"),
            ("/api/token/verify/", {"token": 1.5}, "token"),
            ("/api/signup/", {"email": "x@example.com", "password": 10**15}, "password"),
            ("/api/email/verify/", {"key": 15}, "key"),
            ("/api/password/reset/", {"email": 15}, "email"),
        ],
    )
    def test_a_number_is_no_text_and_no_flag(
        self, db: None, address: str, body: dict[str, Any], field: str
    ) -> None:
        response = APIClient().post(address, body)

        assert response.status_code == 400
        assert list(response.json()) == [field]

    @pytest.mark.parametrize(
        "fields", [{"id": "x"}, {"email": "mallory@example.com"}, {"is_staff": True}, {"via": "x"}]
    )
    def test_what_alice_may_not_change_stays(self, alice: User, fields: dict[str, Any]) -> None:
        api = bearer(log_in_by_token(alice))
        before = api.get("/api/me/").json()
        api.patch("/api/me/", fields | {"is_superuser": True, "password": "x"})

        alice.refresh_from_db()
        assert api.get("/api/me/").json() == before
        assert (alice.is_staff, alice.is_superuser) == (False, False)
        assert alice.check_password(PASSWORD)


class TestContentType:
    """The API takes JSON in UTF-8 and nothing else."""

    BODY = b'{"token": "x"}'

    @pytest.mark.parametrize(
        "content_type",
        [
            *("", "text/plain", "text/json", "application/xml"),
            "application/x-www-form-urlencoded",
            *("multipart/form-data; boundary=b", "multipart/form-data", "application/jsonp"),
            "json",
            *("application/json; charset=utf-16", "application/json; charset=latin-1", "a/b/c"),
            ";",
            *("application/json; charset=klingon", "application/json; charset=utf-7", "\xff"),
            "*/*",
            *("application/json; charset=base64", "application/json; charset=idna"),
            "application/*",
            *("application/json; charset=\xff", "application/json; charset*=utf-8''%00"),
            "x" * 9000,
            *("application/json; a*=klingon''%ff", "application/json; a*=idna''%ff", "text/html"),
            *("multipart/form-data; boundary*=klingon''b", "application/json, text/plain"),
        ],
        ids=lambda name: ascii(name[:50]),
    )  # fmt: skip
    @pytest.mark.parametrize("address", POSTED)
    def test_another_one_is_refused(self, address: str, content_type: str) -> None:
        response = send("POST", address, self.BODY, content_type)

        assert response.status_code == 415
        assert response.json()["detail"]

    @pytest.mark.parametrize("charset", ["base64", "rot13", "idna", "utf-16", "klingon", "a\0b"])
    @pytest.mark.parametrize("address", ["/", "/api/token/", ADMIN_LOG_IN, "/healthz"])
    def test_a_charset_that_is_none_does_not_break_the_query(
        self, address: str, charset: str
    ) -> None:
        answer = send("POST", address, b"", f"a/b; CharSet={charset}", QUERY_STRING="a=b")

        assert answer.status_code == 415

    @pytest.mark.parametrize(
        "content_type",
        [
            *(
                "application/json",
                "application/json; charset=utf-8",
                "application/json;charset=UTF-8",
            ),
            *('application/json; charset="utf-8"', "APPLICATION/JSON", "application/json; a=b"),
        ],
    )
    def test_json_is_taken_however_it_is_spelled(self, db: None, content_type: str) -> None:
        response = send("POST", "/api/token/verify/", self.BODY, content_type)

        assert response.status_code == 401

    @pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "klingon"])
    def test_a_packed_body_is_no_json(self, encoding: str) -> None:
        packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xabV\xaa\x05\x00\x9a\x19\xec\x07"
        answer = send(
            "POST", "/api/token/", packed, "application/json", HTTP_CONTENT_ENCODING=encoding
        )

        assert answer.status_code in (400, 415)


class TestSize:
    """Two megabytes are refused before anything reads them, whatever they are."""

    @pytest.mark.parametrize(
        "content_type",
        [
            *("application/json", "application/x-www-form-urlencoded", "text/plain", ""),
            "multipart/form-data; boundary=b",
        ],
    )
    @pytest.mark.parametrize("address", [*ADDRESSES, ADMIN_LOG_IN, "/nothing/"])
    def test_a_body_too_large_is_a_413(self, address: str, content_type: str) -> None:
        body = b"x" * 2_000_000
        response = send("POST", address, body, content_type)

        assert response.status_code == 413
        assert "65536 bytes" in response.content.decode()

    @pytest.mark.parametrize(
        "length", ["-1", "abc", "1e9", "0x10", "9" * 30, "9" * 5000, " 5", "+5", "1_0", "٣", "1,2"]
    )
    @pytest.mark.parametrize("address", ["/api/token/", "/sessions/login/", ADMIN_LOG_IN, "/x"])
    def test_a_length_that_is_no_number_is_refused(self, address: str, length: str) -> None:
        kind = "application/json" if "api" in address else "application/x-www-form-urlencoded"
        response = send("POST", address, b"email=x", kind, CONTENT_LENGTH=length)

        assert response.status_code == 400

    @pytest.mark.parametrize("length", ["", "0", "3", "7"])
    def test_a_body_is_read_as_far_as_its_length_says(self, db: None, length: str) -> None:
        form = "application/x-www-form-urlencoded"
        response = send("POST", "/sessions/login/", b"email=x", form, CONTENT_LENGTH=length)

        assert response.status_code == 200

    def test_a_thousand_fields_are_refused(self, client: Client) -> None:
        fields = "&".join(f"a{number}=1" for number in range(5000))
        response = client.post("/sessions/login/", fields, "application/x-www-form-urlencoded")

        assert response.status_code == 400

    def test_a_hundred_files_are_refused(self, client: Client, db: None) -> None:
        parts = (
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="%d"\r\n\r\n\r\n' % number
            for number in range(200)
        )
        body = b"".join(parts) + b"--b--\r\n"
        response = send("POST", "/sessions/login/", body, "multipart/form-data; boundary=b")

        assert response.status_code == 400
