"""No other site acts for the user, and `next` leads to no other site (R-078 to R-086)."""

from typing import Any

import pytest
from django.test import Client

from authcompare.users.models import User
from sessions_app.models import Session
from tokens_app.models import TokenFamily

from .addresses import ADDRESSES, ADMIN_LOG_IN, CALLS, PAGES
from .conftest import PASSWORD
from .flows import log_in_by_token

pytestmark = pytest.mark.django_db

LOG_IN, LOG_OUT, ME = "/sessions/login/", "/sessions/logout/", "/api/me/"
UNSAFE = ["post", "put", "patch", "delete"]


class Browser(Client):
    """A client that the CSRF check takes seriously; it sends forms as this site's pages do."""

    def __init__(self, **defaults: Any) -> None:
        super().__init__(enforce_csrf_checks=True, **defaults)

    def token(self, address: str = LOG_IN) -> str:
        """Return the CSRF token of a page's form."""
        return str(self.get(address).context["csrf_token"])

    def send(self, address: str, data: dict[str, str] | None = None, **extra: Any) -> Any:
        """Post a form with the token of this browser."""
        return self.post(address, {"csrfmiddlewaretoken": self.token(), **(data or {})}, **extra)

    def log_in(self, user: User, **extra: Any) -> None:
        """Log in by the form."""
        data = {"email": user.email, "password": PASSWORD}
        assert self.send(LOG_IN, data, **extra).status_code == 302

    def rename(self, name: str, token: str | None = None, **extra: Any) -> Any:
        """Write to the shared resource by cookie, as a script of this site does."""
        headers = {"x-csrftoken": token or self.token()} | extra.pop("headers", {})
        data, content_type = {"name": name}, "application/json"
        return self.patch(ME, data, content_type, headers=headers, **extra)

    def is_logged_in(self) -> bool:
        """Tell whether the session is live."""
        return self.get(ME, secure=True).status_code == 200


@pytest.fixture
def browser(alice: User) -> Browser:
    """Alice's browser, logged in by the form."""
    browser = Browser()
    browser.log_in(alice)
    return browser


class TestTokenIsDemanded:
    """Whatever changes something by a cookie needs the token of a form of this site."""

    @pytest.mark.parametrize("address", [*PAGES, ADMIN_LOG_IN])
    def test_every_page_refuses_a_post_without_it(self, browser: Browser, address: str) -> None:
        response = browser.post(address, {"email": "alice@example.com", "password": PASSWORD})

        assert response.status_code == 403
        assert browser.is_logged_in()

    @pytest.mark.parametrize("method", UNSAFE)
    @pytest.mark.parametrize("address", CALLS)
    def test_no_call_of_the_api_does_anything_by_the_cookie_alone(
        self, browser: Browser, alice: User, address: str, method: str
    ) -> None:
        data = {"name": "Mallory was here", "transport": "cookie"}
        response = getattr(browser, method)(address, data, content_type="application/json")

        assert response.status_code in (400, 401, 403, 404, 405)
        alice.refresh_from_db()
        assert alice.name == "Alice"
        assert browser.is_logged_in()

    def test_a_device_of_alice_is_not_ended_by_the_cookie_alone(self, browser: Browser) -> None:
        device = Session.objects.get().pk

        assert browser.delete(f"/api/devices/{device}/").status_code == 403
        assert browser.post(f"/sessions/devices/{device}/revoke/").status_code == 403
        assert browser.is_logged_in()

    def test_nobody_is_logged_in_by_another_sites_form(self, mallory: User) -> None:
        victim = Browser()
        response = victim.post(LOG_IN, {"email": mallory.email, "password": PASSWORD})

        assert response.status_code == 403
        assert not victim.is_logged_in()

    @pytest.mark.parametrize(
        "token", ["", "x", "x" * 32, "x" * 64, "é" * 64, "0" * 5000, "\0" * 32]
    )
    def test_a_made_up_token_is_refused(self, browser: Browser, token: str) -> None:
        assert browser.post(LOG_OUT, {"csrfmiddlewaretoken": token}).status_code == 403
        assert browser.is_logged_in()

    def test_with_the_token_the_same_requests_are_done(self, browser: Browser, alice: User) -> None:
        assert browser.rename("Alicia").status_code == 200
        assert browser.send("/sessions/devices/revoke-others/").status_code == 302
        assert browser.send(LOG_OUT).status_code == 302
        assert not browser.is_logged_in()

    @pytest.mark.parametrize(("door", "field"), [(LOG_IN, "email"), (ADMIN_LOG_IN, "username")])
    def test_the_secret_changes_at_log_in(self, carol: User, door: str, field: str) -> None:
        browser = Browser()
        early = browser.token()
        assert browser.send(door, {field: carol.email, "password": PASSWORD}).status_code == 302

        assert browser.post(LOG_OUT, {"csrfmiddlewaretoken": early}).status_code == 403
        assert browser.rename("Caro", token=early).status_code == 403

    def test_the_cookie_of_the_log_in_answer_is_good_for_a_script(self, browser: Browser) -> None:
        # The script has loaded no page since: it reads the cookie that came with the redirect.
        assert browser.rename("Al", token=browser.cookies["csrftoken"].value).status_code == 200

    @pytest.mark.parametrize("logged_in", [False, True], ids=["stranger's", "user's"])
    def test_a_token_of_another_browser_is_refused_even_with_its_cookie_planted(
        self, browser: Browser, mallory: User, logged_in: bool
    ) -> None:
        attacker = Browser()
        if logged_in:
            attacker.log_in(mallory)
        token = attacker.token()
        browser.cookies["csrftoken"] = attacker.cookies["csrftoken"].value

        assert browser.post(LOG_OUT, {"csrfmiddlewaretoken": token}).status_code == 403
        browser.cookies["csrftoken"] = attacker.cookies["csrftoken"].value
        assert browser.rename("Mallory was here", token=token).status_code == 403

    def test_a_planted_cookie_does_not_lock_alice_out_of_her_own_forms(
        self, browser: Browser
    ) -> None:
        browser.cookies["csrftoken"] = "x" * 32

        assert browser.send(LOG_OUT).status_code == 302


class TestWhatToDoNext:
    """Whoever is refused is told how not to be."""

    @pytest.mark.parametrize("token", ["", "x" * 32])
    def test_a_call_without_a_good_token_is_told_where_that_is(
        self, browser: Browser, token: str
    ) -> None:
        headers = {"x-csrftoken": token} if token else {}
        answer = browser.patch(ME, {"name": "x"}, "application/json", headers=headers)

        assert answer.json()["code"] == "csrf_failed"
        told = "Send the value of the cookie csrftoken in the header X-CSRFToken"
        assert told in answer.json()["detail"]

    def test_a_call_from_another_origin_is_told_that_no_token_helps(self, browser: Browser) -> None:
        answer = browser.rename("x", headers={"origin": "https://mallory.example"})

        assert answer.json()["code"] == "csrf_failed"
        assert answer.json()["detail"] == (
            "CSRF Failed: Origin checking failed - https://mallory.example does not match any "
            "trusted origins. Requests from other origins are refused: send this one with the "
            "Origin http://testserver, or with a token and no cookie."
        )

    def test_over_https_a_call_without_origin_and_referer_is_told_to_send_one(
        self, browser: Browser
    ) -> None:
        answer = browser.rename("x", secure=True)

        assert "send this one with the Origin https://testserver" in answer.json()["detail"]

    def test_what_a_refused_call_is_told_to_send_is_accepted(self, browser: Browser) -> None:
        token = browser.cookies["csrftoken"].value
        headers = {"origin": "https://testserver"}

        assert browser.rename("Al", token, headers=headers, secure=True).status_code == 200

    def test_a_refused_form_is_told_to_reload_and_to_keep_cookies(self, browser: Browser) -> None:
        page = browser.post(LOG_OUT).content.decode()

        assert "Go back, reload the page and send the form again." in page
        assert "let your browser keep this site&#x27;s cookies" in page


FOREIGN = [
    *("http://evil.example", "https://evil.example", "null", "http://testserver.evil.example", "*"),
    *("http://eviltestserver", "http://testserver@evil.example", "http://evil.example/testserver"),
    *(
        "http://testserver:8080",
        "ftp://testserver",
        "http://sub.testserver",
        "//testserver",
        "http://[",
    ),
]


class TestWhereItComesFrom:
    """A good token from a bad place is refused too."""

    @pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
    @pytest.mark.parametrize("origin", [*FOREIGN, None])
    def test_a_foreign_origin_is_refused(
        self, browser: Browser, origin: str | None, secure: bool
    ) -> None:
        token, scheme = browser.token(), "http" if secure else "https"
        # None stands for this site by the other scheme, which is another origin.
        headers = {"origin": origin or f"{scheme}://testserver"}
        form = {"csrfmiddlewaretoken": token}

        assert browser.post(LOG_OUT, form, headers=headers, secure=secure).status_code == 403
        assert browser.rename("x", token, headers=headers, secure=secure).status_code == 403
        assert browser.is_logged_in()

    @pytest.mark.parametrize(
        "referer", [None, "", "https://testserver.evil.example/", "x", *FOREIGN]
    )
    def test_over_https_a_foreign_or_missing_referer_is_refused(
        self, browser: Browser, referer: str | None
    ) -> None:
        headers = {} if referer is None else {"referer": referer}
        form = {"csrfmiddlewaretoken": browser.token()}

        assert browser.post(LOG_OUT, form, headers=headers, secure=True).status_code == 403
        assert browser.is_logged_in()

    @pytest.mark.parametrize(
        "headers",
        [{"origin": "https://testserver"}, {"referer": "https://testserver/sessions/me/"}],
    )
    def test_the_sites_own_pages_are_not_refused(
        self, browser: Browser, headers: dict[str, str]
    ) -> None:
        form = {"csrfmiddlewaretoken": browser.token()}

        assert browser.post(LOG_OUT, form, headers=headers, secure=True).status_code == 302


class TestSafeMethods:
    """What another site can cause by a link, an image or a simple form changes nothing."""

    @pytest.mark.parametrize("address", [*ADDRESSES, "/admin/logout/"])
    def test_reading_ends_no_log_in_and_begins_none(
        self, alice: User, client: Client, address: str
    ) -> None:
        client.force_login(alice)
        log_in_by_token(alice)
        query = {"email": alice.email, "password": PASSWORD, "_method": "POST"}
        override = {"x-http-method-override": "POST", "x-method-override": "DELETE"}
        for read in (client.get, client.head, client.options, client.trace):
            read(address, query_params=query, headers=override)

        assert Session.objects.live().count() == 1
        assert TokenFamily.objects.live().count() == 1
        assert TokenFamily.objects.get().generation == 0

    def test_credentials_in_the_address_log_nobody_in(self, alice: User, client: Client) -> None:
        query = {"email": alice.email, "password": PASSWORD}

        assert "sessionid" not in client.get(LOG_IN, query).cookies
        assert client.get("/api/token/", query).status_code == 405

    def test_a_post_stays_a_post_whatever_it_says_of_itself(
        self, alice: User, client: Client
    ) -> None:
        client.force_login(alice)
        response = client.post(
            f"{ME}?_method=PATCH",
            {"name": "x", "_method": "PATCH"},
            content_type="application/json",
            headers={"x-http-method-override": "PATCH"},
        )

        assert response.status_code == 405

    @pytest.mark.parametrize(
        "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
    )
    def test_a_form_of_another_site_cannot_speak_to_the_api(
        self, alice: User, client: Client, content_type: str
    ) -> None:
        body = f'{{"email": "{alice.email}", "password": "{PASSWORD}", "transport": "cookie"}}'
        response = client.post("/api/token/", body, content_type=content_type)

        assert response.status_code == 415
        assert not TokenFamily.objects.exists()


class TestOtherOrigins:
    """No page of another site may read an answer (CORS)."""

    @pytest.mark.parametrize("origin", FOREIGN)
    def test_no_answer_is_shared_with_another_origin(self, browser: Browser, origin: str) -> None:
        asks = {"access-control-request-method": "PATCH", "access-control-request-headers": "x-a"}
        headers = {"origin": origin} | asks
        for address in (*CALLS, "/", "/sessions/me/", "/healthz"):
            for answer in (browser.get, browser.options):
                response = answer(address, headers=headers)
                allowed = [h for h in response.headers if h.lower().startswith("access-control-")]
                assert allowed == [], address
