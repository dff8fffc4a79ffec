"""The refresh token in an HttpOnly cookie: what a browser holds and no script can read."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from authcompare.users.models import User
from tokens_app.models import TokenFamily

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db

BY_COOKIE = {"transport": "cookie"}


class Browser(APIClient):
    """A browser with a script of the site: it echoes the CSRF cookie in a header."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=True)

    def log_in(self, user: User, **fields: Any) -> Any:
        credentials = {"email": user.email, "password": PASSWORD}
        return self.post("/api/token/", credentials | BY_COOKIE | fields)

    def by_cookie(self, address: str) -> Any:
        csrf = self.cookies["csrftoken"].value
        return self.post(address, BY_COOKIE, headers={"x-csrftoken": csrf})

    def refresh(self) -> Any:
        return self.by_cookie("/api/token/refresh/")

    def log_out(self) -> Any:
        return self.by_cookie("/api/token/logout/")


@pytest.fixture
def browser() -> Browser:
    """A browser."""
    return Browser()


def test_the_body_holds_no_refresh_token(alice: User, browser: Browser) -> None:
    response = browser.log_in(alice)

    assert set(response.json()) == {"access", "access_expires_at", "refresh_expires_at"}


def test_the_cookie_is_for_this_site_and_no_script(alice: User, browser: Browser) -> None:
    cookie = browser.log_in(alice).cookies["refresh"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_it_ends_with_the_browser_unless_alice_is_remembered(alice: User, browser: Browser) -> None:
    assert not browser.log_in(alice).cookies["refresh"]["expires"]
    assert browser.log_in(alice, remember=True).cookies["refresh"]["expires"]


def test_a_refresh_rotates_the_cookie(alice: User, browser: Browser) -> None:
    browser.log_in(alice)
    before = browser.cookies["refresh"].value

    response = browser.refresh()

    assert response.status_code == 200
    assert "refresh" not in response.json()
    assert browser.cookies["refresh"].value != before


@pytest.mark.parametrize("address", ["/api/token/refresh/", "/api/token/logout/"])
def test_another_sites_request_is_refused(alice: User, browser: Browser, address: str) -> None:
    browser.log_in(alice)

    response = browser.post(address, BY_COOKIE)

    assert response.status_code == 403
    assert response.json()["code"] == "csrf_failed"
    assert TokenFamily.objects.live().get().generation == 0


def test_a_request_without_the_cookie_is_not_authenticated(db: None, browser: Browser) -> None:
    browser.get("/sessions/login/")

    response = browser.refresh()

    assert response.status_code == 401
    assert response.json()["code"] == "not_authenticated"


def test_a_log_out_ends_the_log_in_and_the_cookie(alice: User, browser: Browser) -> None:
    browser.log_in(alice)

    response = browser.log_out()

    assert response.status_code == 204
    assert response.cookies["refresh"]["max-age"] == 0
    assert TokenFamily.objects.get().end_reason == "logged_out"


def test_logging_out_twice_is_no_error(alice: User, browser: Browser) -> None:
    browser.log_in(alice)
    browser.log_out()

    assert browser.log_out().status_code == 204


def test_a_refused_refresh_leaves_the_cookie_alone(alice: User, browser: Browser) -> None:
    # It may be the winner's by now: the loser of a race must not take it away.
    browser.log_in(alice)
    TokenFamily.objects.all().end("revoked")

    response = browser.refresh()

    assert response.status_code == 401
    assert "refresh" not in response.cookies


def test_a_new_log_in_ends_the_one_whose_cookie_it_overwrites(
    alice: User, browser: Browser
) -> None:
    browser.log_in(alice)
    browser.log_in(alice)

    assert TokenFamily.objects.filter(end_reason="replaced").count() == 1
    assert TokenFamily.objects.live().count() == 1


def test_the_csrf_token_changes_at_log_in(alice: User, browser: Browser) -> None:
    browser.get("/sessions/login/")
    before = browser.cookies["csrftoken"].value
    browser.log_in(alice)

    assert browser.cookies["csrftoken"].value != before


def test_one_request_carries_one_refresh_token(alice: User, browser: Browser) -> None:
    response = browser.post("/api/token/refresh/", BY_COOKIE | {"refresh": "x"})

    assert response.status_code == 400
    assert "refresh" in response.json()


def test_the_cookie_alone_authenticates_nothing_else(alice: User, browser: Browser) -> None:
    browser.log_in(alice)

    assert browser.get("/api/me/").status_code == 401
    assert browser.post("/api/token/refresh/", {}).status_code == 400


def test_an_unknown_transport_is_refused(alice: User, browser: Browser) -> None:
    assert browser.log_in(alice, transport="pigeon").status_code == 400
