"""The reader of the API's schema works under the site's policy, without another site."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.flows import log_in_by_form, log_in_by_token
from tests.schema import OPERATIONS

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Locator, Page

    from authcompare.users.models import User

    from .conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def opened(page: Page, operation: str) -> Locator:
    """Return a call of the page, unfolded."""
    page.goto("/api/docs/")
    call = page.locator(f"[id$=-{operation}]")
    call.locator(".opblock-summary-control").click()
    return call


def tried(call: Locator, body: dict[str, Any] | None = None) -> str:
    """Make the call from the page and return the answer's status."""
    call.get_by_role("button", name="Try it out").click()
    if body is not None:
        call.locator("textarea").fill(json.dumps(body))
    call.get_by_role("button", name="Execute").click()
    return call.locator(".live-responses-table tbody .response-col_status").inner_text().strip()


def test_it_shows_every_call_and_asks_no_other_site(page: Page, live_server: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    call = opened(page, "logIn")

    assert page.locator(".opblock").count() == len(OPERATIONS)
    assert call.get_by_text("invalid_credentials").count()
    assert not [url for url in asked if not url.startswith((live_server.url, "data:"))]


def test_a_call_can_be_tried_by_token(page: Page, alice: User) -> None:
    call = opened(page, "showMe")
    page.locator(".scheme-container .authorize").click()
    form = page.locator(".auth-container", has_text="bearerToken")
    form.locator("input").fill(log_in_by_token(alice)["access"])
    form.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").first.click()

    assert tried(call) == "200"


def test_a_write_by_the_session_brings_its_csrf_token(
    page: Page, alice: User, client: Client, live_server: Any
) -> None:
    log_in_by_form(client, alice)
    page.context.add_cookies([
        {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        for name in ("sessionid", "csrftoken")
    ])  # fmt: skip

    assert tried(opened(page, "changeMe"), {"name": "Alice Liddell"}) == "200"
    alice.refresh_from_db()
    assert alice.name == "Alice Liddell"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_follows_its_colours(open_page: OpenPage, scheme: str) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    opened(page, "logIn")

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate("document.documentElement.classList.contains('dark-mode')") is (
        scheme == "dark"
    )
