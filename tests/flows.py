"""The two flows as a test speaks of them."""

from typing import Any

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
