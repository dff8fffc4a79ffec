"""How a script logs in, and whom the server then sees, for each kind of contestant."""

from typing import Any

from .plain import Answer, Site

PASSWORD = "correct horse battery staple"
DJANGO = ("django-db", "django-cached-db", "django-cache", "django-signed-cookies")
SIMPLEJWT = ("simplejwt", "simplejwt-stateless", "simplejwt-blacklist")
AUTHTOKEN = "authtoken"


def email(name: str) -> str:
    return f"{name}@example.com"


def csrf_token(site: Site) -> str:
    """Return the token that the log-in page gives to a new browser."""
    return site.get("/login/").cookie("csrftoken")


def try_form(site: Site, name: str, password: str, csrf: str, source: str = "127.0.0.1") -> Answer:
    """Send the log-in form from an address."""
    fields = {"username": email(name), "password": password, "csrfmiddlewaretoken": csrf}
    return site.post_form("/login/", fields, source=source, Cookie=f"csrftoken={csrf}")


def log_in_by_form(site: Site, name: str) -> tuple[str, str]:
    """Log in and return the values of the cookies `sessionid` and `csrftoken`."""
    answer = try_form(site, name, PASSWORD, csrf_token(site))
    return answer.cookie("sessionid"), answer.cookie("csrftoken")


def log_in_by_token(site: Site, name: str) -> dict[str, str]:
    """Log in at SimpleJWT and return the pair of tokens, `access` and `refresh`."""
    pair: dict[str, str] = try_pair(site, name, PASSWORD).json()
    return pair


def try_pair(site: Site, name: str, password: str, source: str = "127.0.0.1") -> Answer:
    """Ask SimpleJWT for a pair of tokens from an address."""
    return site.post_json("/api/token/", source=source, email=email(name), password=password)


def refresh(site: Site, token: str) -> Answer:
    """Ask SimpleJWT for new tokens."""
    return site.post_json("/api/token/refresh/", refresh=token)


def try_opaque(site: Site, name: str, password: str, source: str = "127.0.0.1") -> Answer:
    """Ask the REST framework's authtoken for a token from an address."""
    return site.post_json(
        "/api-token-auth/", source=source, username=email(name), password=password
    )


def log_in_by_opaque_token(site: Site, name: str) -> str:
    token: str = try_opaque(site, name, PASSWORD).json()["token"]
    return token


def session_owner(site: Site, session: str) -> str | None:
    """Return whom the server sees behind a session cookie, by name."""
    return _owner(site, site.get("/probe/", Cookie=f"sessionid={session}"))


def token_owner(site: Site, token: str, scheme: str = "Bearer") -> str | None:
    """Return whom the server sees behind an Authorization header, by name."""
    return _owner(site, site.get("/probe/", Authorization=f"{scheme} {token}"))


def _owner(site: Site, answer: Answer) -> str | None:
    seen: Any = answer.json()["id"] if answer.status == 200 else None
    return next((name for name, user_id in site.ids.items() if user_id == seen), None)
