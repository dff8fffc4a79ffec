"""The devices page, in a real browser."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from authcompare.users.models import User
from tests.flows import log_in_by_form
from tokens_app.models import TokenFamily

from .steps import has_no_horizontal_scroll, log_in, log_in_by_token, press, sessions, tokens

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from .conftest import Console, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def log_in_elsewhere(user: User, user_agent: str) -> None:
    log_in_by_form(Client(headers={"user-agent": user_agent}), user)


def open_devices(page: Page, user: User) -> None:
    page.goto("/sessions/devices/")
    log_in(page, user)
    page.get_by_role("heading", name="This device").wait_for()


def this_device(page: Page) -> Locator:
    return page.get_by_role("region", name="This device")


def others(page: Page) -> Locator:
    return page.get_by_role("region", name="other log-in")


def test_a_log_in_of_each_mode_is_listed(open_page: OpenPage, alice: User) -> None:
    page = open_page(user_agent=FIREFOX)
    page.goto("/")
    log_in(sessions(page), alice)
    log_in_by_token(page, alice)
    page.get_by_role("link", name="Devices").click()
    page.get_by_role("heading", name="1 other log-in").wait_for()
    for place, mode in ((this_device(page), "session"), (others(page), "token")):
        assert place.get_by_role("heading", level=3).inner_text().split() == [
            "Firefox",
            "on",
            "Linux",
            mode,
        ]
        assert FIREFOX in place.inner_text()
    assert str(TokenFamily.objects.get().pk) in others(page).inner_text()


def test_ending_a_token_log_in_there_logs_the_token_client_out(
    page: Page, alice: User, console: Console
) -> None:
    page.goto("/")
    log_in(sessions(page), alice)
    log_in_by_token(page, alice)
    devices = page.context.new_page()
    devices.goto("/sessions/devices/")
    press(others(devices), "End this log-in")
    devices.get_by_role("status").get_by_text("That log-in is over.").wait_for()
    console.expect(HTTPStatus.UNAUTHORIZED, "/api/me/")
    console.expect(HTTPStatus.UNAUTHORIZED, "/api/token/refresh/")
    press(tokens(page), "Call the secured resource")
    tokens(page).get_by_role("alert").get_by_text("This log-in is over; log in again.").wait_for()


def test_ending_the_others_leaves_only_this_device(page: Page, alice: User) -> None:
    for _ in range(2):
        log_in_elsewhere(alice, FIREFOX)
    open_devices(page, alice)
    press(others(page), "End all 2 others")
    assert page.get_by_role("status").inner_text() == "2 other log-ins ended."
    assert "You are logged in on this device only." in others(page).inner_text()
    assert others(page).get_by_role("button").count() == 0
    page.reload()
    assert page.get_by_role("status").count() == 0


def test_ending_this_log_in_logs_out_here(page: Page, alice: User) -> None:
    open_devices(page, alice)
    press(this_device(page), "End this log-in and log out here")
    page.get_by_text("No session").wait_for()
    page.goto("/sessions/devices/")
    assert page.url.endswith("/sessions/login/?next=/sessions/devices/")


def test_the_page_works_without_script(open_page: OpenPage, alice: User) -> None:
    log_in_elsewhere(alice, "curl/8.5.0")
    page = open_page(java_script_enabled=False)
    open_devices(page, alice)
    assert "in 1 hour, 59 minutes" in others(page).inner_text().replace("\xa0", " ")
    press(others(page), "End this log-in")
    assert page.get_by_role("status").inner_text() == "That log-in is over."
    assert "No other log-ins" in others(page).inner_text()


def test_a_phone_needs_no_horizontal_scrolling_whatever_a_client_calls_itself(
    open_page: OpenPage, alice: User
) -> None:
    for user_agent in ("x" * 256, ("Mozilla/5.0 " * 22)[:256], ""):
        log_in_elsewhere(alice, user_agent)
    page = open_page(viewport={"width": 360, "height": 740})
    open_devices(page, alice)
    assert has_no_horizontal_scroll(page)
    for words in ("x" * 256, "Mozilla/5.0 " * 21, "An unknown client"):
        assert words.strip() in others(page).inner_text()
