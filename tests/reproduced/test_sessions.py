"""What gets through to Django's own sessions, engine by engine."""

import json
import zlib
from base64 import urlsafe_b64decode

from . import breaches
from .doors import DJANGO, log_in_by_form, session_owner
from .plain import Site


@breaches("replay-after-log-out", "django-signed-cookies")
def test_a_signed_cookie_is_good_after_the_log_out(site: Site) -> None:
    session, csrf = log_in_by_form(site, "alice")
    token = {"csrfmiddlewaretoken": csrf}
    cookies = f"sessionid={session}; csrftoken={csrf}"

    answer = site.post_form("/logout/", token, Cookie=cookies)

    assert answer.cookie("sessionid") == '""'  # The browser drops it; a copy knows nothing of that.
    assert session_owner(site, session) == "alice"


@breaches("replay-after-log-out-everywhere", *DJANGO)
def test_a_log_out_leaves_the_other_sessions_alone_and_there_is_no_log_out_everywhere(
    site: Site,
) -> None:
    (stolen, _), (session, csrf) = log_in_by_form(site, "alice"), log_in_by_form(site, "alice")
    token = {"csrfmiddlewaretoken": csrf}

    site.post_form("/logout/", token, Cookie=f"sessionid={session}; csrftoken={csrf}")

    assert session_owner(site, stolen) == "alice"
    site.wait(minutes=10)
    assert session_owner(site, stolen) == "alice"


@breaches("cookie-tossing", *DJANGO)
def test_of_two_cookies_with_one_name_the_server_believes_the_neighbours(site: Site) -> None:
    alices, _ = log_in_by_form(site, "alice")
    mallorys, _ = log_in_by_form(site, "mallory")

    # Alice's browser sends the older one first; the other one was set by blog.site.example.
    assert session_owner(site, f"{alices}; sessionid={mallorys}") == "mallory"


@breaches("theft-by-dump", "django-db", "django-cached-db")
def test_the_table_of_sessions_holds_what_the_cookie_holds(site: Site) -> None:
    site.sql("DELETE FROM django_session")
    log_in_by_form(site, "alice")

    [(key,)] = site.sql("SELECT session_key FROM django_session")

    assert session_owner(site, key) == "alice"


@breaches("theft-by-dump", "django-cache")
def test_the_keys_of_the_cache_hold_what_the_cookie_holds(site: Site) -> None:
    site.sql("DELETE FROM cache_rows")
    log_in_by_form(site, "alice")

    [(key,)] = site.sql("SELECT cache_key FROM cache_rows")

    assert session_owner(site, key.removeprefix(":1:django.contrib.sessions.cache")) == "alice"


@breaches("reading-the-credential", "django-signed-cookies")
def test_a_signed_cookie_says_without_any_key_whose_it_is(site: Site) -> None:
    session, _ = log_in_by_form(site, "alice")

    packed = session.split(":")[0].removeprefix(".")
    content = json.loads(zlib.decompress(urlsafe_b64decode(packed + "==")))

    assert content["_auth_user_id"] == site.ids["alice"]
