"""A real browser for the tests: one Chromium a file, a fresh profile a test, and no complaint.

A test fails when its pages report anything on the console, throw, or break the
Content-Security-Policy, unless it said before that it expects just that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

    OpenPage = Callable[..., Page]

# Nothing leaves the machine: the browser would else ask its maker about updates, for one.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
TIMEOUT = 10_000  # milliseconds
# Chromium prints what the policy blocked, but not for every directive.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => console.error(
    `CSP: ${event.violatedDirective} blocks ${event.blockedURI} in ${event.sourceFile}`));
"""


class Console:
    """What the pages of a test complained about, and what of that was expected."""

    def __init__(self) -> None:
        """Start without a complaint."""
        self.complaints: list[tuple[str, str]] = []
        self.expected: list[tuple[str, str]] = []

    def watch(self, context: BrowserContext) -> None:
        """Listen to all pages of a browser profile."""
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._on_message)
        context.on("weberror", lambda error: self.complaints.append((str(error.error), "")))

    def expect(self, reason: HTTPStatus | str, path: str) -> None:
        """Expect that a request to `path` fails once, by its status or by a network error."""
        if isinstance(reason, HTTPStatus):
            reason = f"the server responded with a status of {reason} ({reason.phrase})"
        self.expected.append((f"Failed to load resource: {reason}", path))

    def settle(self, page: Page) -> None:
        """Wait until what is expected has come: Chromium may print it after the page went on."""
        deadline = time.monotonic() + TIMEOUT / 1000
        while len(self.complaints) < len(self.expected) and time.monotonic() < deadline:
            page.wait_for_timeout(20)

    def _on_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append((message.text, urlsplit(message.location["url"]).path))


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Run what drives the browsers of a file."""
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        # Playwright runs its event loop in this thread, which Django takes for asynchronous code.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield playwright


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Run one browser for all tests of a file."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def console() -> Iterator[Console]:
    """Collect complaints; after the test, they must be the expected ones."""
    console = Console()
    yield console
    assert console.complaints == console.expected


@pytest.fixture
def open_page(chromium: Browser, live_server: Any, console: Console) -> Iterator[OpenPage]:
    """Return a function that opens a page in a fresh profile with the options given."""
    contexts = []

    def open_page(**options: Any) -> Page:
        context = chromium.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(TIMEOUT)
        console.watch(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        console.settle(context.pages[-1])
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Open a page."""
    return open_page()
