"""The session's identifier and its cookie, seen from outside (R-063 to R-077).

`Secure` and the `__Host-` prefix need a site without DEBUG: see test_production.py.
"""

import math
import string
from typing import Any

import pytest
from django.test import Client

from authcompare.users.models import User
from sessions_app.models import Session

from .addresses import ADDRESSES, ADMIN_LOG_IN, CALLS, PAGES, SCHEMA
from .conftest import PASSWORD

pytestmark = pytest.mark.django_db

# Both forms that make a session, with the name of their first field.
DOORS = {"/sessions/login/": "email", ADMIN_LOG_IN: "username"}


def enter(client: Client, user: User, door: str = "/sessions/login/") -> str:
    """Log in by one of the doors, which must work, and return the session's id."""
    response = client.post(door, {DOORS[door]: user.email, "password": PASSWORD})
    assert response.status_code == 302
    return client.cookies["sessionid"].value


def who(cookie: str) -> str | None:
    """Return the address of the user whom the server sees behind a Cookie header."""
    response = Client(headers={"cookie": cookie}).get("/api/me/")
    assert response.status_code in (200, 401)
    return response.json().get("email")


class TestIdentifier:
    """It is random, new at each log-in, and nobody but the server chooses it."""

    def test_it_is_random_and_has_128_bits(self, alice: User) -> None:
        keys = [enter(Client(), alice) for _ in range(20)]

        alphabet = string.ascii_lowercase + string.digits
        assert len(set(keys)) == 20
        assert all(set(key) <= set(alphabet) for key in keys)
        assert min(map(len, keys)) * math.log2(len(alphabet)) >= 128
        # No structure: nothing stands still, wherever one looks.
        assert all(len(set(column)) > 5 for column in zip(*keys, strict=True))

    @pytest.mark.parametrize("door", DOORS)
    def test_an_id_that_was_planted_before_the_log_in_is_worth_nothing(
        self, carol: User, door: str
    ) -> None:
        victim = Client()
        victim.cookies["sessionid"] = planted = "mallorysownchoiceofthirtytwochar"
        key = enter(victim, carol, door)

        assert key != planted
        assert who(f"sessionid={planted}") is None
        assert who(f"sessionid={key}") == carol.email

    @pytest.mark.parametrize("door", DOORS)
    def test_mallorys_own_session_planted_in_a_browser_is_not_carols_after_her_log_in(
        self, carol: User, mallory: User, door: str
    ) -> None:
        victim = Client()
        victim.cookies["sessionid"] = planted = enter(Client(), mallory)
        key = enter(victim, carol, door)

        assert key != planted
        assert who(f"sessionid={planted}") is None

    @pytest.mark.parametrize("door", DOORS)
    def test_logging_in_again_gives_a_new_id_and_ends_the_old_one(
        self, carol: User, client: Client, door: str
    ) -> None:
        old = enter(client, carol, door)
        # The admin's form is for whoever is not in the admin yet; it takes a post all the same.
        new = enter(client, carol, door)

        assert old != new
        assert who(f"sessionid={old}") is None
        assert who(f"sessionid={new}") == carol.email

    def test_another_users_log_in_flushes_what_the_session_held(
        self, alice: User, bob: User, client: Client
    ) -> None:
        enter(client, alice)
        session = client.session
        session["note"] = "of Alice"
        session.save()
        enter(client, bob)

        assert "note" not in client.session

    @pytest.mark.parametrize(
        "key",
        [
            *("", "x", "0" * 32, "x" * 5000, "../../etc/passwd", "null", "a b", "%00", '"', "'--"),
            *("\xff\xfe", "a\x00b" * 4, "\U0001f36a".encode().decode("latin-1") * 9, "$2b$12$" * 5),
        ],
        ids=ascii,
    )
    def test_an_id_of_no_session_is_a_stranger_and_no_error(self, db: None, key: str) -> None:
        stranger = Client(headers={"cookie": f"sessionid={key}"})
        page = stranger.get("/sessions/me/")

        assert who(f"sessionid={key}") is None
        assert page.status_code == 302
        # It is not adopted either: if a cookie comes back at all, it deletes this one.
        assert all(morsel["max-age"] == 0 for morsel in page.cookies.values())

    def test_an_unknown_id_is_not_adopted_where_every_request_saves(
        self, client: Client, settings: Any, db: None
    ) -> None:
        settings.SESSION_SAVE_EVERY_REQUEST = True
        client.cookies["sessionid"] = "mallorysownchoiceofthirtytwochar"
        client.get("/")

        assert not Session.objects.exists()

    def test_the_id_travels_in_the_cookie_alone(self, alice: User, client: Client) -> None:
        key = enter(client, alice)
        headers = {"x-session-id": key, "authorization": f"Session {key}", "sessionid": key}
        stranger = Client(headers=headers)

        assert stranger.get(f"/sessions/me/?sessionid={key}").status_code == 302
        assert stranger.post("/sessions/login/", {"sessionid": key}).wsgi_request.user.is_anonymous
        assert stranger.get(f"/api/me/?sessionid={key}").status_code == 401

    @pytest.mark.parametrize("address", [*ADDRESSES, "/nothing/"])
    def test_no_answer_shows_the_id(self, alice: User, client: Client, address: str) -> None:
        key = enter(client, alice)
        response = client.get(address)

        assert key not in response.getvalue().decode()
        assert key not in str(response.headers)

    def test_the_session_holds_what_django_put_there_and_nothing_of_the_request(
        self, alice: User, client: Client
    ) -> None:
        client.post(
            "/sessions/login/?is_staff=1&_auth_user_id=1",
            {"email": alice.email, "password": PASSWORD, "is_staff": "1", "_auth_user_id": "1"},
        )

        assert set(client.session.keys()) == {
            "_auth_user_id",
            "_auth_user_backend",
            "_auth_user_hash",
        }


class TestCookie:
    """What the browser is told to do with it."""

    @pytest.mark.parametrize("door", DOORS)
    def test_no_script_reads_it_and_no_other_site_sends_it(
        self, carol: User, client: Client, door: str
    ) -> None:
        enter(client, carol, door)
        cookie = client.cookies["sessionid"]

        assert cookie["httponly"]
        assert cookie["samesite"] in ("Lax", "Strict")
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""

    def test_every_cookie_has_a_same_site_rule_and_fits_into_4096_bytes(
        self, carol: User, client: Client
    ) -> None:
        enter(client, carol)
        client.get("/")
        client.get("/admin/")
        by_cookie = {"email": carol.email, "password": PASSWORD, "transport": "cookie"}
        client.post("/api/token/", by_cookie, content_type="application/json")
        client.post("/sessions/devices/revoke-others/")

        assert {"sessionid", "csrftoken", "refresh"} <= set(client.cookies)
        for name, cookie in client.cookies.items():
            assert cookie["samesite"] in ("Lax", "Strict"), name
            assert cookie["domain"] == "", name
            assert len(f"{name}={cookie.coded_value}") < 4096, name

    def test_logging_out_deletes_it_and_what_the_browser_cached(
        self, alice: User, client: Client
    ) -> None:
        key = enter(client, alice)
        response = client.post("/sessions/logout/")

        cookie = response.cookies["sessionid"]
        assert (cookie.value, cookie["max-age"], cookie["path"]) == ("", 0, "/")
        assert '"cache"' in response.headers["Clear-Site-Data"]
        assert who(f"sessionid={key}") is None

    @pytest.mark.parametrize(
        "header",
        [
            *("={key}", "=sessionid={key}", "Sessionid={key}", "sessionid\0={key}"),
            "sessionid ={key}",
            *("\xe2\x80\x80sessionid={key}", "\xc2\x85sessionid={key}", "\xa0sessionid={key}"),
            *("\x85sessionid={key}", "\x1csessionid={key}", "\x0bsessionid={key}"),
            "a sessionid={key}",
            *("sessionid\x1f={key}", "sessionid[]={key}", "$sessionid={key}", "sessionid"),
            "sessionid:{key}",
        ],
        ids=ascii,
    )  # fmt: skip
    def test_a_name_that_only_looks_like_the_cookies_is_not_the_cookies(
        self, alice: User, client: Client, header: str
    ) -> None:
        key = enter(client, alice)

        assert who(header.replace("{key}", key)) is None

    @pytest.mark.parametrize(
        "header",
        [
            "sessionid={key}",
            "a=b; sessionid={key}",
            "sessionid={key};a",
            "$Version=1; sessionid={key}",
        ],
    )
    def test_the_cookie_is_found_among_others(
        self, alice: User, client: Client, header: str
    ) -> None:
        key = enter(client, alice)

        assert who(header.replace("{key}", key)) == alice.email

    @pytest.mark.parametrize(
        "header", ["sessionid={0}; sessionid={1}", "sessionid={1}; sessionid={0}"]
    )
    @pytest.mark.parametrize("between", ["", "; a=b", "; sessionid="], ids=["", "another", "empty"])
    def test_a_second_cookie_of_the_name_does_not_switch_the_user(
        self, alice: User, mallory: User, header: str, between: str
    ) -> None:
        keys = [enter(Client(), alice), enter(Client(), mallory)]

        assert who(header.replace("; ", between + "; ", 1).format(*keys)) is None


class TestStrangers:
    """Whoever has not logged in costs the server no row and gets no session."""

    @pytest.mark.parametrize("address", [*ADDRESSES, ADMIN_LOG_IN, "/admin/", "/nothing/"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_visit_makes_no_session(
        self, client: Client, db: None, address: str, method: str
    ) -> None:
        response = getattr(client, method)(address, {"email": "x", "password": "x", "next": "/"})

        assert "sessionid" not in response.cookies
        assert not Session.objects.exists()


class TestCaching:
    """No cache gives one user's page to another."""

    @pytest.mark.parametrize("save_always", [False, True], ids=["", "SESSION_SAVE_EVERY_REQUEST"])
    @pytest.mark.parametrize("address", sorted({"/", *PAGES, *CALLS, "/admin/"} - {SCHEMA}))
    def test_what_a_session_opens_is_kept_by_no_cache(
        self, carol: User, client: Client, settings: Any, address: str, save_always: bool
    ) -> None:
        settings.SESSION_SAVE_EVERY_REQUEST = save_always
        enter(client, carol)
        response = client.get(address)

        assert "no-store" in response.headers["Cache-Control"]
        if save_always or response.status_code == 200:
            assert "Cookie" in response.headers["Vary"]

    @pytest.mark.parametrize("address", ["/.well-known/jwks.json", "/static/authcompare/style.css"])
    def test_what_everybody_may_cache_sets_no_cookie(
        self, alice: User, client: Client, address: str
    ) -> None:
        enter(client, alice)
        response = client.get(address)
        response.getvalue()  # Reads the file to its end, which closes it.

        assert response.status_code == 200
        assert "no-store" not in response.headers["Cache-Control"]
        assert not response.cookies

    def test_an_answer_that_sets_a_cookie_after_all_is_cached_by_nobody(
        self, alice: User, client: Client, settings: Any
    ) -> None:
        settings.SESSION_SAVE_EVERY_REQUEST = True
        enter(client, alice)
        response = client.get("/.well-known/jwks.json")

        assert response.cookies
        assert response.headers["Cache-Control"] == "no-store"
