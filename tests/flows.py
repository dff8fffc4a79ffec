"""The two flows as a test speaks of them."""

import re
from typing import Any

from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from authcompare.users.models import User

from .conftest import PASSWORD


def log_in_by_form(client: Client, user: User, **fields: str) -> Any:
    """Post the log-in form, which must succeed, and return the answer."""
    credentials = {"email": user.email, "password": PASSWORD}
    response = client.post("/sessions/login/", credentials | fields)
    assert response.status_code == 302, response.content
    return response


def log_in_by_token(user: User, **fields: Any) -> dict[str, str]:
    """Get a pair of tokens, which must succeed, and return it with the two times."""
    credentials = {"email": user.email, "password": PASSWORD}
    response = APIClient().post("/api/token/", credentials | fields)
    assert response.status_code == 200, response.content
    return response.json()


def bearer(pair: dict[str, str]) -> APIClient:
    """Return a client that shows the pair's access token with each request."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    return client


def mailed_link(email: str = "alice@example.com") -> str:
    """Return the path of the link in the one mail that was sent to the address last."""
    text = next(str(m.body) for m in reversed(mail.outbox) if m.to == [email])
    links = re.findall(r"^http://testserver(/\S+)$", text, re.MULTILINE)
    assert len(links) == 1, text
    return links[0]


def mailed_key(email: str = "alice@example.com") -> str:
    """Return the key in that link, which is its last part."""
    return mailed_link(email).split("/")[-2]


def outbox() -> list[tuple[list[str], str]]:
    """Return whom the site has written to, and about what."""
    return [(m.to, m.subject.removesuffix(" – authcompare")) for m in mail.outbox]
