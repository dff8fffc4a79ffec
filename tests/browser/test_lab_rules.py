"""What `lab.browser` says a browser does with cookies, asked of a real one on three hosts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from authcompare.lab.browser import SENT, Asked, Jar
from authcompare.lab.certificate import self_signed
from authcompare.lab.wire import HOST, SIBLING, SITE, STRANGER

from .hosts import BLOCKED, Echo, address_that_sets, browser, echo

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Playwright

pytestmark = pytest.mark.browser

ECHO = f"https://{HOST}/echo"
DEEP_ECHO = f"https://{HOST}/deep/echo"
# How a page makes the browser send a request: what stays on the page, and what leaves it.
FETCH = "url => fetch(url, {mode: 'no-cors', credentials: 'include'})"
IMAGE = "url => new Promise(done => { const i = new Image(); i.onerror = done; i.src = url })"
FRAME = """url => new Promise(done => {
    const frame = document.createElement('iframe');
    frame.onload = done; frame.src = url; document.body.append(frame) })"""
LINK = "url => { const a = document.createElement('a'); a.href = url; a.click() }"
FORM = """url => { const f = document.createElement('form');
    f.method = 'post'; f.action = url; document.body.append(f); f.submit() }"""
LEAVING = (LINK, FORM)
# Every way in which a request comes about, and the host of the page that it starts from.
WAYS = {
    "a fetch on a neighbour": (Asked.SAME_SITE, SIBLING, FETCH),
    "an image on a neighbour": (Asked.SAME_SITE, SIBLING, IMAGE),
    "a frame on a neighbour": (Asked.SAME_SITE, SIBLING, FRAME),
    "a link on a neighbour": (Asked.SAME_SITE, SIBLING, LINK),
    "a form on a neighbour": (Asked.SAME_SITE, SIBLING, FORM),
    "a link on a stranger": (Asked.NAVIGATION, STRANGER, LINK),
    "a form on a stranger": (Asked.FORM_POST, STRANGER, FORM),
    "a fetch on a stranger": (Asked.SUBRESOURCE, STRANGER, FETCH),
    "an image on a stranger": (Asked.SUBRESOURCE, STRANGER, IMAGE),
    "a frame on a stranger": (Asked.SUBRESOURCE, STRANGER, FRAME),
}
by_every_way = pytest.mark.parametrize("way", WAYS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Echo]:
    """Run the server that is all hosts."""
    with echo(self_signed(tmp_path_factory.mktemp("tls"))) as server:
        yield server


@pytest.fixture(scope="module")
def profile(
    playwright: Playwright, server: Echo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """Run one browser for all tests of the file."""
    with browser(playwright, tmp_path_factory.mktemp("profile"), {"*": server.port}) as profile:
        yield profile


@pytest.fixture
def page(profile: BrowserContext, server: Echo) -> Iterator[Page]:
    """Open a page of a browser without cookies; the server has heard nothing yet."""
    profile.clear_cookies()
    page = profile.new_page()
    server.sent.clear()
    yield page
    page.close()


def ask(page: Page, way: str, address: str = ECHO) -> None:
    """Make the browser send a request to an address in one of the ways."""
    _, host, script = WAYS[way]
    page.goto(f"https://{host}/")
    if script not in LEAVING:
        page.evaluate(script, address)
        return
    with page.expect_navigation(url=address):
        page.evaluate(script, address)


def pairs(jar: Jar, address: str = ECHO) -> bytes:
    """Return the header that the play's browser sends from an address bar."""
    path = address.removeprefix(f"https://{HOST}")
    return "; ".join(cookie.pair() for cookie in jar.sent_to(HOST, path)).encode()


# --- Which cookies go where


def test_every_row_and_every_column_of_the_table_is_asked() -> None:
    assert {asked for asked, _, _ in WAYS.values()} == set(Asked) == set().union(*SENT.values())


@by_every_way
@pytest.mark.parametrize("same_site", SENT)
def test_the_browser_sends_a_cookie_where_the_table_says_so(
    page: Page, server: Echo, same_site: str, way: str
) -> None:
    page.goto(address_that_sets(HOST, f"c=1; Secure; SameSite={same_site}"))

    ask(page, way)

    assert server.sent == [b"c=1" if WAYS[way][0] in SENT[same_site] else b""]


@by_every_way
def test_a_cookie_without_the_attribute_goes_as_lax_and_while_it_is_new_with_a_foreign_form_too(
    page: Page, server: Echo, way: str
) -> None:
    page.goto(address_that_sets(HOST, "c=1; Secure"))

    ask(page, way)

    new = SENT["Lax"] | {Asked.FORM_POST}
    assert server.sent == [b"c=1" if WAYS[way][0] in new else b""]


def test_a_browser_without_third_party_cookies_sends_none_from_a_page_of_another_site(
    playwright: Playwright, server: Echo, tmp_path: Path
) -> None:
    server.sent.clear()
    hosts = {"*": server.port}
    with browser(playwright, tmp_path, hosts, third_party_cookies=BLOCKED) as profile:
        page = profile.new_page()
        page.goto(address_that_sets(HOST, "c=1; Secure; SameSite=None"))
        ask(page, "a fetch on a stranger")

    assert server.sent == [b""]


# --- Which cookies are taken

# By what they show: the hosts that set cookies, one after the other, and what they set.
SETTING = {
    "a __Host- cookie of the host": [(HOST, "__Host-c=1; Secure; Path=/")],
    "a __Host- cookie with a Domain": [(SIBLING, f"__Host-c=1; Secure; Path=/; Domain={SITE}")],
    "a __Host- cookie without one": [(SIBLING, "__Host-c=1; Secure; Path=/")],
    "the same in small letters": [(SIBLING, f"__host-c=1; Secure; Path=/; Domain={SITE}")],
    "a __Host- cookie under a path": [(HOST, "__Host-c=1; Secure; Path=/echo")],
    "a __Host- cookie that is not Secure": [(HOST, "__Host-c=1; Path=/")],
    "a __Host- cookie in a nameless one": [(SIBLING, f"=__Host-c=1; Secure; Domain={SITE}")],
    "a __Secure- cookie": [(SIBLING, f"__Secure-c=1; Secure; Domain={SITE}")],
    "a __Secure- cookie that is not": [(SIBLING, f"__Secure-c=1; Domain={SITE}")],
    "a Domain cookie of a neighbour": [(SIBLING, f"c=1; Secure; Domain={SITE}")],
    "a Domain with a dot before it": [(SIBLING, f"c=1; Secure; Domain=.{SITE}")],
    "a Domain in capitals": [(SIBLING, f"c=1; Secure; Domain={SITE.upper()}")],
    "a host-only cookie of a neighbour": [(SIBLING, "c=1; Secure")],
    "a cookie of a neighbour for the host": [(SIBLING, f"c=1; Secure; Domain={HOST}")],
    "a Domain of another site": [(STRANGER, f"c=1; Secure; Domain={SITE}")],
    "a Domain of everybody": [(HOST, "c=1; Secure; Domain=example")],
    "None without Secure": [(HOST, "c=1; SameSite=None")],
    "a SameSite that is none": [(HOST, "c=1; Secure; SameSite=Sometimes")],
    "an end in the past": [(HOST, "c=1; Secure"), (HOST, "c=2; Secure; Max-Age=0")],
    "an end that is long ago": [(HOST, "c=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60")],
    "another path": [(HOST, "c=1; Secure; Path=/elsewhere")],
    "a path that only begins like it": [(HOST, "c=1; Secure; Path=/ech")],
    "a path that is none": [(HOST, "c=1; Secure; Path=echo")],
    "two with one name": [(HOST, "c=1; Secure"), (SIBLING, f"c=2; Secure; Domain={SITE}")],
    "two the other way round": [(SIBLING, f"c=2; Secure; Domain={SITE}"), (HOST, "c=1; Secure")],
    "the first of two set again": [
        *[(HOST, "c=1; Secure"), (SIBLING, f"c=2; Secure; Domain={SITE}"), (HOST, "c=3; Secure")]
    ],
    "two, the later under a longer path": [
        *[(HOST, "c=1; Secure"), (SIBLING, f"c=2; Secure; Domain={SITE}; Path=/deep")]
    ],
    "a name after a space that ASCII lacks": [(HOST, "\u2000c=1; Secure")],
    "white space around name and value": [(HOST, " \tc \t= \t1 \t; Secure")],
    "a value in quotes": [(HOST, 'c="1"; Secure')],
    "a value with equals signs": [(HOST, "c=1=2=; Secure")],
    "no name": [(HOST, "=1; Secure")],
    "no equals sign": [(HOST, "c; Secure")],
    "neither name nor value": [(HOST, "=; Secure")],
    "an attribute twice": [(HOST, "c=1; Secure; Path=/elsewhere; Path=/")],
}


@pytest.mark.parametrize("address", [ECHO, DEEP_ECHO])
@pytest.mark.parametrize("what", SETTING)
def test_the_browser_takes_and_orders_cookies_as_the_play_does(
    page: Page, server: Echo, what: str, address: str
) -> None:
    jar = Jar()
    for host, cookie in SETTING[what]:
        page.goto(address_that_sets(host, cookie))
        jar.take(cookie, host)

    page.goto(address)

    assert server.sent == [pairs(jar, address)]


@pytest.mark.parametrize("way", ["a form on a stranger", "a fetch on a stranger"])
@pytest.mark.parametrize("same_site", SENT)
def test_the_browser_takes_from_an_answer_to_another_site_what_the_play_takes(
    page: Page, server: Echo, same_site: str, way: str
) -> None:
    cookie, jar = f"c=1; Secure; SameSite={same_site}", Jar()

    ask(page, way, address_that_sets(HOST, cookie))
    jar.take(cookie, HOST, WAYS[way][0])
    page.goto(ECHO)

    assert server.sent == [pairs(jar)]


def test_a_script_reads_every_cookie_but_those_that_are_httponly(page: Page) -> None:
    page.goto(address_that_sets(HOST, "c=1; Secure", "d=2; Secure; HttpOnly"))

    assert page.evaluate("document.cookie") == "c=1"
