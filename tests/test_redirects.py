"""`next` is followed only within the site, in every spelling and at every door (R-084, R-085)."""

import re

import pytest
from django.test import Client

from authcompare.users.models import User

from .addresses import ADMIN_LOG_IN
from .conftest import PASSWORD

pytestmark = pytest.mark.django_db

HOSTILE = [
    *("//evil.example", "///evil.example", "////evil.example", "/\\evil.example"),
    "\\\\evil.example",
    *("/\\/evil.example", "\\/evil.example", "//evil.example/%2f..", "//testserver@evil.example"),
    *("http://evil.example", "https://evil.example", "HTTP://EVIL.EXAMPLE", "http:evil.example"),
    *("http:/evil.example", "http:///evil.example", "https:evil.example", "http:\\\\evil.example"),
    *("http://testserver@evil.example", "http://testserver:80@evil.example", "//evil.example:80"),
    *("http://testserver.evil.example", "http://eviltestserver", "http://testserver:8080/"),
    *("http://evil.example#testserver", "http://evil.example\\testserver", "http://evil.example?/"),
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)"),
    "\x01javascript:alert(1)",
    *("data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://testserver/", "mailto:a@b"),
    *(" //evil.example", "\t//evil.example", "\n//evil.example", "/\t/evil.example"),
    "/\n/evil.example",
    *("/\r/evil.example", "\x00//evil.example", "\x0b//evil.example", "\u00a0//evil.example"),
    *("\u2028//evil.example", "/\u3000/evil.example", "\uff0f\uff0fevil.example"),
    "//evil\u3002example",
    *("http://[::1]", "//[::1]", "http://[", "//0x7f000001", "http://127.0.0.1"),
    "//evil%E3%80%82example",
    *("http://evil.example/\r\nSet-Cookie: a=b", "/\r\nLocation: http://evil.example"),
    "evil.example//",
]  # fmt: skip
LOCAL = [
    *(
        "/sessions/me/",
        "/sessions/me/?a=b&c=d",
        "/sessions/me/#part",
        "/admin/",
        "/?next=//evil.example",
    ),
    *("/sessions/me/?u=http://evil.example", "http://testserver/sessions/me/", "/s%C3%BC%C3%9F/"),
]
DOORS = {"/sessions/login/": "email", ADMIN_LOG_IN: "username"}
BY = ["query", "body", "both"]


def leads_to(client: Client, address: str, form: dict[str, str], target: str, by: str) -> str:
    """Post with `next` in the query, the body or both, and return where the answer leads."""
    query = {"next": target} if by != "body" else {}
    form |= {"next": target} if by != "query" else {}
    response = client.post(address, form, query_params=query)
    assert response.status_code == 302
    assert "a" not in response.cookies
    return response.headers["Location"]


def stays(location: str) -> bool:
    """Tell whether a browser that follows this stays on the site.

    A browser reads a backslash as a slash, and drops line breaks and tabs wherever they stand, and
    white space and control characters in front.
    """
    read = location.replace("\\", "/").translate(dict.fromkeys(b"\t\r\n"))
    read = read.lstrip("".join(map(chr, range(0x21))))
    return not re.match(r"//|[a-z][a-z0-9+.-]*:", read, re.IGNORECASE)


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("target", HOSTILE, ids=ascii)
def test_neither_log_in_nor_log_out_leads_away(
    carol: User, client: Client, target: str, by: str
) -> None:
    for door, field in DOORS.items():
        form = {field: carol.email, "password": PASSWORD}
        assert stays(leads_to(client, door, form, target, by))
    assert stays(leads_to(client, "/sessions/logout/", {}, target, by))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("target", HOSTILE, ids=ascii)
def test_a_form_does_not_carry_a_hostile_next_on(
    client: Client, db: None, door: str, target: str
) -> None:
    assert stays(client.get(door, {"next": target}).context["next"])


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("target", LOCAL)
def test_a_next_within_the_site_is_followed(
    carol: User, client: Client, door: str, target: str, by: str
) -> None:
    form = {DOORS[door]: carol.email, "password": PASSWORD}

    assert leads_to(client, door, form, target, by) == target


def test_over_https_a_next_does_not_lead_back_to_http(alice: User, client: Client) -> None:
    form = {"email": alice.email, "password": PASSWORD, "next": "http://testserver/sessions/me/"}
    response = client.post("/sessions/login/", form, secure=True)

    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("first", [0, 1], ids=["hostile first", "hostile last"])
def test_of_several_nexts_the_one_that_is_followed_is_the_one_that_was_checked(
    alice: User, client: Client, first: int
) -> None:
    targets = ["//evil.example", "/sessions/me/"]
    form = {"email": alice.email, "password": PASSWORD, "next": targets[first:] + targets[:first]}
    response = client.post("/sessions/login/", form)

    assert stays(response.headers["Location"])


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "//evil.example/sessions/me", "/\\evil.example", "///api", "//api"],
    ids=ascii,
)
def test_completing_an_address_by_its_slash_does_not_lead_away(
    client: Client, db: None, path: str
) -> None:
    response = client.request(PATH_INFO=path)

    assert response.status_code in (301, 404)
    assert stays(response.headers.get("Location", "/"))
