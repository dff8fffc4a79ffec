"""The attacks that a browser decides, in a real one: its verdicts are those of the arena's matrix.

The site and its neighbours are on their own hosts over TLS, as in the play. The scripts below are
what stands in the pages of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from authcompare.lab import results
from authcompare.lab.arena import PASSWORD, email_of
from authcompare.lab.attacks.forms import CSRF_COOKIE, CSRF_FIELD, MALLORYS_TOKEN, fields_of
from authcompare.lab.certificate import self_signed
from authcompare.lab.served import Server, served
from authcompare.lab.strategies import STRATEGIES
from authcompare.lab.strategies.base import Strategy
from authcompare.lab.visitor import PROBE
from authcompare.lab.wire import HOST, ORIGIN, SIBLING, SITE, STRANGER
from tests.reproduced.plain import Site

from .hosts import address_that_sets, browser, echo

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Playwright

pytestmark = pytest.mark.browser

# Ours, Django's and the controls: the browser sends a part of the credential by itself.
CONTESTANTS = ("session", "jwt-cookie", "django-db", "weak-session", "weak-cookie", "weak-refresh")
# Those whose page keeps an access token, and renews it by a cookie.
BY_REFRESH = ("jwt-cookie", "weak-refresh")
# What the site's own page does when somebody logs in.
LOG_IN = """async ([path, fields]) => {
    const text = await (await fetch(path)).text();
    const page = new DOMParser().parseFromString(text, 'text/html');
    const token = page.querySelector('[name=csrfmiddlewaretoken]');
    if (token) fields.csrfmiddlewaretoken = token.value;
    await fetch(path, {method: 'POST', body: new URLSearchParams(fields)});
}"""
WHO = """async ([path, headers]) => {
    const answer = await fetch(path, {headers, redirect: 'manual'});
    return answer.ok ? (await answer.json()).id : null;
}"""
# The same of a page that keeps an access token in its memory; here it returns it.
SEND_JSON = """async ([path, fields]) => {
    const headers = {'Content-Type': 'application/json'};
    const token = /csrftoken=([^;]+)/.exec(document.cookie);
    if (token) headers['X-CSRFToken'] = token[1];
    const answer = await fetch(path, {method: 'POST', headers, body: JSON.stringify(fields)});
    return answer.headers.get('Content-Type') === 'application/json' ? await answer.json() : {};
}"""
SUBMIT = """([url, fields]) => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = url;
    for (const [name, value] of Object.entries(fields)) {
        const input = document.createElement('input');
        input.name = name;
        input.value = value;
        form.append(input);
    }
    document.body.append(form);
    HTMLFormElement.prototype.submit.call(form);
}"""
READ = """async url => {
    try { return await (await fetch(url, {credentials: 'include'})).text(); }
    catch (error) { return error.name; }
}"""


@dataclass(frozen=True)
class Place:
    """A strategy's site, and the browser in which Alice sits."""

    strategy: Strategy
    server: Server
    profile: BrowserContext
    page: Page

    def log_in(self, name: str) -> None:
        """Log in by the site's own door."""
        self.page.goto(f"{ORIGIN}/probe/open/")
        self.page.evaluate(self.script, list(attempt(self.strategy, name)))
        assert self.user() == name

    @property
    def script(self) -> str:
        """Return how the site's own page sends what it has to say."""
        return SEND_JSON if self.strategy.slug in BY_REFRESH else LOG_IN

    def user(self) -> str | None:
        """Return whom the site sees in this browser, by name."""
        self.page.goto(f"{ORIGIN}/probe/open/")
        return self.seen(self.headers())

    def headers(self) -> dict[str, str]:
        """Return what the site's own page adds to a request, renewed by the cookie."""
        if self.strategy.slug not in BY_REFRESH:
            return {}
        asked = [self.strategy.flow.refresh, {"transport": "cookie"}]
        return {"Authorization": f"Bearer {self.page.evaluate(SEND_JSON, asked).get('access')}"}

    def seen(self, headers: dict[str, str]) -> str | None:
        """Return whom the site sees in a request with these headers and the browser's cookies."""
        seen = self.page.evaluate(WHO, [PROBE, headers])
        return next((name for name, user_id in self.server.ids.items() if user_id == seen), None)

    def submit(self, host: str, path: str, fields: dict[str, str]) -> None:
        """Let a page of another host send a form to the site."""
        self.page.goto(f"https://{host}/")
        with self.page.expect_navigation(url=f"{ORIGIN}/**"):
            self.page.evaluate(SUBMIT, [ORIGIN + path, fields])


@pytest.fixture(scope="module", params=CONTESTANTS)
def site(
    request: pytest.FixtureRequest,
    playwright: Playwright,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Strategy, Server, BrowserContext]]:
    """Serve a strategy as www, and other people's pages everywhere else."""
    strategy, folder = STRATEGIES[request.param], tmp_path_factory.mktemp("profile")
    with (
        served(strategy, tls=True) as server,
        echo(self_signed(tmp_path_factory.mktemp("tls"))) as elsewhere,
        browser(playwright, folder, {HOST: server.port, "*": elsewhere.port}) as profile,
    ):
        yield strategy, server, profile


@pytest.fixture
def place(site: tuple[Strategy, Server, BrowserContext]) -> Iterator[Place]:
    """Open Alice's browser, which holds no cookie yet."""
    profile = site[-1]
    profile.clear_cookies()
    page = profile.new_page()
    yield Place(*site, page)
    page.close()


def attempt(strategy: Strategy, name: str) -> tuple[str, dict[str, str]]:
    """Return the address and the fields of a log-in."""
    request = strategy.flow.attempt(email_of(name), PASSWORD)
    return request.path, fields_of(request)


def forged(place: Place, host: str, **more: str) -> bool:
    """Let a page of a host do for Alice what her cookies are needed for; tell whether it did."""
    if place.strategy.slug in BY_REFRESH:
        place.submit(host, place.strategy.flow.logout, {"transport": "cookie", **more})
        return place.user() is None
    place.submit(host, PROBE, {"name": f"Owned by {host}", **more})
    [(name,)] = Site(place.server).sql(
        "SELECT name FROM users_user WHERE email = ?", email_of("alice")
    )
    return name == f"Owned by {host}"


def plant_token(place: Place) -> None:
    """Let the neighbour set a CSRF cookie of its own, under the name of the browser's."""
    names = [cookie["name"] for cookie in place.profile.cookies()]
    name = next((name for name in names if name.endswith(CSRF_COOKIE)), CSRF_COOKIE)
    cookie = f"{name}={MALLORYS_TOKEN}; Domain={SITE}; Path=/; Secure"
    place.page.goto(address_that_sets(SIBLING, cookie))


def form_on_another_site(place: Place) -> bool:
    place.log_in("alice")
    return forged(place, STRANGER)


def form_on_a_subdomain(place: Place) -> bool:
    place.log_in("alice")
    plant_token(place)
    return forged(place, SIBLING, **{CSRF_FIELD: MALLORYS_TOKEN})


def log_in_by_another_site(place: Place) -> bool:
    path, fields = attempt(place.strategy, "mallory")
    place.submit(STRANGER, path, fields)
    if place.user() == "mallory":
        return True
    plant_token(place)
    place.submit(SIBLING, path, fields | {CSRF_FIELD: MALLORYS_TOKEN})
    return place.user() == "mallory"


def theft_by_script(place: Place) -> bool:
    place.log_in("alice")
    place.page.goto(f"{ORIGIN}/probe/open/")
    headers = place.headers()
    read = [pair.split("=", 1) for pair in place.page.evaluate("document.cookie").split("; ")]
    place.profile.clear_cookies()  # The thief is elsewhere and has only what was read.
    place.profile.add_cookies(
        [
            {"name": pair[0], "value": pair[1], "url": ORIGIN, "secure": True}
            for pair in read
            if pair[1:]
        ]
    )
    return place.seen(headers) == "alice"


def script_on_another_site(place: Place) -> bool:
    place.log_in("alice")
    place.page.goto(f"https://{STRANGER}/")
    return place.server.ids["alice"] in place.page.evaluate(READ, ORIGIN + PROBE)


def cookie_tossing(place: Place) -> bool:
    place.log_in("mallory")
    mallorys = place.profile.cookies()
    place.profile.clear_cookies()
    place.log_in("alice")
    planted = [
        f"{name}={cookie['value']}; Domain={SITE}; Path={path}; Secure"
        for cookie in mallorys
        for name in (cookie["name"], f"\u2000{cookie['name']}")
        for path in (PROBE, "/")
    ]
    place.page.goto(address_that_sets(SIBLING, *planted))
    return place.user() == "mallory"


ATTACKS: dict[str, Callable[[Place], bool]] = {
    attack.__name__.replace("_", "-"): attack
    for attack in (
        form_on_another_site,
        form_on_a_subdomain,
        log_in_by_another_site,
        theft_by_script,
        script_on_another_site,
        cookie_tossing,
    )
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_real_browser_comes_to_the_verdict_of_the_matrix(place: Place, attack: str) -> None:
    breached = ATTACKS[attack](place)

    verdict = results.read("attacks")[attack][place.strategy.slug]["verdict"]
    assert ("breached" if breached else "held") == verdict


def test_the_control_is_breached_by_each_so_that_what_holds_does_not_hold_by_accident() -> None:
    verdicts = results.read("attacks")

    assert {verdicts[attack]["weak-session"]["verdict"] for attack in ATTACKS} == {"breached"}
