"""What the site believes of a request, and what it keeps to itself (R-095 to R-098)."""

import re
from typing import Any

import pytest
from django.test import Client

from authcompare import views
from authcompare.users.models import User

from .addresses import ADDRESSES, ADMIN_LOG_IN, CALLS, JWKS, PAGES, STYLE
from .conftest import PASSWORD
from .flows import bearer, log_in_by_token
from .test_headers import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(carol: User) -> Client:
    """Carol's browser: what she may see is all there is."""
    client = Client(raise_request_exception=False)
    client.force_login(carol)
    return client


class TestProxies:
    """Headers that only a proxy may write change nothing when a client writes them."""

    @pytest.mark.parametrize(
        "headers",
        [
            {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"},
            {
                "x-forwarded-port": "99",
                "x-forwarded-server": "evil.example",
                "x-host": "evil.example",
            },
        ],
    )
    @pytest.mark.parametrize("address", ["/sessions/me", "/sessions/me/", "/sessions/login/", JWKS])
    def test_no_answer_speaks_of_another_host(
        self, client: Client, address: str, headers: dict[str, str]
    ) -> None:
        plain, response = client.get(address), client.get(address, headers=headers)

        assert response.status_code == plain.status_code
        assert response.headers.get("Location") == plain.headers.get("Location")
        assert "evil" not in str(response.headers) + response.content.decode()

    @pytest.mark.parametrize("name", ["x-original-url", "x-rewrite-url", "x-forwarded-prefix"])
    def test_the_address_is_the_one_of_the_request_line(self, client: Client, name: str) -> None:
        assert client.get("/nothing/", headers={name: "/healthz"}).status_code == 404

    def test_nobody_is_on_https_by_saying_so(self, client: Client) -> None:
        claims = {"x-forwarded-proto": "https", "x-forwarded-ssl": "on", "forwarded": "proto=https"}

        assert not client.get("/", headers=claims).wsgi_request.is_secure()

    @pytest.mark.parametrize(
        "name", ["x-forwarded-for", "x-real-ip", "client-ip", "cf-connecting-ip"]
    )
    def test_nobody_comes_from_where_he_says(self, alice: User, name: str) -> None:
        api = bearer(log_in_by_token(alice))
        refresh = log_in_by_token(alice)["refresh"]
        api.post("/api/token/refresh/", {"refresh": refresh}, headers={name: "192.0.2.66"})

        addresses = {device["ip_address"] for device in api.get("/api/devices/").json()}
        assert addresses == {"127.0.0.1"}


class TestHost:
    """A request for another site is refused, so that no answer is built on its name."""

    @pytest.mark.parametrize(
        "host",
        [
            *(
                "evil.example",
                "testserver.evil.example",
                "eviltestserver",
                "testserver@evil.example",
            ),
            *("testserver:evil", "testserver/evil", "testserver,evil.example", "evil.example:80"),
            *("", " ", "[::1", "\xff", "testserver\0", "testserver evil", "x" * 5000, "<script>"),
        ],
        ids=lambda host: ascii(host[:30]),
    )
    def test_a_foreign_or_malformed_host_is_refused(
        self, client: Client, db: None, host: str
    ) -> None:
        for address in ("/", "/sessions/login/", ADMIN_LOG_IN, "/api/me/", "/nothing", JWKS):
            response = client.get(address, headers={"host": host})
            assert response.status_code == 400, address
            assert "evil" not in response.content.decode(), address
            assert "DisallowedHost" not in response.content.decode(), address


class TestClosed:
    """What nobody needs is not there."""

    @pytest.mark.parametrize("address", [*ADDRESSES, STYLE])
    def test_an_unused_method_is_refused(self, staff: Client, address: str) -> None:
        for method in ("TRACE", "CONNECT", "BREW", "PROPFIND", "TRACK", "Get\x00", ""):
            response = staff.generic(method, address, headers={"x-secret": "of-the-request"})
            assert response.status_code in (401, 403, 404, 405), method
            assert b"of-the-request" not in response.getvalue(), method

    @pytest.mark.parametrize("method", ["POST", "QUERY", "TRACE"])
    @pytest.mark.parametrize("address", [JWKS, "/healthz", "/api/schema/"])
    def test_whoever_uses_another_one_is_told_which_there_are(
        self, address: str, method: str
    ) -> None:
        response = Client(enforce_csrf_checks=True).generic(method, address)

        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]
        assert response.json()["code"] == "method_not_allowed"
        assert response.json()["detail"]

    def test_a_page_tells_it_too(self, client: Client) -> None:
        response = client.put("/sessions/login/")

        assert response.status_code == 405
        assert response.headers["Allow"] in response.content.decode()

    @pytest.mark.parametrize("address", ["/", *PAGES])
    def test_a_page_takes_get_or_post_and_nothing_else(
        self, alice: User, client: Client, address: str
    ) -> None:
        client.force_login(alice)

        for method in (client.put, client.patch, client.delete):
            assert method(address).status_code == 405

    @pytest.mark.parametrize(
        "path",
        [
            *(
                "manage.py",
                ".env",
                ".git/config",
                ".git/HEAD",
                "authcompare/settings.py",
                "db.sqlite3",
            ),
            *("requirements.txt", "pyproject.toml", ".signing-keys.json", "README.md", "Makefile"),
            *("static/../manage.py", "static/../../manage.py", "static/..%2fmanage.py", "static/"),
            *("static//etc/passwd", "static/%2e%2e/manage.py", "static/authcompare/", "__debug__/"),
            *(
                "static/authcompare/../../settings.py",
                "static/..\\manage.py",
                "server-status",
                "media/",
            ),
            *("static/.env", "console/", "phpinfo.php", "static/authcompare/style.css/", "metrics"),
        ],
    )
    def test_nothing_of_the_source_or_the_server_is_served(
        self, client: Client, db: None, path: str
    ) -> None:
        assert client.get(f"/{path}").status_code == 404
        assert client.request(PATH_INFO=f"/{path}").status_code == 404

    @pytest.mark.parametrize("address", ["/nothing/", "/api/nothing/", "/admin/nothing/"])
    def test_an_error_page_explains_nothing_to_an_attacker(
        self, staff: Client, address: str
    ) -> None:
        page = staff.get(address).content.decode()

        assert not re.search(r"urlconf|URLconf|Traceback|DEBUG|sessions_app|tokens_app", page)

    def test_a_server_error_shows_nothing_of_what_broke(
        self, staff: Client, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(views.HomeView, "get_context_data", broken)
        page = staff.get("/").content.decode()

        assert not re.search(r"ZeroDivision|Traceback|views\.py|lambda", page)

    @pytest.mark.parametrize("address", CALLS)
    def test_the_api_has_no_browsable_pages(self, staff: Client, address: str) -> None:
        if address == "/api/docs/":
            return
        for accept in ("text/html", "*/*"):
            response = staff.get(address, headers={"accept": accept})
            assert "html" not in response.headers.get("Content-Type", "")


class TestReflection:
    """What came with a request, now or earlier, is shown as text or not at all."""

    ATTACK = "<script>alert(1)</script>'\"><img src=x onerror=alert(1)>"

    def hostile(self, response: Any) -> bool:
        body, content_type = response.content.decode(), response.headers.get("Content-Type", "")
        assert "json" in content_type or "<script>alert" not in body
        return "html" in content_type and ("<script>alert" in body or "<img src=x" in body)

    @pytest.mark.parametrize("address", [*ADDRESSES, ADMIN_LOG_IN, "/nothing/", "/admin/"])
    def test_nothing_of_a_request_is_markup(self, staff: Client, address: str) -> None:
        fields = dict.fromkeys(("email", "username", "next", "name", "q", "format"), self.ATTACK)
        headers = {
            "user-agent": self.ATTACK,
            "referer": self.ATTACK,
            "accept-language": self.ATTACK,
        }

        assert not self.hostile(staff.get(address, fields, headers=headers))
        assert not self.hostile(staff.post(address, fields, headers=headers))
        assert not self.hostile(staff.request(PATH_INFO=f"{address}{self.ATTACK}/"))

    @pytest.mark.parametrize(
        "address",
        [
            "/",
            "/sessions/me/",
            "/sessions/devices/",
            "/admin/sessions_app/session/",
            "/admin/users/user/",
        ],
    )
    def test_what_was_stored_is_text_where_it_is_shown(
        self, carol: User, client: Client, address: str
    ) -> None:
        carol.name = self.ATTACK
        carol.save()
        form = {"email": carol.email, "password": PASSWORD}
        client.post("/sessions/login/", form, headers={"user-agent": self.ATTACK})
        page = client.get(address)

        assert page.status_code == 200
        assert not self.hostile(page)
        assert "&lt;script&gt;" in page.content.decode()
