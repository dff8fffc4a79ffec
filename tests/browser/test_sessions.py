"""The session flow and the site's pages, in a real browser."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from authcompare.users.models import User
from tests.conftest import PASSWORD

from .steps import has_no_horizontal_scroll, log_in, press, sessions

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .conftest import Console, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_form_logs_in(page: Page, alice: User) -> None:
    page.goto("/")
    log_in(sessions(page), alice)
    sessions(page).get_by_text("via session").wait_for()
    assert page.url.endswith("/")
    assert "Session: Alice" in page.get_by_role("banner").inner_text()


def test_a_wrong_password_keeps_the_address_and_says_what_to_do(page: Page, alice: User) -> None:
    page.goto("/")
    log_in(sessions(page), alice, "a wrong password of mine")
    assert "Check both and try again." in page.get_by_role("alert").inner_text()
    assert page.title().startswith("Error:")
    assert page.get_by_label("E-mail address").input_value() == alice.email
    assert page.get_by_label("Password", exact=True).input_value() == ""


def test_an_empty_field_is_named_beside_it(page: Page, alice: User) -> None:
    page.goto("/sessions/login/")
    # As a browser that does not check forms would send it.
    page.locator("main form").evaluate("form => form.noValidate = true")
    log_in(page, alice, "")
    password = page.get_by_label("Password", exact=True)
    assert password.get_attribute("aria-invalid") == "true"
    described_by = password.get_attribute("aria-describedby")
    assert page.locator(f"#{described_by}").inner_text() == "This field is required."


def test_logging_out_leaves_no_way_back(page: Page, alice: User) -> None:
    page.goto("/")
    log_in(sessions(page), alice)
    press(page.get_by_role("banner"), "Log out")
    page.get_by_text("No session").wait_for()
    page.goto("/sessions/me/")
    assert page.url.endswith("/sessions/login/?next=/sessions/me/")


def test_whoever_was_sent_to_the_form_comes_back_to_the_page_asked_for(
    page: Page, alice: User
) -> None:
    page.goto("/sessions/me/")
    log_in(page, alice)
    page.get_by_role("heading", name="Secured page").wait_for()
    assert page.url.endswith("/sessions/me/")
    assert str(alice.pk) in page.get_by_role("main").inner_text()


def test_script_cannot_read_the_session_cookie_and_the_page_shows_that(
    page: Page, alice: User
) -> None:
    page.goto("/")
    log_in(sessions(page), alice)
    shown = sessions(page).locator("pre:visible").inner_text()
    assert shown == page.evaluate("document.cookie")
    assert "sessionid" not in shown
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "sessionid"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert cookie["value"] not in page.content()


def test_the_session_calls_the_api_by_its_cookie(page: Page, alice: User) -> None:
    page.goto("/")
    log_in(sessions(page), alice)
    press(sessions(page), "Call the secured resource")
    sessions(page).get_by_text("The API knows you as Alice, via session.").wait_for()
    assert '"via": "session"' in sessions(page).inner_text()


def test_a_session_that_ended_elsewhere_is_said_to_be_over(
    page: Page, alice: User, console: Console
) -> None:
    page.goto("/")
    log_in(sessions(page), alice)
    page.context.clear_cookies()
    console.expect(HTTPStatus.UNAUTHORIZED, "/api/me/")
    press(sessions(page), "Call the secured resource")
    sessions(page).get_by_text("Authentication credentials were not provided.").first.wait_for()


def test_the_session_flow_works_without_script(open_page: OpenPage, alice: User) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/")
    assert "needs script" in page.content()
    log_in(sessions(page), alice)
    assert "in 1 hour, 59 minutes" in sessions(page).inner_text().replace("\xa0", " ")
    page.get_by_role("link", name="Open the secured page").click()
    assert "This log-in" in page.get_by_role("main").inner_text()
    press(page.get_by_role("main"), "Log out")
    assert "No session" in page.get_by_role("banner").inner_text()


def test_the_keyboard_alone_logs_in(page: Page, alice: User) -> None:
    page.goto("/")
    before_the_form = page.locator(".skip-link, header a").count()
    for _ in range(before_the_form + 1):
        page.keyboard.press("Tab")
    page.keyboard.type(alice.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    sessions(page).get_by_text("via session").wait_for()


def test_the_skip_link_leads_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_password_can_be_shown_and_is_hidden_before_it_is_sent(page: Page, alice: User) -> None:
    page.goto("/sessions/login/")
    password = page.get_by_label("Password", exact=True)
    password.fill("a wrong password of mine")
    press(page, "Show the password")
    assert password.get_attribute("type") == "text"
    press(page, "Hide the password")
    assert password.get_attribute("type") == "password"


def test_a_phone_needs_no_horizontal_scrolling(open_page: OpenPage, carol: User) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    page.goto("/")
    assert has_no_horizontal_scroll(page)
    log_in(sessions(page), carol)
    press(sessions(page), "Call the secured resource")
    sessions(page).get_by_text("via session.").wait_for()
    assert has_no_horizontal_scroll(page)
    page.goto("/sessions/me/")
    assert has_no_horizontal_scroll(page)


def test_an_unknown_address_gets_a_page_that_leads_home(page: Page, console: Console) -> None:
    console.expect(HTTPStatus.NOT_FOUND, "/nowhere/")
    page.goto("/nowhere/")
    assert "404" in page.get_by_role("main").inner_text()
    page.get_by_role("link", name="Go to the home page").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("One user")


def test_the_admin_works_under_the_policy(page: Page, carol: User) -> None:
    page.goto("/admin/")
    page.get_by_label("E-mail address").fill(carol.email)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Log in")
    page.locator("a[href='/admin/users/user/']").first.click()
    page.get_by_role("link", name=carol.email).first.click()
    assert page.get_by_label("Name:").input_value() == "Carol"
    page.get_by_role("link", name=re.compile("Sessions")).first.click()
    assert "Carol" in page.content()
