"""Whoever reads the whole database can log in as nobody."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from rest_framework.test import APIClient

from authcompare.users.models import User

from .flows import bearer, log_in_by_form, log_in_by_token
from .test_cookie_transport import Browser
from .test_tokens_flow import refresh

pytestmark = pytest.mark.django_db


def strings_at_rest() -> Iterator[str]:
    """Yield every value of every column of every table, as text, and each part of it.

    The two tables that hold nothing but the names of models and permissions are left out.
    """
    for model in {*apps.get_models()} - {ContentType, Permission}:
        for row in model._default_manager.values_list():
            for value in row:
                yield str(value)
                yield from str(value).split(":")


def as_session(text: str) -> Any:
    return Client(headers={"cookie": f"sessionid={text}"}).get("/api/me/")


def as_access_token(text: str) -> Any:
    return bearer({"access": text}).get("/api/me/")


def as_refresh_token(text: str) -> Any:
    return refresh({"refresh": text})


def as_refresh_cookie(text: str) -> Any:
    browser = Browser()
    browser.get("/sessions/login/")
    browser.cookies["refresh"] = text
    return browser.refresh()


def as_password(text: str) -> Any:
    return APIClient().post("/api/token/", {"email": "alice@example.com", "password": text})


@pytest.mark.parametrize(
    "show",
    [as_session, as_access_token, as_refresh_token, as_refresh_cookie, as_password],
)
def test_no_string_in_the_database_opens_anything(alice: User, client: Client, show: Any) -> None:
    log_in_by_form(client, alice)
    refresh(log_in_by_token(alice))
    Browser().log_in(alice)

    found = {text for text in strings_at_rest() if text.isprintable()}
    assert len(found) > 20
    assert [text for text in found if show(text).status_code < 400] == []


def test_the_real_credentials_do(alice: User, client: Client) -> None:
    # The control: the same calls, with what the clients hold, succeed.
    log_in_by_form(client, alice)
    pair = log_in_by_token(alice)

    assert as_session(client.cookies["sessionid"].value).status_code == 200
    assert as_access_token(pair["access"]).status_code == 200
    assert as_refresh_cookie(pair["refresh"]).status_code == 200
    assert as_refresh_token(pair["refresh"]).status_code == 200


def test_no_token_key_or_password_is_at_rest(alice: User, client: Client) -> None:
    log_in_by_form(client, alice)
    pair = log_in_by_token(alice)
    secrets = [client.cookies["sessionid"].value, pair["access"], pair["refresh"]]
    secrets += [part for token in secrets[1:] for part in token.split(".")]

    everything = "\n".join(strings_at_rest())
    assert not [secret for secret in secrets if secret in everything]
