"""This project's own two modes, under the settings that the site itself runs with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.urls import include, path

from .base import Strategy
from .flows import BothFlow, CookieRefreshFlow, FormFlow, TokenFlow

# What a play has no use for, beside the site's own settings.
QUIET = {
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    "MAILS_IN_BACKGROUND": False,
    "ROOT_URLCONF": "authcompare.lab.strategies.urls",
}


@dataclass(frozen=True, kw_only=True)
class OurStrategy(Strategy):
    """The site as it is deployed, with the probe beside it."""

    clean_up: str = "clearsessions"
    apps: tuple[str, ...] = ()

    def settings(self, site: Any) -> dict[str, Any]:
        names = (name for name in dir(site) if name.isupper())
        apps = {"INSTALLED_APPS": [*site.INSTALLED_APPS, *self.apps]}
        return {name: getattr(site, name) for name in names} | QUIET | apps | dict(self.overrides)

    def urls(self) -> list[Any]:
        from .views import probes

        return [*probes(self.guard), path("", include("authcompare.urls"))]


@dataclass(frozen=True, kw_only=True)
class OurTokens(OurStrategy):
    """Our token mode, whose tokens the key ring signs."""

    guard: str = "tokens_app.authentication.BearerAuthentication"

    def mint(self, head: bytes, claims: bytes) -> str | None:
        return signed_by_ring(head, claims)


def signed_by_ring(head: bytes, claims: bytes) -> str:
    """Return a token of these two parts, signed with the key ring's present key."""
    from jwt import get_algorithm_by_name
    from jwt.utils import base64url_encode

    from tokens_app.backend import current_ring_file

    key = current_ring_file().ring().signer()
    message = base64url_encode(head) + b"." + base64url_encode(claims)
    signature = get_algorithm_by_name(key.algorithm).sign(message, key.private)
    return (message + b"." + base64url_encode(signature)).decode()


API = {
    "obtain": "/api/token/",
    "refresh": "/api/token/refresh/",
    "logout": "/api/token/logout/",
    "everywhere": "/api/token/logout/all/",
}
HERE = "README.md"

FORMS = FormFlow(
    login="/sessions/login/",
    logout="/sessions/logout/",
    everywhere="/sessions/logout/all/",
    field="email",
)
UNCOMPILED = ("authcompare.lab.strategies.apps.Uncompiled",)

OURS: list[Strategy] = [
    OurStrategy(
        slug="session",
        title="Session (ours)",
        about="Django's database sessions, hardened: the key is hashed in the table, a log-in is"
        " a row that ends, and session and user come in one query.",
        documentation=HERE,
        flow=FORMS,
        stores=("a row per log-in, read at each request",),
    ),
    OurTokens(
        slug="jwt-row",
        title="JWT, row look-up (ours)",
        about="ES256 access tokens for five minutes, rotating refresh tokens; each request reads"
        " the log-in's row, so that revocation is immediate.",
        documentation=HERE,
        flow=TokenFlow(**API),
        stores=("a row per log-in, read at each request",),
        overrides={"TOKEN_REVOCATION": "row"},
    ),
    OurTokens(
        slug="jwt-denylist",
        title="JWT, deny-list (ours)",
        about="The same tokens; each request asks the cache whether the log-in has ended.",
        documentation=HERE,
        flow=TokenFlow(**API),
        stores=("a row per log-in, read at each refresh", "a cache entry per ended log-in"),
        overrides={"TOKEN_REVOCATION": "denylist"},
    ),
    OurTokens(
        slug="jwt-none",
        title="JWT, no revocation (ours)",
        about="The same tokens; nobody asks. An access token lives to its end, whatever happens.",
        documentation=HERE,
        flow=TokenFlow(**API),
        stores=("a row per log-in, read at each refresh",),
        overrides={"TOKEN_REVOCATION": "none"},
    ),
    OurTokens(
        slug="jwt-cookie",
        title="JWT, refresh cookie (ours)",
        about="The same tokens with row look-up; the refresh token travels in an HttpOnly,"
        " SameSite=Strict cookie.",
        documentation=HERE,
        flow=CookieRefreshFlow(**API),
        stores=("a row per log-in, read at each request",),
        overrides={"TOKEN_REVOCATION": "row"},
    ),
]


def variant(base: str, overrides: Mapping[str, Any] | None = None, **facts: Any) -> Strategy:
    """Return one of ours, by its slug, with other facts and with settings on top of its own."""
    [strategy] = [strategy for strategy in OURS if strategy.slug == base]
    return replace(strategy, overrides={**strategy.overrides, **(overrides or {})}, **facts)


OUR_VARIANTS: list[Strategy] = [
    variant(
        "jwt-row",
        {"REFRESH_GRACE": timedelta(0)},
        slug="jwt-strict",
        title="JWT without grace (ours, variant)",
        about="The same tokens with row look-up; a spent refresh token gets no second answer.",
    ),
]

# As `/api/me/` is: open to a token and to a session, which one browser may hold of two users.
BOTH_DOORS = OurTokens(
    slug="both-doors",
    title="Session and JWT together (ours, variant)",
    about="One browser logged in by both doors, whose every request shows token and cookie.",
    documentation=HERE,
    flow=BothFlow(**API, forms=FORMS),
    guard="tokens_app.authentication.BearerAuthentication"
    " tokens_app.authentication.BrowserSessionAuthentication",
    stores=("two rows per log-in, the token's read at each request",),
    overrides={"TOKEN_REVOCATION": "row"},
)

# What makes ours fast: whom it makes fast, and the same without it. The benchmark measures both.
OUR_LEVERS: list[tuple[str, Strategy]] = [
    (
        "session",
        variant(
            "session",
            slug="session-uncompiled",
            title="Session, ORM (ours, variant)",
            about="The same sessions; Django compiles each statement anew.",
            apps=UNCOMPILED,
        ),
    ),
    (
        "session",
        variant(
            "session",
            {"VERIFIED_SIGNATURES": 0},
            slug="session-unremembered",
            title="Session, verified each time (ours, variant)",
            about="The same sessions; the signature of what the row holds is verified at each"
            " request.",
        ),
    ),
    (
        "jwt-row",
        variant(
            "jwt-row",
            slug="jwt-uncompiled",
            title="JWT, row look-up, ORM (ours, variant)",
            about="The same tokens with row look-up; Django compiles each statement anew.",
            apps=UNCOMPILED,
        ),
    ),
    (
        "jwt-none",
        variant(
            "jwt-none",
            {"VERIFIED_SIGNATURES": 0},
            slug="jwt-unremembered",
            title="JWT, verified each time (ours, variant)",
            about="The same tokens without revocation; each signature is verified at each request.",
        ),
    ),
]
