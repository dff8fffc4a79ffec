"""The token flow of the home page, in a real browser."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from authcompare.users.log_ins import EndReason
from authcompare.users.models import User
from tokens_app.models import TokenFamily

from .steps import (
    WITHOUT_LOCKS,
    access_token,
    has_no_horizontal_scroll,
    log_in,
    log_in_by_token,
    press,
    sessions,
    tokens,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from .conftest import Console, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROUNDS = 10
NOT_BUSY = """() => new Promise((resolve) => {
    const look = () => document.querySelector("[aria-busy]") ? setTimeout(look, 10) : resolve();
    look();
})"""
STORED = "localStorage.getItem('authcompare.tokens')"
REFUSAL = {
    "status": 401,
    "content_type": "application/json",
    "body": json.dumps({"detail": "This access token is invalid or expired."}),
}


def refuse_once(page: Page, path: str) -> None:
    """Answer the next request to `path` as for an expired access token."""
    page.route(f"**{path}", lambda route: route.fulfill(**REFUSAL), times=1)


def test_the_token_client_logs_in_without_a_cookie(page: Page, alice: User) -> None:
    page.goto("/")
    log_in_by_token(page, alice)
    assert "via token" in tokens(page).inner_text()
    assert [c["name"] for c in page.context.cookies()] == ["csrftoken"]
    assert page.evaluate("document.activeElement.textContent") == "Tokens"


def test_everybody_can_read_the_claims(page: Page, alice: User) -> None:
    page.goto("/")
    log_in_by_token(page, alice)
    anatomy = page.get_by_role("region", name="What the access token says")
    assert "signed, not encrypted" in anatomy.inner_text()
    assert str(alice.pk) in anatomy.get_by_role("row", name="Subject").inner_text()
    names = anatomy.get_by_role("rowheader").all_inner_texts()
    assert {"iss", "aud", "sub", "sid", "iat", "nbf", "exp", "jti"} <= set(names)


def test_a_wrong_password_is_refused_in_the_words_of_the_api(
    page: Page, alice: User, console: Console
) -> None:
    console.expect(HTTPStatus.UNAUTHORIZED, "/api/token/")
    page.goto("/")
    log_in(tokens(page), alice, "a wrong password of mine")
    alert = tokens(page).get_by_role("alert")
    assert alert.inner_text() == "That e-mail address and password do not belong together."
    assert tokens(page).get_by_label("E-mail address").input_value() == alice.email


def test_an_error_of_a_field_stands_beside_it(page: Page, alice: User, console: Console) -> None:
    console.expect(HTTPStatus.BAD_REQUEST, "/api/token/")
    body = json.dumps({"email": ["This address is too long."]})
    page.route("**/api/token/", lambda route: route.fulfill(status=400, body=body))
    page.goto("/")
    log_in(tokens(page), alice)
    email = tokens(page).get_by_label("E-mail address")
    tokens(page).get_by_text("This address is too long.").first.wait_for()
    assert email.get_attribute("aria-invalid") == "true"
    assert email.get_attribute("aria-describedby") == "token-email-error"


def test_a_server_out_of_reach_is_said_to_be(page: Page, alice: User, console: Console) -> None:
    console.expect("net::ERR_CONNECTION_REFUSED", "/api/token/")
    page.route("**/api/token/", lambda route: route.abort("connectionrefused"))
    page.goto("/")
    log_in(tokens(page), alice)
    tokens(page).get_by_text("The server did not answer.").wait_for()
    assert tokens(page).get_by_role("button", name="Log in by token").is_enabled()


def test_memory_forgets_at_a_reload(page: Page, alice: User) -> None:
    page.goto("/")
    log_in_by_token(page, alice)
    assert page.evaluate(STORED) is None
    page.reload()
    tokens(page).get_by_role("button", name="Log in by token").wait_for()


def test_local_storage_resumes_after_a_reload(page: Page, alice: User) -> None:
    page.goto("/")
    log_in_by_token(page, alice, "localStorage")
    assert access_token(page) in page.evaluate(STORED)
    page.reload()
    tokens(page).get_by_text("Resumed from localStorage as Alice.").wait_for()
    assert "via token" in tokens(page).inner_text()


def test_both_doors_show_the_same_user(page: Page, alice: User) -> None:
    page.goto("/")
    log_in(sessions(page), alice)
    log_in_by_token(page, alice)
    for column, via in ((sessions(page), "session"), (tokens(page), "token")):
        press(column, "Call the secured resource")
        column.get_by_text(f"The API knows you as Alice, via {via}.").wait_for()
        assert f'"id": "{alice.pk}"' in column.inner_text()


def test_renewing_gets_another_access_token(page: Page, alice: User) -> None:
    page.goto("/")
    log_in_by_token(page, alice)
    before = access_token(page)
    press(tokens(page), "Renew")
    tokens(page).get_by_text("Renewed: two new tokens").wait_for()
    assert access_token(page) != before
    press(tokens(page), "Verify")
    tokens(page).get_by_text("Verified").wait_for()


def test_a_refused_access_token_is_renewed_and_the_call_repeated(
    page: Page, alice: User, console: Console
) -> None:
    page.goto("/")
    log_in_by_token(page, alice)
    console.expect(HTTPStatus.UNAUTHORIZED, "/api/me/")
    refuse_once(page, "/api/me/")
    press(tokens(page), "Call the secured resource")
    tokens(page).get_by_text("the client renewed and called again").wait_for()
    shown = tokens(page).locator("summary").all_inner_texts()
    assert [re.sub(r" [A-Z].*", "", line.split("→")[1]).strip() for line in shown] == [
        "401",
        "200",
        "200",
    ]


def test_calls_that_are_refused_together_share_one_refresh(
    page: Page, alice: User, console: Console
) -> None:
    page.goto("/")
    log_in_by_token(page, alice, "localStorage")
    refreshes = []
    page.on("request", lambda r: refreshes.append(r) if "refresh" in r.url else None)
    for _ in range(2):
        console.expect(HTTPStatus.UNAUTHORIZED, "/api/me/")
    page.route("**/api/me/", lambda route: route.fulfill(**REFUSAL), times=2)
    vias = page.evaluate(
        """async () => {
            const { TokenClient } = await import("/static/authcompare/tokens.js");
            const { LocalStorage } = await import("/static/authcompare/storage.js");
            const urls = { refresh: "/api/token/refresh/", me: "/api/me/" };
            const client = new TokenClient({ urls, storage: new LocalStorage() });
            return (await Promise.all([client.me(), client.me()])).map((user) => user.via);
        }"""
    )
    assert vias == ["token", "token"]
    assert len(refreshes) == 1


def test_a_log_in_that_ended_elsewhere_leads_back_to_the_form(
    page: Page, alice: User, console: Console
) -> None:
    page.goto("/")
    log_in_by_token(page, alice)
    TokenFamily.objects.all().end(EndReason.REVOKED)
    console.expect(HTTPStatus.UNAUTHORIZED, "/api/me/")
    console.expect(HTTPStatus.UNAUTHORIZED, "/api/token/refresh/")
    press(tokens(page), "Call the secured resource")
    alert = tokens(page).get_by_role("alert")
    alert.wait_for()
    assert alert.inner_text() == "This log-in is over; log in again."


def test_logging_out_ends_the_log_in_and_forgets_the_tokens(page: Page, alice: User) -> None:
    page.goto("/")
    log_in_by_token(page, alice, "localStorage")
    press(tokens(page), "Log out")
    tokens(page).get_by_text("Logged out").wait_for()
    assert page.evaluate(STORED) is None
    assert not TokenFamily.objects.live().exists()
    assert page.get_by_role("region", name="What the access token says").count() == 0


def test_logging_out_in_one_tab_logs_out_the_other(page: Page, alice: User) -> None:
    page.goto("/")
    log_in_by_token(page, alice, "localStorage")
    other = page.context.new_page()
    other.goto("/")
    tokens(other).get_by_text("Resumed from localStorage").wait_for()
    press(tokens(page), "Log out")
    tokens(other).get_by_text("Logged out in another tab.").wait_for()
    assert tokens(other).get_by_role("button", name="Log in by token").is_visible()


def test_a_renewal_in_one_tab_is_the_others_too(page: Page, alice: User) -> None:
    page.goto("/")
    log_in_by_token(page, alice, "localStorage")
    other = page.context.new_page()
    other.goto("/")
    tokens(other).get_by_text("Resumed from localStorage").wait_for()
    press(tokens(page), "Renew")
    tokens(page).get_by_text("Renewed: two new tokens").wait_for()
    tokens(other).get_by_text("once", exact=True).wait_for()
    assert access_token(other) == access_token(page)


def test_a_phone_shows_a_whole_token_without_horizontal_scrolling(
    open_page: OpenPage, alice: User
) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    page.goto("/")
    log_in_by_token(page, alice)
    assert has_no_horizontal_scroll(page)


class Rendezvous:
    """Holds requests back until two have come, and then lets both go at the same time."""

    def __init__(self) -> None:
        self.waiting: list[Route] = []

    def __call__(self, route: Route) -> None:
        self.waiting.append(route)
        if len(self.waiting) == 2:
            for waiting in self.waiting:
                waiting.continue_()
            self.waiting.clear()


@pytest.mark.parametrize("storage", ["localStorage", "cookie"])
def test_two_tabs_that_refresh_at_the_same_time_both_stay_logged_in(
    page: Page, alice: User, storage: str
) -> None:
    page.context.add_init_script(WITHOUT_LOCKS)
    page.goto("/")
    log_in_by_token(page, alice, storage)
    other = page.context.new_page()
    other.goto("/")
    tokens(other).get_by_text("Resumed").wait_for()
    before = TokenFamily.objects.get().generation
    page.context.route("**/api/token/refresh/", Rendezvous())
    for _ in range(ROUNDS):
        for tab in (page, other):
            # Not by mouse, which would wait until the tab behind is painted.
            tokens(tab).get_by_role("button", name="Renew").dispatch_event("click")
        for tab in (page, other):
            tab.evaluate(NOT_BUSY)
            assert "Renewed: two new tokens" in tokens(tab).inner_text()
    # Had the tabs taken turns by chance, each of their requests would have rotated.
    assert ROUNDS <= TokenFamily.objects.live().get().generation - before < 2 * ROUNDS
    for tab in (page, other):
        press(tokens(tab), "Call the secured resource")
        tokens(tab).get_by_text("The API knows you as Alice, via token.").wait_for()
