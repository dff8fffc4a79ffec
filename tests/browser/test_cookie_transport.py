"""The home page's token client with the refresh token in a cookie, in a real browser."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from authcompare.users.models import User
from tokens_app.models import TokenFamily

from .steps import WITHOUT_LOCKS, access_token, log_in_by_token, press, tokens

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from .conftest import Console

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFRESH = "/api/token/refresh/"
OUT_OF_REACH = "net::ERR_CONNECTION_REFUSED"
REMEMBERED = "localStorage.getItem('authcompare.cookie-log-in')"


@pytest.fixture
def page(page: Page, alice: User) -> Page:
    """Open the home page and log Alice in by token, the refresh token in a cookie."""
    page.goto("/")
    log_in_by_token(page, alice, "cookie")
    return page


def refresh_cookie(page: Page) -> Any:
    """Return the browser's cookie that holds the refresh token, or None."""
    return next((c for c in page.context.cookies() if c["name"] == "refresh"), None)


def resumed(page: Page) -> None:
    """Wait until the page goes on with the log-in."""
    tokens(page).get_by_text("Resumed by cookie as Alice.").wait_for()


def form_is_shown(page: Page) -> bool:
    tokens(page).get_by_role("button", name="Log in by token").wait_for()
    return not tokens(page).get_by_role("button", name="Renew").is_visible()


def out_of_reach_once(page: Page) -> None:
    """Lose the next refresh on its way."""
    page.route(f"**{REFRESH}", lambda route: route.abort("connectionrefused"), times=1)


def test_no_script_can_read_the_refresh_token(page: Page) -> None:
    cookie = refresh_cookie(page)
    seen = page.evaluate("[document.cookie, JSON.stringify({...localStorage, ...sessionStorage})]")
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
    assert cookie["value"] not in page.content() + "".join(seen)
    assert access_token(page) not in "".join(seen)
    assert json.loads(seen[1]) == {
        "authcompare.cookie-log-in": str(TokenFamily.objects.get().pk),
    }


def test_the_page_says_what_the_browser_holds(page: Page) -> None:
    told = tokens(page).inner_text()
    for words in ("refresh token’s cookie is refresh", "yes: no script can read it", "Strict"):
        assert words in told
    assert tokens(page).locator("pre:visible").first.inner_text() == page.evaluate(
        "document.cookie"
    )


def test_a_reload_resumes_and_leaves_the_focus_alone(page: Page) -> None:
    before, cookie = access_token(page), refresh_cookie(page)
    page.reload()
    resumed(page)
    assert access_token(page) != before
    assert refresh_cookie(page)["value"] != cookie["value"]
    assert page.evaluate("document.activeElement === document.body")


def test_renewing_rotates_the_cookie_and_shows_no_secret(page: Page) -> None:
    before = refresh_cookie(page)
    press(tokens(page), "Renew")
    tokens(page).get_by_text("Renewed: two new tokens").wait_for()
    assert refresh_cookie(page)["value"] != before["value"]
    assert '"transport": "cookie"' in tokens(page).inner_text()
    assert '"refresh":' not in tokens(page).inner_text()


def test_logging_out_ends_the_log_in_in_every_tab(page: Page) -> None:
    other = page.context.new_page()
    other.goto("/")
    resumed(other)
    press(tokens(page), "Log out")
    tokens(page).get_by_text("Logged out: the log-in is over").wait_for()
    tokens(other).get_by_text("Logged out in another tab.").wait_for()
    assert not TokenFamily.objects.live().exists()
    assert refresh_cookie(page) is None
    assert page.evaluate(REMEMBERED) is None
    page.reload()
    assert form_is_shown(page)


def test_a_lost_answer_logs_nobody_out(page: Page, console: Console) -> None:
    console.expect(OUT_OF_REACH, REFRESH)
    out_of_reach_once(page)
    press(tokens(page), "Renew")
    tokens(page).get_by_text("The server did not answer.").wait_for()
    press(tokens(page), "Renew")
    tokens(page).get_by_text("Renewed: two new tokens").wait_for()


def test_a_reload_out_of_reach_can_be_repeated(page: Page, console: Console) -> None:
    console.expect(OUT_OF_REACH, REFRESH)
    out_of_reach_once(page)
    page.reload()
    tokens(page).get_by_text("Your log-in goes on: reload the page").wait_for()
    page.reload()
    resumed(page)


def test_a_cookie_that_is_gone_leads_back_to_the_form(page: Page, console: Console) -> None:
    console.expect(HTTPStatus.UNAUTHORIZED, REFRESH)
    page.context.clear_cookies(name="refresh")
    page.reload()
    tokens(page).get_by_role("alert").get_by_text("This log-in is over; log in again.").wait_for()
    assert page.evaluate(REMEMBERED) is None


def test_a_log_out_refused_for_its_csrf_token_is_no_log_out(page: Page, console: Console) -> None:
    console.expect(HTTPStatus.FORBIDDEN, "/api/token/logout/")
    page.context.clear_cookies(name="csrftoken")
    press(tokens(page), "Log out")
    tokens(page).get_by_role("status").get_by_text("CSRF Failed").wait_for()
    assert tokens(page).get_by_role("button", name="Log out").is_visible()
    assert TokenFamily.objects.live().exists()


def test_a_late_refusal_ends_no_log_in_that_began_meanwhile(
    page: Page, alice: User, console: Console
) -> None:
    page.add_init_script(WITHOUT_LOCKS)
    page.reload()
    resumed(page)
    held = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**{REFRESH}", hold, times=1)
    press(tokens(page), "Renew")
    other = page.context.new_page()
    other.goto("/")
    resumed(other)
    press(tokens(other), "Log out")
    log_in_by_token(other, alice, "cookie")
    console.expect(HTTPStatus.UNAUTHORIZED, REFRESH)
    held[0].fulfill(status=401, json={"detail": "Too late.", "code": "log_in_over"})
    tokens(page).get_by_text("Your log-in goes on: reload the page").wait_for()
    assert page.evaluate(REMEMBERED) == str(TokenFamily.objects.live().get().pk)
