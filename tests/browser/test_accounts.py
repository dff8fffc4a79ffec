"""An account's whole life in a real browser, from the mailed link to the closing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from authcompare.users.models import User
from tests.conftest import PASSWORD
from tests.flows import mailed_link

from .steps import log_in, press

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEW = "another correct horse battery"
NO_CELL_IS_CUT_OFF = """[...document.querySelectorAll("td")].every(
    (cell) => cell.getBoundingClientRect().right <= innerWidth)"""


def fill(page: Page, **fields: str) -> None:
    """Fill in the fields with these labels, whose blanks are underscores."""
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(value)


def log_in_by_form(page: Page, user: Any, password: str = PASSWORD) -> None:
    page.goto("/sessions/login/")
    log_in(page, user, password)
    page.get_by_role("banner").get_by_text("Session:").wait_for()


def heading(page: Page, name: str) -> None:
    """Wait for the page with this heading."""
    page.get_by_role("heading", name=name, level=1).wait_for()


def test_sign_up_by_the_mailed_link(page: Page, db: None) -> None:
    page.goto("/sessions/login/")
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("E-mail address").fill("alice@example.com")
    fill(page, Password=PASSWORD, Password_again=PASSWORD)
    press(page, "Sign up")
    heading(page, "Read your mail")

    page.goto(mailed_link())
    press(page, "Confirm alice@example.com")
    page.get_by_text("Your e-mail address is verified.").wait_for()
    log_in(page, User.objects.get())
    page.get_by_role("banner").get_by_text("Session: alice@example.com").wait_for()

    page.goto(mailed_link())
    heading(page, "Already confirmed")


def test_a_refused_sign_up_says_what_to_do_beside_the_field(page: Page, db: None) -> None:
    page.goto("/sessions/signup/")
    page.get_by_label("E-mail address").fill("alice@example.com")
    fill(page, Password="short", Password_again="short")
    press(page, "Sign up")

    assert page.title().startswith("Error:")
    field = page.get_by_label("Password again", exact=True)
    described_by = (field.get_attribute("aria-describedby") or "").split()
    texts = [page.locator(f"#{name}").inner_text() for name in described_by]
    assert any("at least 15 characters" in text for text in texts)


def test_a_reset_by_the_mailed_link(page: Page, open_page: OpenPage, alice: User) -> None:
    elsewhere = open_page()
    log_in_by_form(elsewhere, alice)
    page.goto("/sessions/login/")
    page.get_by_role("link", name="Forgotten the password?").click()
    page.get_by_label("E-mail address").fill(alice.email)
    press(page, "Send me a link")
    heading(page, "Read your mail")

    page.goto(mailed_link())
    fill(page, New_password=NEW, New_password_again=NEW)
    press(page, "Set the new password")
    page.get_by_text("Your new password is set.").wait_for()
    log_in_by_form(page, alice, NEW)
    elsewhere.goto("/sessions/me/")
    heading(elsewhere, "Log in by session")


def test_no_request_made_from_a_secret_address_tells_it(page: Page, alice: User) -> None:
    page.goto("/sessions/password/reset/")
    page.get_by_label("E-mail address").fill(alice.email)
    press(page, "Send me a link")
    heading(page, "Read your mail")
    link = mailed_link()
    referrers: list[str] = []
    page.on("request", lambda request: referrers.append(request.all_headers().get("referer", "")))

    page.goto(link)
    press(page, "Set the new password")

    assert not any(link in referrer for referrer in referrers)


def test_a_changed_password_keeps_this_browser_and_ends_the_other(
    page: Page, open_page: OpenPage, alice: User
) -> None:
    elsewhere = open_page()
    log_in_by_form(elsewhere, alice)
    log_in_by_form(page, alice)
    page.goto("/sessions/me/")
    page.get_by_role("link", name="Change the password").click()
    fill(page, Current_password=PASSWORD, New_password=NEW, New_password_again=NEW)
    press(page, "Change the password")

    page.get_by_text("Your password is changed.").wait_for()
    heading(page, "Secured page")
    elsewhere.goto("/sessions/me/")
    heading(elsewhere, "Log in by session")


def test_another_address_by_the_mailed_link(page: Page, alice: User) -> None:
    log_in_by_form(page, alice)
    page.goto("/sessions/me/")
    page.get_by_role("link", name="Change the address").click()
    page.get_by_label("New e-mail address").fill("alice@example.org")
    fill(page, Current_password=PASSWORD)
    press(page, "Send me a link")
    page.get_by_text("A mail is on its way to alice@example.org.").wait_for()

    page.goto(mailed_link("alice@example.org"))
    press(page, "Confirm alice@example.org")
    page.get_by_text("Your e-mail address is verified.").wait_for()
    page.get_by_role("cell", name="alice@example.org").wait_for()


def test_closing_takes_the_password_and_then_there_is_no_account(page: Page, alice: User) -> None:
    log_in_by_form(page, alice)
    page.goto("/sessions/me/")
    page.get_by_role("link", name="Close the account").click()
    fill(page, Current_password="not my password")
    press(page, "Close my account for good")
    page.get_by_text("That is not your current password.").wait_for()
    fill(page, Current_password=PASSWORD)
    press(page, "Close my account for good")

    page.get_by_text("Your account is closed").wait_for()
    page.get_by_text("No session").wait_for()
    assert not User.objects.exists()


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize(
    "path",
    [
        "/sessions/signup/",
        "/sessions/password/reset/",
        "/sessions/verify/x/",
        "/sessions/password/change/",
        "/sessions/email/change/",
        "/sessions/close/",
        "/sessions/devices/",
    ],
)
def test_no_page_scrolls_sideways_on_a_phone(
    open_page: OpenPage, alice: User, path: str, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 700}, user_agent="Mozilla/5.0 " * 20)
    log_in_by_form(page, alice)
    page.goto(path)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(NO_CELL_IS_CUT_OFF)


@pytest.mark.parametrize(
    "path",
    [
        "/sessions/password/change/",
        "/sessions/email/change/",
        "/sessions/close/",
        "the mailed link",
    ],
)
def test_a_password_manager_learns_whose_password_it_is(page: Page, alice: User, path: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    log_in_by_form(page, alice)
    Client().post("/sessions/password/reset/", {"email": alice.email})
    page.goto(mailed_link() if path == "the mailed link" else path)
    field = page.locator("main form input[autocomplete=username]")
    page.wait_for_timeout(500)  # In which Chromium looks at the forms.

    assert said == []
    assert (field.input_value(), field.get_attribute("name")) == (alice.email, None)
    assert not field.is_visible()
