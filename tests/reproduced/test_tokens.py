"""What gets through to SimpleJWT, as its documentation sets it up, and to DRF's authtoken."""

import json
from base64 import urlsafe_b64decode
from hashlib import md5

from . import breaches
from .doors import (
    AUTHTOKEN,
    SIMPLEJWT,
    log_in_by_opaque_token,
    log_in_by_token,
    refresh,
    token_owner,
    try_opaque,
    try_pair,
)
from .plain import Site

DAY_BY_THE_HOUR_THEN_MONTH_BY_HALF_DAYS = [1] * 24 + [12] * 62
NEW_PASSWORD = "a new long password of Alice's"
NEW_HASH = "md5$salt$" + md5(f"salt{NEW_PASSWORD}".encode()).hexdigest()  # noqa: S324 (as the server's)


def set_new_password(site: Site) -> None:
    """Do what a page for it does; the libraries have none."""
    site.sql("UPDATE users_user SET password = ? WHERE name = 'Alice'", NEW_HASH)


# --- The copy lives on


@breaches("replay-after-log-out", *SIMPLEJWT)
def test_an_access_token_is_good_after_the_log_out(site: Site) -> None:
    pair = log_in_by_token(site, "alice")

    # The library has one address to log out at, and without a blacklist it does nothing.
    assert site.post_json("/api/token/blacklist/", refresh=pair["refresh"]).status == 200

    assert token_owner(site, pair["access"]) == "alice"


@breaches("replay-after-log-out-everywhere", *SIMPLEJWT)
def test_a_log_out_ends_one_refresh_token_at_most_and_there_is_no_log_out_everywhere(
    site: Site,
) -> None:
    stolen, other = log_in_by_token(site, "alice"), log_in_by_token(site, "alice")

    site.post_json("/api/token/blacklist/", refresh=other["refresh"])

    assert token_owner(site, stolen["access"]) == "alice"
    site.wait(minutes=10)
    assert token_owner(site, refresh(site, stolen["refresh"]).json()["access"]) == "alice"


@breaches("replay-after-log-out", AUTHTOKEN)
def test_there_is_no_log_out_for_an_opaque_token(site: Site) -> None:
    stolen = log_in_by_opaque_token(site, "alice")

    # The client can only throw its token away: where it comes from, nothing but POST is heard.
    shown = {"Authorization": f"Token {stolen}"}
    assert site.send("DELETE", "/api-token-auth/", "", shown).status == 405

    assert token_owner(site, stolen, "Token") == "alice"


@breaches("replay-after-log-out-everywhere", AUTHTOKEN)
def test_another_log_in_gives_the_same_opaque_token_as_the_stolen_one(site: Site) -> None:
    stolen = log_in_by_opaque_token(site, "alice")

    assert log_in_by_opaque_token(site, "alice") == stolen

    site.wait(minutes=10)
    assert token_owner(site, stolen, "Token") == "alice"


@breaches("replay-after-password-change", *SIMPLEJWT)
def test_tokens_are_good_after_a_new_password_and_can_be_renewed(site: Site) -> None:
    stolen = log_in_by_token(site, "alice")

    set_new_password(site)

    assert try_pair(site, "alice", NEW_PASSWORD).status == 200
    assert token_owner(site, stolen["access"]) == "alice"
    site.wait(minutes=10)
    assert token_owner(site, refresh(site, stolen["refresh"]).json()["access"]) == "alice"


@breaches("replay-after-password-change", AUTHTOKEN)
def test_an_opaque_token_is_good_after_a_new_password(site: Site) -> None:
    stolen = log_in_by_opaque_token(site, "alice")

    set_new_password(site)

    assert try_opaque(site, "alice", NEW_PASSWORD).status == 200
    assert token_owner(site, stolen, "Token") == "alice"


@breaches("replay-after-deactivation", "simplejwt-stateless")
def test_an_access_token_is_good_after_the_deactivation(site: Site) -> None:
    stolen = log_in_by_token(site, "alice")

    site.sql("UPDATE users_user SET is_active = false WHERE name = 'Alice'")

    assert refresh(site, stolen["refresh"]).status == 401
    assert token_owner(site, stolen["access"]) == "alice"


@breaches("replay-after-deletion", "simplejwt-stateless")
def test_an_access_token_is_good_after_the_deletion(site: Site) -> None:
    stolen = log_in_by_token(site, "alice")

    site.sql("DELETE FROM users_user WHERE name = 'Alice'")

    assert token_owner(site, stolen["access"]) == "alice"


@breaches("rights-taken-away", "simplejwt-stateless")
def test_an_access_token_opens_the_staffs_door_for_one_who_is_staff_no_more(site: Site) -> None:
    access = log_in_by_token(site, "carol")["access"]

    site.sql("UPDATE users_user SET is_staff = false WHERE name = 'Carol'")

    assert site.get("/probe/staff/", Authorization=f"Bearer {access}").status == 200


@breaches("found-after-a-month", AUTHTOKEN)
def test_an_opaque_token_is_good_after_a_month_in_a_drawer(site: Site) -> None:
    found = log_in_by_opaque_token(site, "alice")

    site.wait(days=31)

    assert token_owner(site, found, "Token") == "alice"


@breaches("used-for-ever", "simplejwt-blacklist")
def test_a_refresh_token_that_is_used_in_time_never_ends(site: Site) -> None:
    stolen = log_in_by_token(site, "alice")

    for hours in DAY_BY_THE_HOUR_THEN_MONTH_BY_HALF_DAYS:
        site.wait(hours=hours)
        stolen = refresh(site, stolen["refresh"]).json()

    assert token_owner(site, stolen["access"]) == "alice"


@breaches("used-for-ever", AUTHTOKEN)
def test_an_opaque_token_never_ends(site: Site) -> None:
    stolen = log_in_by_opaque_token(site, "alice")

    for hours in DAY_BY_THE_HOUR_THEN_MONTH_BY_HALF_DAYS:
        site.wait(hours=hours)
        assert token_owner(site, stolen, "Token") == "alice"


# --- A copy is made


@breaches("theft-by-script", *SIMPLEJWT)
def test_both_tokens_come_in_a_body_that_any_script_of_the_page_reads(site: Site) -> None:
    answer = try_pair(site, "alice", "correct horse battery staple")

    stolen = json.loads(answer.text)

    assert "Set-Cookie" not in answer.headers
    assert token_owner(site, stolen["access"]) == "alice"
    site.wait(minutes=10)
    assert token_owner(site, refresh(site, stolen["refresh"]).json()["access"]) == "alice"


@breaches("theft-by-script", AUTHTOKEN)
def test_the_opaque_token_comes_in_a_body_that_any_script_of_the_page_reads(site: Site) -> None:
    answer = try_opaque(site, "alice", "correct horse battery staple")

    stolen = json.loads(answer.text)

    assert "Set-Cookie" not in answer.headers
    assert token_owner(site, stolen["token"], "Token") == "alice"


@breaches("theft-by-dump", "simplejwt-blacklist")
def test_the_table_of_refresh_tokens_holds_the_tokens(site: Site) -> None:
    site.sql("DELETE FROM token_blacklist_blacklistedtoken")
    site.sql("DELETE FROM token_blacklist_outstandingtoken")
    log_in_by_token(site, "alice")

    [(token,)] = site.sql("SELECT token FROM token_blacklist_outstandingtoken")

    assert token_owner(site, refresh(site, token).json()["access"]) == "alice"


@breaches("theft-by-dump", AUTHTOKEN)
def test_the_table_of_opaque_tokens_holds_the_tokens(site: Site) -> None:
    log_in_by_opaque_token(site, "alice")

    keys = [key for (key,) in site.sql("SELECT key FROM authtoken_token")]

    assert "alice" in [token_owner(site, key, "Token") for key in keys]


@breaches("reading-the-credential", *SIMPLEJWT)
def test_both_tokens_say_without_any_key_whose_they_are(site: Site) -> None:
    pair = log_in_by_token(site, "alice")

    for token in (pair["access"], pair["refresh"]):
        claims = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
        assert claims["user_id"] == site.ids["alice"]
