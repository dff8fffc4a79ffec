"""How a token travels, and what it means beside a cookie: rows R-036 to R-041, R-043."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from authcompare.lab.attacks import jose
from authcompare.users.models import User

from . import forge
from .conftest import PASSWORD
from .flows import bearer, log_in_by_form, log_in_by_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(alice: User) -> str:
    """A live access token of Alice's."""
    return log_in_by_token(alice)["access"]


def ask(**extra: Any) -> Any:
    return APIClient().get("/api/me/", **extra)


class TestChallenge:
    """R-036, R-037: what a 401 asks for."""

    @pytest.mark.parametrize(
        ("method", "path"),
        [("get", "/api/me/"), ("patch", "/api/me/"), ("post", "/api/token/logout/all/")],
    )
    def test_without_credentials_it_names_no_error(self, db: None, method: str, path: str) -> None:
        response = getattr(APIClient(), method)(path)

        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'
        assert response.json()["code"] == "not_authenticated"

    @pytest.mark.parametrize("door", [forge.show, forge.verify, forge.refresh, forge.log_out])
    def test_with_a_bad_token_it_names_the_error(self, db: None, door: Any) -> None:
        response = door("bad.bad.bad")

        assert response.status_code == 401
        challenge = 'Bearer realm="api", error="invalid_token"'
        assert response.headers["WWW-Authenticate"] == challenge
        assert set(response.json()) == {"detail", "code"}

    def test_wrong_credentials_are_no_bad_token(self, alice: User) -> None:
        response = APIClient().post("/api/token/", {"email": alice.email, "password": "wrong"})

        assert response.status_code == 401
        assert "error" not in response.headers["WWW-Authenticate"]


GOOD = "{token}"
# A scheme that is not ours says nothing about a Bearer: these are as if nothing had been sent.
OTHERS = ["", " ", "Basic YWxpY2U6cGFzc3dvcmQ=", f"Token {GOOD}", f"JWT {GOOD}", f"DPoP {GOOD}"]
OTHERS += [GOOD, f"Negotiate {GOOD}", f"Basic {GOOD}, Bearer {GOOD}", f"b {GOOD}", "\xe4\xf6"]
# These mean to be a Bearer, and are none.
MANGLED = ["Bearer", "Bearer ", "bearer", f"Bearer {GOOD} {GOOD}", f"Bearer {GOOD},{GOOD}"]
MANGLED += [f"Bearer {GOOD}, Bearer {GOOD}", f"Bearer {GOOD}, Basic eA==", f"Bearer Bearer {GOOD}"]
MANGLED += [f"Bearer{GOOD}", f"Bearer:{GOOD}", f"Bearer: {GOOD}", f"Bearer\t{GOOD}"]
MANGLED += [f"Bearer\xa0{GOOD}", f"Bearer={GOOD}", f"Bearer, {GOOD}", f'Bearer "{GOOD}"']
MANGLED += [f"Bearer token={GOOD}", f"Bearer {GOOD}\xe4", f"Bearer \xff{GOOD}", f"Bearer {GOOD}\0"]
MANGLED += [f"Bearer {GOOD};", f"Bearer <{GOOD}>", "Bearer null", "Bearer undefined", "Bearer \x7f"]
MANGLED += [
    f"Bearers {GOOD}",
    "Bearer " + "A" * 60_000,
    "Bearer " + " " * 9_000,
    "Bearer " + "." * 9_000,
]


def name(header: str) -> str:
    """Return a short, printable name for a test."""
    return repr(header)[:40]


class TestHeader:
    """R-038, R-040: one header, one scheme, one token."""

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
    def test_the_case_of_the_scheme_does_not_matter(self, token: str, scheme: str) -> None:
        assert ask(HTTP_AUTHORIZATION=f"{scheme} {token}").status_code == 200

    def test_neither_do_more_blanks_before_the_token(self, token: str) -> None:
        assert ask(HTTP_AUTHORIZATION=f" Bearer   {token} ").status_code == 200

    @pytest.mark.parametrize("header", MANGLED, ids=name)
    def test_a_mangled_header_is_a_bad_token(self, token: str, header: str) -> None:
        response = ask(HTTP_AUTHORIZATION=header.replace(GOOD, token))

        assert response.status_code == 401
        assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]

    @pytest.mark.parametrize("header", OTHERS, ids=name)
    def test_another_scheme_is_no_credential(self, token: str, header: str) -> None:
        response = ask(HTTP_AUTHORIZATION=header.replace(GOOD, token))

        assert response.status_code == 401
        assert "error" not in response.headers["WWW-Authenticate"]


ELSEWHERE = ["x-authorization", "proxy-authorization", "x-access-token", "x-forwarded-user"]
ELSEWHERE += ["x-original-authorization", "x-forwarded-access-token", "sec-websocket-protocol"]


class TestOtherPlaces:
    """R-039: a token counts in the Authorization header and nowhere else."""

    @pytest.mark.parametrize(
        "parameter", ["access_token", "token", "access", "jwt", "authorization"]
    )
    def test_not_in_the_address(self, token: str, parameter: str) -> None:
        for value in (token, f"Bearer {token}"):
            response = APIClient().get("/api/me/", query_params={parameter: value})
            assert response.status_code == 401
            assert "error" not in response.headers["WWW-Authenticate"]

    @pytest.mark.parametrize("cookie", ["access_token", "access", "token", "jwt", "Authorization"])
    def test_not_in_a_cookie(self, token: str, cookie: str) -> None:
        client = APIClient()
        client.cookies[cookie] = token

        assert client.get("/api/me/").status_code == 401

    @pytest.mark.parametrize("cookie", ["refresh", "sessionid", "csrftoken"])
    def test_not_in_one_of_our_own_cookies(self, alice: User, cookie: str) -> None:
        for each in log_in_by_token(alice).values():
            client = APIClient()
            client.cookies[cookie] = each
            assert client.get("/api/me/").status_code == 401

    @pytest.mark.parametrize("header", ELSEWHERE)
    def test_not_in_another_header(self, token: str, header: str) -> None:
        assert ask(headers={header: f"Bearer {token}"}).status_code == 401

    @pytest.mark.parametrize("kind", ["json", "form"])
    def test_not_in_the_body(self, token: str, kind: str) -> None:
        client = APIClient()
        if kind == "json":
            response = client.patch("/api/me/", {"access_token": token, "name": "Mallory"})
        else:
            form = "application/x-www-form-urlencoded"
            response = client.patch("/api/me/", f"access_token={token}", content_type=form)

        assert response.status_code == 401


class TestCaching:
    """R-041: no cache keeps a token or what it opened."""

    def test_no_answer_with_a_token_is_stored(self, alice: User) -> None:
        client, credentials = APIClient(), {"email": alice.email, "password": PASSWORD}
        got = client.post("/api/token/", credentials)
        renewed = client.post("/api/token/refresh/", {"refresh": got.json()["refresh"]})

        for response in (got, renewed):
            assert response.status_code == 200
            assert "no-store" in response.headers["Cache-Control"]

    @pytest.mark.parametrize("path", ["/api/me/", "/api/devices/"])
    def test_no_private_answer_is_stored(self, alice: User, path: str) -> None:
        response = bearer(log_in_by_token(alice)).get(path)

        assert response.status_code == 200
        assert "no-store" in response.headers["Cache-Control"]

    def test_neither_is_a_refusal(self, db: None) -> None:
        for response in (ask(), forge.show("bad"), forge.verify("bad"), forge.refresh("bad")):
            assert "no-store" in response.headers["Cache-Control"]


DOORS = ["/api/token/", "/api/token/refresh/", "/api/token/verify/", "/api/token/logout/"]


class TestTokenEndpoints:
    """R-043: credentials come in a JSON body by POST, and no session begins."""

    @pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
    @pytest.mark.parametrize("door", DOORS)
    def test_only_post_is_taken(self, alice: User, door: str, method: str) -> None:
        response = getattr(APIClient(), method)(door)

        assert response.status_code == 405
        assert "POST" in response.headers["Allow"]

    def test_credentials_in_the_address_do_not_count(self, alice: User) -> None:
        credentials = {"email": alice.email, "password": PASSWORD}
        for method in ("get", "post"):
            response = getattr(APIClient(), method)("/api/token/", query_params=credentials)
            assert response.status_code in (400, 405)

    def test_basic_credentials_do_not_count(self, alice: User) -> None:
        basic = "Basic " + jose.b64(f"{alice.email}:{PASSWORD}".encode())
        response = APIClient().post("/api/token/", {}, headers={"authorization": basic})

        assert response.status_code == 400

    @pytest.mark.parametrize("door", DOORS)
    def test_a_form_is_refused(self, alice: User, door: str) -> None:
        form = f"email={alice.email}&password={PASSWORD}&refresh=x&token=x"
        kind = "application/x-www-form-urlencoded"

        assert APIClient().post(door, form, content_type=kind).status_code == 415

    def test_a_whole_life_by_token_sets_no_cookie(self, alice: User) -> None:
        client = APIClient()
        credentials = {"email": alice.email, "password": PASSWORD}
        pair = client.post("/api/token/", credentials).json()
        pair = client.post("/api/token/refresh/", {"refresh": pair["refresh"]}).json()
        client.post("/api/token/verify/", {"token": pair["access"]})
        client.get("/api/me/", headers={"authorization": f"Bearer {pair['access']}"})
        client.post("/api/token/logout/", {"refresh": pair["refresh"]})

        assert not client.cookies


class TestBesideACookie:
    """The design's rule: with a Bearer header, the request is the Bearer's, good or bad."""

    @pytest.fixture
    def browser(self, alice: User) -> Client:
        """Alice's browser, logged in by session, which checks CSRF as a real one is checked."""
        client = Client(enforce_csrf_checks=False)
        log_in_by_form(client, alice)
        client.handler.enforce_csrf_checks = True
        return client

    def test_the_cookie_alone_is_alices(self, browser: Client) -> None:
        answer = browser.get("/api/me/").json()

        assert (answer["name"], answer["via"]) == ("Alice", "session")

    def test_a_good_bearer_wins(self, browser: Client, bob: User) -> None:
        access = log_in_by_token(bob)["access"]

        answer = browser.get("/api/me/", headers={"authorization": f"Bearer {access}"}).json()

        assert (answer["name"], answer["via"]) == ("Bob", "token")

    def test_a_good_bearer_writes_to_its_own_user_without_a_csrf_token(
        self, browser: Client, alice: User, bob: User
    ) -> None:
        access = log_in_by_token(bob)["access"]
        response = browser.patch(
            "/api/me/",
            {"name": "Robert"},
            content_type="application/json",
            headers={"authorization": f"Bearer {access}"},
        )

        assert response.status_code == 200
        alice.refresh_from_db()
        bob.refresh_from_db()
        assert (alice.name, bob.name) == ("Alice", "Robert")

    @pytest.mark.parametrize("header", ["Bearer bad", *MANGLED], ids=name)
    def test_a_bad_bearer_is_refused(self, browser: Client, token: str, header: str) -> None:
        header = header.replace(GOOD, token)

        assert browser.get("/api/me/", headers={"authorization": header}).status_code == 401

    def test_a_bearer_that_is_logged_out_is_refused(self, browser: Client, bob: User) -> None:
        pair = log_in_by_token(bob)
        forge.log_out(pair["refresh"])
        header = f"Bearer {pair['access']}"

        assert browser.get("/api/me/", headers={"authorization": header}).status_code == 401

    def test_a_bad_bearer_does_not_spare_a_write_the_csrf_token(
        self, browser: Client, alice: User
    ) -> None:
        for header in ("Bearer bad", "Bearer", "Basic eA==", ""):
            response = browser.patch(
                "/api/me/",
                {"name": "Mallory"},
                content_type="application/json",
                headers={"authorization": header},
            )
            assert response.status_code in (401, 403)
        alice.refresh_from_db()
        assert alice.name == "Alice"

    def test_another_scheme_leaves_the_session_alone(self, browser: Client) -> None:
        # A proxy before a staging site may ask every browser for Basic credentials.
        response = browser.get("/api/me/", headers={"authorization": "Basic eA=="})

        assert response.json()["via"] == "session"
