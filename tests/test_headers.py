"""What every answer tells the browser to do and not to do (R-087 to R-093).

HSTS and the redirect to https need a site without DEBUG: see test_production.py.
"""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from authcompare import views
from authcompare.users.models import User

from .addresses import ADDRESSES, ADMIN_LOG_IN, JWKS, PAGES, STYLE

pytestmark = pytest.mark.django_db

ADMIN_PAGES = ["/admin/", "/admin/users/user/", "/admin/users/user/add/", "/admin/password_change/"]
HTML_PAGES = ["/", *PAGES, ADMIN_LOG_IN, *ADMIN_PAGES, "/nothing/", "/admin/nothing/"]
JSON = {"content_type": "application/json"}


def broken(*args: Any, **kwargs: Any) -> Any:
    raise ZeroDivisionError


def get(address: str) -> Callable[[Client], Any]:
    return lambda client: client.get(address)


# One of each kind of answer: the pages, the API, and what the guards and handlers say instead.
ANSWERS: dict[str, Callable[[Client], Any]] = {
    **{address: get(address) for address in [*ADDRESSES, ADMIN_LOG_IN, *ADMIN_PAGES, STYLE]},
    "page 400, foreign host": lambda client: client.get("/", headers={"host": "evil.example"}),
    "page 403, no CSRF token": lambda client: client.post("/sessions/logout/"),
    "page 404": get("/nothing/"),
    "page 405": get("/sessions/logout/"),
    "page 413": lambda client: client.post("/sessions/login/", {"email": "x" * 100_000}),
    "page 415": lambda client: client.post("/", "x", "text/plain; charset=latin-1"),
    "page 500": get("/"),
    "refused form": lambda _: Client().post("/sessions/login/", {"email": "x"}),
    "redirect to the log-in": lambda _: Client().get("/sessions/me/"),
    "completed address": get("/sessions/me"),
    "admin 404": get("/admin/nothing/"),
    "API 400, foreign host": lambda client: client.get("/api/", headers={"host": "evil.example"}),
    "API 400": lambda client: client.post("/api/token/", {}, **JSON),
    "API 401": lambda _: Client().get("/api/me/"),
    "API 403": lambda client: client.patch("/api/me/", {"name": "x"}, **JSON),
    "API 404": get("/api/nothing/"),
    "API 405": get("/api/token/"),
    "API 406": lambda client: client.get("/api/me/", headers={"accept": "text/html"}),
    "API 413": lambda client: client.post("/api/token/", "x" * 100_000, **JSON),
    "API 415": lambda client: client.post("/api/token/", "x", content_type="text/plain"),
    "static 404": get("/static/nothing.css"),
}


@pytest.fixture
def staff(carol: User) -> Client:
    """Carol's browser: what she may see is all there is."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(carol)
    return client


@pytest.fixture(params=ANSWERS)
def answer(request: pytest.FixtureRequest, staff: Client, monkeypatch: Any) -> Any:
    """One kind of answer after the other."""
    if request.param == "page 500":
        monkeypatch.setattr(views.HomeView, "get_context_data", broken)
    response = ANSWERS[request.param](staff)
    if number := re.search(r"\b[45]\d\d\b", request.param):
        assert response.status_code == int(number[0])
    response.body = response.getvalue()  # Reads a file to its end, which closes it.
    return response


def policy(response: Any) -> dict[str, list[str]]:
    """Return the directives of an answer's Content-Security-Policy."""
    parts = response.headers["Content-Security-Policy"].split(";")
    return {name: sources for name, *sources in (part.split() for part in parts if part.strip())}


class TestEveryAnswer:
    """Pages, errors, redirects, the admin, the API, static files and keys alike."""

    def test_its_type_is_not_guessed(self, answer: Any) -> None:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.body:
            content_type = answer.headers["Content-Type"].replace('"', "")
            # JSON has one encoding and no such parameter (RFC 8259 11).
            assert content_type.startswith("application/json") or "charset=utf-8" in content_type

    def test_nobody_frames_it(self, answer: Any) -> None:
        assert policy(answer)["frame-ancestors"] == ["'none'"]

    def test_its_policy_lets_nothing_in_from_elsewhere(self, answer: Any) -> None:
        directives = policy(answer)

        assert directives.pop("default-src") == ["'none'"]
        assert directives.pop("object-src") == ["'none'"]
        assert directives.pop("base-uri") == ["'none'"]
        assert directives.pop("form-action") == ["'self'"]
        for name in ("script-src", "style-src", "connect-src"):
            assert directives[name] == ["'self'"]
        allowed = {"'none'", "'self'", "data:"}
        assert {source for sources in directives.values() for source in sources} <= allowed

    def test_its_address_stays_on_the_site(self, answer: Any) -> None:
        # "strict-origin", where an address is itself a secret, tells nobody the path.
        allowed = ("same-origin", "no-referrer", "strict-origin")
        assert answer.headers["Referrer-Policy"] in allowed

    def test_no_other_window_has_a_hand_on_it(self, answer: Any) -> None:
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"

    def test_it_says_nothing_of_the_software(self, answer: Any) -> None:
        assert {"Server", "X-Powered-By", "Via"}.isdisjoint(answer.headers)

    def test_it_is_cached_only_where_it_is_everybodys(
        self, answer: Any, request: pytest.FixtureRequest
    ) -> None:
        public = answer.request["PATH_INFO"] in (JWKS, STYLE)

        assert ("no-store" in answer.headers["Cache-Control"]) is not public


class Markup(HTMLParser):
    """Collects what a page would run, and what it would load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.loaded: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        data = names.get("type") in ("application/json", "importmap")
        if tag == "style" or (tag == "script" and "src" not in names and not data):
            self.inline.append(tag)
        self.inline += [name for name in names if name == "style" or name.startswith("on")]
        loads = {"script": "src", "link": "href", "img": "src", "iframe": "src", "form": "action"}
        if (value := names.get(loads.get(tag, ""))) is not None:
            self.loaded.append(value)


class TestPages:
    """What the policy forbids is not on the pages either, so that nothing is silently dead."""

    @pytest.mark.parametrize("address", HTML_PAGES)
    def test_there_is_no_inline_script_or_style(self, staff: Client, address: str) -> None:
        assert Markup(staff.get(address).content.decode()).inline == []

    @pytest.mark.parametrize("address", HTML_PAGES)
    def test_everything_is_loaded_from_this_site(self, staff: Client, address: str) -> None:
        loaded = Markup(staff.get(address).content.decode()).loaded

        assert not [link for link in loaded if re.match(r"//|\w+:", link)]

    def test_what_a_page_must_not_have_is_found(self) -> None:
        page = '<p onclick=x><script>1</script><script src="//evil.example/a.js"></script>'

        assert Markup(page).inline == ["onclick", "script"]
        assert Markup(page).loaded == ["//evil.example/a.js"]
