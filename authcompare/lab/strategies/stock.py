"""What a reader gets from each library's own documentation, on `startproject`'s settings."""

from dataclasses import dataclass
from typing import Any

from django.urls import include, path

from ..visitor import Flow
from ..wire import ORIGIN
from .base import Strategy
from .flows import FormFlow, TokenFlow

# The machine's, which all contestants share.
SHARED = (
    *("ALLOWED_HOSTS", "AUTH_USER_MODEL", "CACHES", "DATABASES", "LOGGING", "PASSWORD_HASHERS"),
    *("SECRET_KEY", "TIME_ZONE", "USE_TZ"),
)
# What `startproject` writes, with https as the deployment checklist asks for.
STARTPROJECT: dict[str, Any] = {
    "DEBUG": False,
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    "ROOT_URLCONF": "authcompare.lab.strategies.urls",
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        },
    ],
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "LOGIN_URL": "/login/",
    "LOGIN_REDIRECT_URL": "/probe/",
    "LOGOUT_REDIRECT_URL": "/probe/open/",
}
APPS = [
    "authcompare.lab.strategies.apps.Pages",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "rest_framework",
    # The shared user without this project's rules about log-ins; behind Django's apps, so that
    # theirs is the `clearsessions` that runs.
    "authcompare.lab.strategies.apps.PlainUsers",
]


BACKEND = "django.contrib.sessions.backends."
DJANGO_FORMS = FormFlow(login="/login/", logout="/logout/")
SIMPLEJWT_VIEWS = TokenFlow(obtain="/api/token/", refresh="/api/token/refresh/")
BLACKLIST_VIEWS = TokenFlow(
    obtain="/api/token/",
    refresh="/api/token/refresh/",
    logout="/api/token/blacklist/",
    no_everywhere="The library lists a user's refresh tokens, but has no view that ends them all.",
)


@dataclass(frozen=True, kw_only=True)
class StockStrategy(Strategy):
    """A library as it comes, beside the site's database, cache and user model."""

    apps: tuple[str, ...] = ()

    def settings(self, site: Any) -> dict[str, Any]:
        shared = {name: getattr(site, name) for name in SHARED}
        apps = {"INSTALLED_APPS": [*APPS, *self.apps]}
        return {**STARTPROJECT, **shared, **apps, **self.overrides}

    def urls(self) -> list[Any]:
        from .views import probes

        return [*probes(self.guard), *self.doors()]

    def doors(self) -> list[Any]:
        """Return the URL patterns that the library's documentation shows."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class StockSession(StockStrategy):
    """Django's `LoginView` and `LogoutView` over one of its session engines."""

    flow: Flow = DJANGO_FORMS
    clean_up: str = "clearsessions"

    def doors(self) -> list[Any]:
        return [path("", include("django.contrib.auth.urls"))]


@dataclass(frozen=True, kw_only=True)
class SignedSession(StockSession):
    """Sessions of which the client keeps the content; `salt` is what their signatures are for."""

    salt: str = BACKEND + "signed_cookies"

    def seal(self, content: str, moment: float) -> str | None:
        from django.core.signing import Signer, b62_encode

        return Signer(salt=self.salt).sign(f"{content}:{b62_encode(int(moment))}")


@dataclass(frozen=True, kw_only=True)
class StockJWT(StockStrategy):
    """SimpleJWT's views with its default algorithm, HS256 under `SECRET_KEY`."""

    guard: str = "rest_framework_simplejwt.authentication.JWTAuthentication"
    flow: Flow = SIMPLEJWT_VIEWS

    def doors(self) -> list[Any]:
        from rest_framework_simplejwt import views

        return [
            path("api/token/", views.TokenObtainPairView.as_view()),
            path("api/token/refresh/", views.TokenRefreshView.as_view()),
            path("api/token/blacklist/", views.TokenBlacklistView.as_view()),
        ]

    def mint(self, head: bytes, claims: bytes) -> str | None:
        import hmac

        from django.conf import settings
        from jwt.utils import base64url_encode

        message = base64url_encode(head) + b"." + base64url_encode(claims)
        signature = hmac.digest(settings.SECRET_KEY.encode(), message, "sha256")
        return (message + b"." + base64url_encode(signature)).decode()


@dataclass(frozen=True, kw_only=True)
class StockAuthToken(StockStrategy):
    """The REST framework's `TokenAuthentication`."""

    def doors(self) -> list[Any]:
        from rest_framework.authtoken.views import obtain_auth_token

        return [path("api-token-auth/", obtain_auth_token)]


SESSIONS = "https://docs.djangoproject.com/en/5.2/topics/http/sessions/"
SIMPLEJWT = "https://django-rest-framework-simplejwt.readthedocs.io/en/stable/"

STOCK: list[Strategy] = [
    StockSession(
        slug="django-db",
        title="Django sessions, db",
        about="Django's default: a row per session, and the user's row, at each request.",
        documentation=SESSIONS,
        stores=("a row per session, read at each request",),
        overrides={"SESSION_ENGINE": BACKEND + "db"},
    ),
    StockSession(
        slug="django-cached-db",
        title="Django sessions, cached_db",
        about="The same row, read from the cache where it is there.",
        documentation=SESSIONS,
        stores=("a row per session", "a cache entry per session, read at each request"),
        overrides={"SESSION_ENGINE": BACKEND + "cached_db"},
    ),
    StockSession(
        slug="django-cache",
        title="Django sessions, cache",
        about="The session in the cache only: gone when the cache is.",
        documentation=SESSIONS,
        stores=("a cache entry per session, read at each request",),
        # Django's `clearsessions` does nothing here.
        clean_up="",
        no_clean_up="The cache forgets by itself.",
        overrides={"SESSION_ENGINE": BACKEND + "cache"},
    ),
    SignedSession(
        slug="django-signed-cookies",
        title="Django sessions, signed cookies",
        about="The session's content in the cookie itself, signed: the server keeps nothing.",
        documentation=SESSIONS,
        overrides={"SESSION_ENGINE": BACKEND + "signed_cookies"},
    ),
    StockJWT(
        slug="simplejwt",
        title="SimpleJWT",
        about="The library's default: HS256, five minutes and a day; each request reads the user.",
        documentation=SIMPLEJWT + "getting_started.html",
    ),
    StockJWT(
        slug="simplejwt-stateless",
        title="SimpleJWT, stateless",
        about="The user is what the token says, rights included: no request reads a row.",
        documentation=SIMPLEJWT + "stateless_user_authentication.html",
        guard="rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication",
        overrides={
            "SIMPLE_JWT": {
                "TOKEN_OBTAIN_SERIALIZER": "authcompare.lab.strategies.views.StaffClaimSerializer"
            }
        },
    ),
    StockJWT(
        slug="simplejwt-blacklist",
        title="SimpleJWT, rotation and blacklist",
        about="Refresh tokens are used once: each is a row, and so is its end.",
        documentation=SIMPLEJWT + "blacklist_app.html",
        flow=BLACKLIST_VIEWS,
        stores=("a row per refresh token", "a row per spent one, read at each refresh"),
        apps=("rest_framework_simplejwt.token_blacklist",),
        clean_up="flushexpiredtokens",
        overrides={"SIMPLE_JWT": {"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True}},
    ),
    StockAuthToken(
        slug="authtoken",
        title="DRF authtoken",
        about="One opaque token a user, without an end, in a table in clear.",
        documentation="https://www.django-rest-framework.org/api-guide/authentication/",
        guard="rest_framework.authentication.TokenAuthentication",
        flow=TokenFlow(
            obtain="/api-token-auth/",
            field="username",
            scheme="Token",
            shown="token",
            no_everywhere="A user has one token, and to delete its row would end every log-in, but"
            " there is no view that does.",
        ),
        stores=("a row per user, read at each request",),
        apps=("rest_framework.authtoken",),
    ),
]

# The settings that SimpleJWT has for what it is breached by otherwise. It stands in no matrix, for
# what stands there is what the documentation's first page gives; a test plays it.
HARDENED = StockJWT(
    slug="simplejwt-hardened",
    title="SimpleJWT, hardened (variant)",
    about="Rotation and blacklist, an audience, an issuer, and an end with each new password.",
    documentation=SIMPLEJWT + "settings.html",
    flow=BLACKLIST_VIEWS,
    apps=("rest_framework_simplejwt.token_blacklist",),
    overrides={
        "SIMPLE_JWT": {
            "ROTATE_REFRESH_TOKENS": True,
            "BLACKLIST_AFTER_ROTATION": True,
            "AUDIENCE": ORIGIN,
            "ISSUER": ORIGIN,
            "CHECK_REVOKE_TOKEN": True,
        }
    },
)

# A control, and a common mistake: new refresh tokens are given out, the spent ones live on.
WEAK_ROTATION = StockJWT(
    slug="weak-rotation",
    title="Rotation without blacklist (control)",
    about="Each refresh gives a new refresh token and lets the spent one live.",
    documentation=SIMPLEJWT + "settings.html",
    control=True,
    overrides={"SIMPLE_JWT": {"ROTATE_REFRESH_TOKENS": True}},
)
