"""What the browser tests do again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

# As outside secure contexts, where browsers have no locks: what then holds is the server's grace.
WITHOUT_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })"


def sessions(page: Page) -> Locator:
    """Return the home page's left column."""
    return page.get_by_role("region", name="Sessions")


def tokens(page: Page) -> Locator:
    """Return the home page's right column."""
    return page.get_by_role("region", name="Tokens")


def log_in(place: Locator | Page, user: Any, password: str = PASSWORD) -> None:
    """Fill in the log-in form in `place` and send it."""
    place.get_by_label("E-mail address").fill(user.email)
    place.get_by_label("Password", exact=True).fill(password)
    place.get_by_role("button", name="Log in by").click()


def log_in_by_token(page: Page, user: Any, storage: str = "memory") -> None:
    """Log in on the home page by the token client and wait until that is done."""
    column = tokens(page)
    column.get_by_label(storage).check()
    log_in(column, user)
    column.get_by_text("Logged in as").wait_for()


def access_token(page: Page) -> str:
    """Return the access token that the right column shows."""
    return "".join(tokens(page).get_by_role("list").get_by_role("code").all_inner_texts())


def press(place: Locator | Page, name: str) -> None:
    """Press a button."""
    place.get_by_role("button", name=name).click()


def has_no_horizontal_scroll(page: Page) -> bool:
    """Tell whether the page is no wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")
