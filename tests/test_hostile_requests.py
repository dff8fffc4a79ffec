"""Hostile forms, headers, cookies and paths are no server errors (R-129, R-130)."""

from io import BytesIO
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from authcompare.users.models import User

from .addresses import ADDRESSES, ADMIN_LOG_IN
from .conftest import PASSWORD
from .test_hostile_input import send

pytestmark = pytest.mark.django_db

FORMS = ["/sessions/login/", ADMIN_LOG_IN]
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
NAMED = b'--b\r\nContent-Disposition: form-data; name="email"\r\n'

ODD_HEADERS = {
    "HTTP_AUTHORIZATION": [
        *(
            "",
            " ",
            "Bearer",
            "Basic eDp5",
            "\xff",
            "Bearer \xff",
            "\0",
            "Bearer a b",
            "Bearer a.b.c\0",
        ),
        "Bearer " + "." * 9000,
    ],
    "HTTP_COOKIE": [
        *("", "=", ";", ";" * 9000, "\xff=\xff", "a" * 60_000),
        *(
            f"{name}={value}"
            for name in ("sessionid", "csrftoken", "messages", "refresh")
            for value in ("", "\0", "\xff", '"', "x" * 32, "x" * 9000, "%00", "\\377", '"\\000"')
        ),
    ],
    "HTTP_ACCEPT": [
        *(
            "",
            ";",
            "\xff",
            "a/b; c*=klingon''d",
            "*/*; q=x",
            "," * 999,
            "application/json; indent=x",
        ),
        "application/json; indent=" + "9" * 5000,
    ],
    "HTTP_ACCEPT_LANGUAGE": ["\xff", "-" * 9000, "en;q=x", "a," * 5000],
    "HTTP_REFERER": ["http://[", "\xff", "\0", "x" * 9000],
    "HTTP_ORIGIN": ["http://[", "\xff", "\0", "x" * 9000],
    "HTTP_IF_MODIFIED_SINCE": ["x", "Thu, 99 Foo 9999 99:99:99 GMT", "\xff"],
    "HTTP_RANGE": ["bytes=9-1", "bytes=-", "klingon=0-1", "bytes=" + "9" * 50],
    "HTTP_USER_AGENT": ["\0", "\xff" * 9000, "\x1b[31m", "{{7*7}}"],
    "HTTP_X_FORWARDED_FOR": ["x", "\xff", "1.2.3.4," * 999, "::ffff:1.2.3.4"],
    "QUERY_STRING": ["%", "%ff=%ff", "\xff", "&" * 9000, "format=xml", "next=%00"],
    "SERVER_PORT": ["", "x", "99999"],
}
HEADERS = [(name, value) for name, values in ODD_HEADERS.items() for value in values]


class TestForms:
    """What a form's view may be told."""

    @pytest.mark.parametrize(
        "body",
        [
            *(b"", b"&", b"=", b"%", b"email=%", b"email=%zz", b"email=%00&password=%00"),
            b"\xff=\xff",
            *(b"email=%ff%fe&password=%ff", b"email=%ed%a0%80&password=%ed%bf%bf"),
            b"email=\x00&password=\x00",
            *(b"email=a&email=b&password=c&password=d", b"email[]=a&password[x]=b", b";;;"),
            b"a" * 60_000,
            *(b"username=a&password=b", b"email=" + b"a" * 60_000),
            b"remember=maybe&email=a&password=b",
            *(b"csrfmiddlewaretoken=%00", b"next=%00%ff"),
            b"email=%f0%9f%92%a9@example.com&password=x",
            *(b"email=" + b"%ef%b7%ba" * 250 + b"&password=x", b"=" * 30_000),
        ],
        ids=lambda body: ascii(body[:30]),
    )  # fmt: skip
    @pytest.mark.parametrize("address", FORMS)
    def test_odd_fields_get_the_form_again(self, db: None, address: str, body: bytes) -> None:
        assert send("POST", address, body, FORM).status_code == 200

    @pytest.mark.parametrize(
        "body",
        [
            *(b"", b"--b", b"--b--", b"--b\r\n", b"--b\r\n\r\n--b--", b"--c\r\n\r\n\r\n--c--"),
            b"\xff" * 99,
            *(NAMED, NAMED + b"\r\nunfinished", NAMED + b"\r\n\xff\x00\r\n--b--", NAMED[:20]),
            b"\r\n" * 999,
            NAMED + b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--",
            NAMED + b"Content-Transfer-Encoding: klingon\r\n\r\nx\r\n--b--",
            NAMED + b"Content-Type: text/plain; charset=klingon\r\n\r\nx\r\n--b--",
            NAMED + b"Content-Length: 99999999999\r\n\r\nx\r\n--b--",
            NAMED + b"X: " + b"x" * 20_000 + b"\r\n\r\nx\r\n--b--",
            b"--b\r\nContent-Disposition: form-data; name*=klingon''email\r\n\r\nx\r\n--b--",
            b"--b\r\nContent-Disposition: form-data; name*=idna''%ff\r\n\r\nx\r\n--b--",
            b"--b\r\nContent-Disposition: form-data; name*=utf-8''%ff%00\r\n\r\nx\r\n--b--",
            b'--b\r\nContent-Disposition: form-data; name="\xff\x00"\r\n\r\nx\r\n--b--',
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="/\x00"\r\n\r\nx\r\n--b--',
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="p"\r\n\r\nx\r\n--b--',
            b"--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--",
        ],
        ids=lambda body: ascii(body[:90]),
    )  # fmt: skip
    @pytest.mark.parametrize("address", FORMS)
    def test_odd_parts_are_no_server_error(self, db: None, address: str, body: bytes) -> None:
        assert send("POST", address, body, MULTIPART).status_code in (200, 400)

    @pytest.mark.parametrize(
        "content_type",
        [
            *("multipart/form-data", "multipart/form-data; boundary="),
            "multipart/form-data; boundary=\xff",
            "multipart/form-data; boundary=" + "b" * 300,
            "multipart/form-data; boundary*=idna''%ff",
            *("multipart/mixed; boundary=b", f"{FORM}; charset=utf-16", f"{FORM}; charset=klingon"),
            *(f"{FORM}; charset*=utf-8''%00", f"{FORM}; charset=\xff", "text/plain", "", ";"),
            "\x80/\x80",
        ],
        ids=lambda name: ascii(name[:60]),
    )  # fmt: skip
    @pytest.mark.parametrize("address", FORMS)
    def test_an_odd_content_type_is_no_server_error(
        self, db: None, address: str, content_type: str
    ) -> None:
        body = NAMED + b"\r\nx\r\n--b--"

        assert send("POST", address, body, content_type).status_code in (200, 400, 415)

    @pytest.mark.parametrize(
        "content_type",
        ["application/json; a*=klingon''%ff", f"{FORM}; charset=klingon"],
        ids=ascii,
    )
    def test_an_odd_content_type_is_no_server_error_under_asgi(
        self, db: None, content_type: str
    ) -> None:
        async def ask() -> Any:
            client = AsyncClient(raise_request_exception=False)
            return await client.generic("POST", "/api/token/?a=%ff", b"{}", content_type)

        assert async_to_sync(ask)().status_code == 415

    def test_a_file_in_the_place_of_a_field_is_no_value(self, alice: User, client: Client) -> None:
        file = BytesIO(PASSWORD.encode())
        response = client.post("/sessions/login/", {"email": alice.email, "password": file})

        assert response.status_code == 200
        assert "sessionid" not in response.cookies

    @pytest.mark.parametrize("count", [2, 500])
    def test_of_a_repeated_field_only_one_is_tried(
        self, alice: User, client: Client, count: int
    ) -> None:
        guesses = [PASSWORD] * (count - 1) + ["wrong"]
        response = client.post("/sessions/login/", {"email": alice.email, "password": guesses})

        assert "sessionid" not in response.cookies


class TestRequests:
    """The rest of a request."""

    @pytest.mark.parametrize(
        "path",
        [
            *("/\0", "/\xff\xfe", "/\x80", "//", "///", "/..", "/../..", "/%", "/%00", "*", ""),
            "x",
            *("/a" * 5000, "/\\", "/api/\0", "/api/\xff/", "/api//token/", "/api/token/\0"),
            "/admin/\0/",
            *("/static/\0", "/static/\xff", "/static/" + "a" * 5000),
            "/sessions/devices/\0/revoke/",
            *("/api/devices/x/", "/api/devices/\xff/", "/admin/users/user/\0/change/"),
            "/admin/r/x/y/",
            *("/.well-known/", "/.well-known/\xff", "/healthz/", "http://evil.example/", "/;/"),
            "/?/#",
        ],
        ids=lambda path: ascii(path[:30]),
    )  # fmt: skip
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_an_odd_path_is_not_found(self, carol: User, path: str, method: str) -> None:
        client = Client(raise_request_exception=False)
        client.force_login(carol)
        response = client.request(REQUEST_METHOD=method, PATH_INFO=path)

        assert response.status_code in (200, 301, 302, 400, 404, 405)

    @pytest.mark.parametrize(("name", "value"), HEADERS, ids=lambda text: ascii(text)[:40])
    def test_an_odd_header_is_no_server_error(self, alice: User, name: str, value: str) -> None:
        form, by_cookie = f"email={alice.email}&password=x".encode(), b'{"transport": "cookie"}'
        odd = {name: value}

        for address in ("/", "/sessions/me/", "/api/me/", "/static/x"):
            assert send("GET", address, b"", "", **odd).status_code < 500, address
        assert send("POST", "/sessions/login/", form, FORM, **odd).status_code < 500
        response = send("POST", "/api/token/refresh/", by_cookie, "application/json", **odd)
        assert response.status_code < 500

    @pytest.mark.parametrize("method", ["", " ", "\0", "X" * 9000, "post", "GET\0", "é", "_method"])
    def test_an_odd_method_is_no_server_error(self, db: None, method: str) -> None:
        for address in (*ADDRESSES, ADMIN_LOG_IN):
            assert send(method, address, b"", "").status_code < 500, address

    @pytest.mark.parametrize(
        "address", ["", "\0", "unix:", "1.2.3.4:80", "fe80::1%eth0", "::1", "x" * 999]
    )
    def test_an_odd_client_address_is_no_server_error(self, alice: User, address: Any) -> None:
        form = f"email={alice.email}&password={PASSWORD}".replace(" ", "+").encode()
        response = send("POST", "/sessions/login/", form, FORM, REMOTE_ADDR=address)

        assert response.status_code == 302
