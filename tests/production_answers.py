"""What the site answers without DEBUG, as JSON: `python -m tests.production_answers`.

test_production.py runs it in a process of its own, whose environment is a production server's:
settings are read once in a process, and the tests' own has DEBUG. It asserts nothing.
"""

import json
import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "authcompare.settings")

EMAIL, PASSWORD = "carol@example.com", "correct horse battery staple"


def facts(response: Any) -> dict[str, Any]:
    """Return what a test may ask about an answer."""
    return {
        "status": response.status_code,
        "headers": {name.lower(): value for name, value in response.headers.items()},
        "cookies": [morsel.OutputString() for morsel in response.cookies.values()],
        "body": response.getvalue().decode(),
    }


def answers() -> dict[str, Any]:
    """Ask everything once and return the answers by name."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    from authcompare import views

    call_command("migrate", verbosity=0)
    get_user_model().objects.create_superuser(EMAIL, PASSWORD)
    https, http = (
        {"secure": True, "headers": {"host": "example.com"}},
        {"headers": {"host": "example.com"}},
    )
    forged = {
        "headers": {"host": "example.com", "x-forwarded-proto": "https", "x-forwarded-ssl": "on"}
    }
    credentials = {"email": EMAIL, "password": PASSWORD}
    json_type = {"content_type": "application/json"}
    browser, stranger = Client(raise_request_exception=False), Client(raise_request_exception=False)

    found = {
        "log-in page": stranger.get("/sessions/login/", **https),
        "log-in": browser.post("/sessions/login/", credentials, **https),
        "log-in to the admin": Client().post(
            "/admin/login/", {"username": EMAIL, "password": PASSWORD}, **https
        ),
        "log-in by cookie": browser.post(
            "/api/token/", credentials | {"transport": "cookie"}, **json_type, **https
        ),
        "log-in by token": stranger.post("/api/token/", credentials, **json_type, **https),
        "message": browser.post("/sessions/devices/revoke-others/", **https),
        "secured page": browser.get("/sessions/me/", **https),
        "by cookie": browser.get("/api/me/", **https),
        "keys": stranger.get("/.well-known/jwks.json", **https),
        "health": stranger.get("/healthz", **https),
        "style": stranger.get("/static/authcompare/style.css", **https),
        "admin style": stranger.get("/static/admin/css/base.css", **https),
        "missing page": stranger.get("/nothing/", **https),
        "missing call": stranger.get("/api/nothing/", **https),
        "foreign host": stranger.get("/", secure=True, headers={"host": "evil.example"}),
        "foreign host by http": stranger.get("/", headers={"host": "evil.example"}),
        "page by http": stranger.get("/sessions/me/?a=b", **http),
        "admin by http": stranger.get("/admin/", **http),
        "form by http": stranger.post("/sessions/login/", credentials, **http),
        "call by http": stranger.get("/api/me/", **http),
        "credentials by http": stranger.post("/api/token/", credentials, **json_type, **http),
        "credentials by http, half an address": stranger.post(
            "/api/token", credentials, **json_type, **http
        ),
        "page that claims https": stranger.get("/", **forged),
        "call that claims https": stranger.get("/api/me/", **forged),
        "health by http": stranger.get("/healthz", **http),
    }
    found["log-out"] = browser.post("/sessions/logout/", **https)
    # Not callable: the view breaks as soon as it is asked.
    views.HomeView.get_context_data = None  # type: ignore[assignment]
    found["server error"] = stranger.get("/", **https)
    return {name: facts(response) for name, response in found.items()}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(answers()))  # noqa: T201
