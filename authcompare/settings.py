"""The one settings file: what differs between two installations is an environment variable.

Variables are read from the process and, behind it, from `.env` in the project's root. Each has its
row in `SHAPES`; missing and bad values stop the start, all of them named in one message.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url  # type: ignore[import-untyped]
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError, ValidationError, validate
from redis.backoff import NoBackoff
from redis.retry import Retry

BASE_DIR = Path(__file__).resolve().parent.parent

SHAPES = {
    "DEBUG": "0 or 1; 1 only on a developer's machine",
    "SECRET_KEY": "50 or more random characters",
    "SECRET_KEY_FALLBACKS": "earlier values of SECRET_KEY, separated by commas",
    "ALLOWED_HOSTS": "the site's host names, separated by commas: example.com,www.example.com",
    "DATABASE_URL": "sqlite:///path/to/file or postgres://user:password@host:5432/name",
    "CACHE_URL": "locmem:// or redis://host:6379/0",
    "CACHE_KEY_PREFIX": "a short text before each cache key, where one Redis serves several sites",
    "SITE_ORIGIN": "the site's own address, which the links in its mails start with:"
    " https://example.com",
    "EMAIL_URL": "submission://user:password@host:587, smtp://host:25, file:///folder or console:",
    "DEFAULT_FROM_EMAIL": "the sender of the site's mails: accounts@example.com",
    "SIGNING_KEYS_FILE": "the path of the private key ring, a file made by `make setup`",
    "TOKEN_ISSUER": "the `iss` of every token, usually the site's address",
    "TOKEN_AUDIENCE": "the `aud` of every token, usually the API's address",
    "TOKEN_REVOCATION": "row, denylist or none",
    "TRUSTED_PROXY_COUNT": "how many proxies of yours stand before the site: 0, 1, 2 …",
    "WEB_CONCURRENCY": "how many server processes gunicorn starts: 1, 2 …",
    "DEMO_PASSWORD": "the password of the demo users, who exist under DEBUG only",
}

env = Env(eager=False)
env.read_env(BASE_DIR / ".env", recurse=False)


@env.parser_for("database")
def database(url: str) -> dict[str, Any]:
    """Parse a database URL and tune the connection for many writers at once."""
    if not url.startswith(("sqlite://", "postgres://", "postgresql://")):
        raise ValidationError("Not a SQLite or PostgreSQL URL.")
    try:
        config: dict[str, Any] = {**dj_database_url.parse(url, conn_max_age=600)}
    except ValueError as error:
        raise ValidationError("Not a valid database URL.") from error
    if config["ENGINE"].endswith("sqlite3"):
        # WAL lets readers go on beside the writer. An immediate transaction takes the write lock
        # at its start, where SQLite waits for it; a deferred one fails when it has to upgrade.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        config["CONN_HEALTH_CHECKS"] = True
    return config


@env.parser_for("cache")
def cache(url: str) -> dict[str, Any]:
    """Choose Django's own back end for a cache URL."""
    if url.startswith("locmem://"):
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if url.startswith(("redis://", "rediss://", "unix://")):
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": url,
            # By default the client tries again for seconds. Each caller here has something else to
            # do when Redis is away, and a request must not wait for it.
            "OPTIONS": {
                "socket_connect_timeout": 0.5,
                "socket_timeout": 1,
                "retry": Retry(NoBackoff(), retries=1),
            },
        }
    raise ValidationError("Not a cache URL.")


@env.parser_for("email")
def email(url: str) -> dict[str, Any]:
    """Parse a mail server's URL; the parser itself takes any scheme and then leaves things out."""
    try:
        config: dict[str, Any] = {**dj_email_url.parse(url)}
    except ValueError as error:
        raise ValidationError("Not a valid e-mail URL.") from error
    if "EMAIL_BACKEND" not in config:
        raise ValidationError("Not an e-mail URL.")
    return config


@env.parser_for("origin")
def origin(address: str) -> str:
    """Return the address of a site, which has a scheme and a host and nothing behind them."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or address != f"{parts.scheme}://{parts.netloc}":
        raise ValidationError("Not a site's address.")
    return address


def default_origin(hosts: list[str] | None) -> dict[str, str]:
    """Return the default of SITE_ORIGIN: the first host, or none where that is no one host."""
    if DEBUG:
        return {"default": "http://127.0.0.1:8000"}
    first = hosts[0] if hosts else "localhost"  # Without hosts nothing starts anyway.
    return {} if "*" in first or first.startswith(".") else {"default": f"https://{first}"}


@env.parser_for("existing_file")
def existing_file(name: str) -> Path:
    """Return a file's path; a relative one starts at the project, wherever the process does."""
    path = BASE_DIR / name
    if not path.is_file():
        raise ValidationError(
            f"There is no such file: `python -m tokens_app.keys {name}` makes it."
        )
    return path


# --- What the environment says

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", validate=validate.Length(min=50))
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
# Under DEBUG Django itself allows localhost.
WITHOUT_HOSTS: dict[str, Any] = {"default": []} if DEBUG else {"validate": validate.Length(min=1)}
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", **WITHOUT_HOSTS)
DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{BASE_DIR}/db.sqlite3")}
CACHES = {"default": env.cache("CACHE_URL", default="locmem://")}
CACHE_KEY_PREFIX = env.str("CACHE_KEY_PREFIX", default="authcompare")
# Mailed links start with it, never with what a request calls the site.
SITE_ORIGIN: str = env.origin("SITE_ORIGIN", **default_origin(ALLOWED_HOSTS))
# A developer's copy keeps its mails in a folder, to be read at /mails/.
EMAIL = env.email("EMAIL_URL", default=f"file:///{BASE_DIR}/mails" if DEBUG else "console:")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="accounts@localhost")
SIGNING_KEYS_FILE = env.existing_file("SIGNING_KEYS_FILE")
TOKEN_ISSUER = env.str("TOKEN_ISSUER", default="authcompare", validate=validate.Length(min=1))
TOKEN_AUDIENCE = env.str("TOKEN_AUDIENCE", default="authcompare", validate=validate.Length(min=1))
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0, validate=validate.Range(min=0))
TOKEN_REVOCATION = env.str(
    "TOKEN_REVOCATION", default="", validate=validate.OneOf(["", "row", "denylist", "none"])
)
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", default=1, validate=validate.Range(min=1))
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="")

try:
    env.seal()
except EnvValidationError as error:
    problems: dict[str, list[str]] = {**error.error_messages}  # type: ignore[dict-item]
    lines = [
        f"  {name}: {' '.join(messages)} It must be {SHAPES[name]}."
        for name, messages in problems.items()
    ]
    raise ImproperlyConfigured(
        "The environment variables of authcompare need your attention:\n"
        + "\n".join(lines)
        + "\n`make setup` writes a `.env` for development; the README lists every variable."
    ) from None

CACHES["default"]["KEY_PREFIX"] = CACHE_KEY_PREFIX
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_FILE_PATH = EMAIL["EMAIL_FILE_PATH"]
EMAIL_HOST = EMAIL["EMAIL_HOST"]
EMAIL_PORT = EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL["EMAIL_USE_TLS"]
EMAIL_USE_SSL = EMAIL["EMAIL_USE_SSL"]
# Seconds; without an end a silent mail server would hold up all later mails.
EMAIL_TIMEOUT = EMAIL["EMAIL_TIMEOUT"] or 20

# --- The project

INSTALLED_APPS = [
    "authcompare.users",
    "sessions_app",
    "tokens_app",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
# The comparison. The site needs nothing of it: without its folder it is gone.
if (BASE_DIR / "authcompare" / "lab").is_dir():
    INSTALLED_APPS.append("authcompare.lab")
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "authcompare.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "authcompare.middleware.RequestGuardMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sessions_app.middleware.SessionCsrfMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "sessions_app.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "authcompare.middleware.ThrottleMiddleware",
    "authcompare.middleware.MethodMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "authcompare.urls"
WSGI_APPLICATION = "authcompare.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "authcompare" / "static"]
# WhiteNoise serves the apps' own folders, so that a deployment has no collectstatic step.
WHITENOISE_USE_FINDERS = True
TEST_RUNNER = "tests.runner.PytestTestRunner"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "authcompare.logs.Redact"}},
    "formatters": {
        "server": {
            "()": "django.utils.log.ServerFormatter",
            "format": "[{server_time}] {message}",
            "style": "{",
        }
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "filters": ["redact"]},
        "server": {
            "class": "logging.StreamHandler",
            "filters": ["redact"],
            "formatter": "server",
        },
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    # Django's own handler would print under DEBUG what root's has printed already.
    "loggers": {
        "django": {"handlers": []},
        "django.server": {"handlers": ["server"], "propagate": False},
    },
}

# --- What both flows share

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["authcompare.users.backends.EmailBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# As long as NIST SP 800-63B-4 3.1.1.2 asks where the password is the only factor; the rest of the
# rules are from there too. What it leaves out is left out: no mix of characters, no expiry.
PASSWORD_MIN_LENGTH = 15
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "authcompare.users.passwords.PatternValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
]
# How long the link in a mail is good: for a new address, and for a new password (in seconds).
EMAIL_LINK_LIFETIME = timedelta(days=3)
PASSWORD_RESET_TIMEOUT = 60 * 60
# The pages that mails link to.
MAIL_LINKS = {
    "log_in": "sessions:login",
    "sign_up": "sessions:signup",
    "verify": "sessions:verify",
    "reset": "sessions:password-reset",
    "reset_confirm": "sessions:password-reset-confirm",
    "devices": "sessions:devices",
}
# Mails are sent behind the answer; the tests want to see them at once.
MAILS_IN_BACKGROUND = True
LOGIN_URL = "sessions:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
# A log-in ends after this long without use, and after this long in any case (NIST SP 800-63B-4
# 2.1.3 allows 30 days), without and with "remember me". The same holds in both modes.
LOGIN_IDLE_TIMEOUT = timedelta(hours=2)
LOGIN_LIFETIME = timedelta(hours=12)
REMEMBERED_LOGIN_IDLE_TIMEOUT = timedelta(days=14)
REMEMBERED_LOGIN_LIFETIME = timedelta(days=30)

# How many signatures a process remembers to have verified: so many access tokens, at some 2 kB
# each, and so many sessions' contents. Expiry, key and revocation are asked at each use all the
# same. With 0 it remembers none.
VERIFIED_SIGNATURES = 4096

# How often somebody may try, by the scopes that users.limits explains. Of log-ins only failed ones
# count, and of refreshes refused ones, so whoever has the right credentials never meets a limit
# alone. "account_and_network": above the sixteen that one client has in flight at once.
# "account_from_new_networks": half of what ASVS 6.3.1 allows. All of them open within minutes but
# those that count mails: a mailbox gets five an hour, and needs one.
RATE_LIMITS = {
    "log_in": {
        "network": "100 per 10 minutes",
        "account_and_network": "20 per 5 minutes",
        "account_from_new_networks": "50 per 10 minutes",
    },
    "sign_up": {"network": "200 per 1 hour", "account": "5 per 1 hour"},
    "reset": {"network": "100 per 1 hour", "account": "5 per 1 hour"},
    "verify": {"network": "100 per 10 minutes"},
    "refresh": {"network": "1000 per 10 minutes"},
}
# How long the audit trail is kept: `manage.py clearsessions` deletes what is older.
AUDIT_RETENTION = timedelta(days=180)

# --- Sessions

SESSION_ENGINE = "sessions_app.store"
SESSION_COOKIE_NAME = "sessionid" if DEBUG else "__Host-sessionid"
SESSION_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "csrftoken" if DEBUG else "__Host-csrftoken"
CSRF_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "authcompare.views.csrf_failure"
MESSAGE_STORAGE = "authcompare.messages.LazyCookieStorage"

# --- Tokens

REFRESH_COOKIE_NAME = "refresh" if DEBUG else "__Host-refresh"
# How an access token learns that its log-in has ended (tokens_app.revocation). A deny-list has to
# be seen by every process, so it is the default where the cache is shared.
SHARED_CACHE = "redis" in CACHES["default"]["BACKEND"]
TOKEN_REVOCATION = TOKEN_REVOCATION or ("denylist" if SHARED_CACHE else "row")
# Fifteen minutes at most (OWASP): how long a token may outlive what it says of its user.
ACCESS_TOKEN_LIFETIME = timedelta(minutes=5)
# How long the refresh token before the current one still gets an answer, from the rotation on and
# never extended: a second tab, or a client whose answer was lost, asks again within seconds.
REFRESH_GRACE = timedelta(seconds=30)
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": ACCESS_TOKEN_LIFETIME,
    # No refresh token lives longer; each one's own end is the log-in's, by the policy above.
    "REFRESH_TOKEN_LIFETIME": REMEMBERED_LOGIN_LIFETIME,
    "ISSUER": TOKEN_ISSUER,
    "AUDIENCE": TOKEN_AUDIENCE,
    "USER_ID_CLAIM": "sub",
    # Our tokens sign with the key ring (tokens_app.keys). SimpleJWT's own classes get no key at
    # all, so that nothing is ever signed with SECRET_KEY by accident.
    "ALGORITHM": "ES256",
    "SIGNING_KEY": None,
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tokens_app.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["tokens_app.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "tokens_app.negotiation.Negotiation",
    "EXCEPTION_HANDLER": "tokens_app.errors.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "tokens_app.schema.generator.Schema",
    # By `Accept` alone: `?format=` would make any address answer 404.
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "authcompare API",
    "VERSION": "1.0.0",
    "SORT_OPERATIONS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["tokens_app.schema.generator.complete"],
}

# --- The browser's and the network's side

# One kilobyte is the largest honest request of the site; the rest is room for the admin's forms.
MAX_BODY_BYTES = 64 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
# Pages are redirected to https. The API is not: its clients must learn that they sent a password
# in clear, which a silent redirect would hide (ASVS 4.1.2); RequestGuardMiddleware refuses them.
SECURE_SSL_REDIRECT = not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^\.well-known/", r"^healthz$"]
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
SECURE_HSTS_PRELOAD = not DEBUG
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# One policy for every answer, so its text is made once.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    ]
)
