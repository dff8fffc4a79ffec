"""Settings of the tokens' side that are legal and wrong; `manage.py check` names them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from jwt import InvalidKeyError

from .keys import Ring

# RFC 7518 3.2: an HMAC key is at least as long as its hash, in bytes.
HMAC_KEY_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}
# OWASP, JSON Web Token cheat sheet.
LONGEST_ACCESS = timedelta(minutes=15)

Apps = Sequence[AppConfig] | None


@register(Tags.security)
def check_simplejwt_key(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check the key that SimpleJWT's own classes would sign with."""
    jwt: dict[str, Any] = settings.SIMPLE_JWT
    # SimpleJWT's own defaults, which hold where a setting is left out.
    algorithm = jwt.get("ALGORITHM", "HS256")
    key = jwt.get("SIGNING_KEY", settings.SECRET_KEY)
    if algorithm not in HMAC_KEY_BYTES or key is None:
        return []
    found: list[CheckMessage] = []
    if key == settings.SECRET_KEY:
        hint = 'Set SIMPLE_JWT["SIGNING_KEY"] to a random value of its own.'
        found.append(Error("Tokens are signed with SECRET_KEY.", hint, id="tokens_app.E001"))
    if len(key.encode()) < HMAC_KEY_BYTES[algorithm]:
        hint = f"Set a random key of {HMAC_KEY_BYTES[algorithm]} bytes or more."
        found.append(Error(f"The {algorithm} key is too short.", hint, id="tokens_app.E002"))
    return found


@register(Tags.security)
def check_claims(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check that tokens say who made them, and for whom (RFC 8725 3.8, 3.9)."""
    missing = [n for n in ("TOKEN_ISSUER", "TOKEN_AUDIENCE") if not getattr(settings, n)]
    return [
        Error(
            f"{name} is empty: a token of another site with the same key would do here.",
            f"Set the environment variable {name}.",
            id="tokens_app.E003",
        )
        for name in missing
    ]


@register(Tags.security)
def check_lifetime(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check that an access token is short-lived."""
    if settings.ACCESS_TOKEN_LIFETIME <= LONGEST_ACCESS:
        return []
    hint = f"Set ACCESS_TOKEN_LIFETIME to {LONGEST_ACCESS} or less; clients can refresh."
    return [checks.Warning("Access tokens live too long.", hint, id="tokens_app.W001")]


@register(Tags.security)
def check_revocation(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check that the revocation can work where it is used."""
    choice = settings.TOKEN_REVOCATION
    if choice == "denylist" and not settings.SHARED_CACHE:
        hint = "Set CACHE_URL to a Redis, or TOKEN_REVOCATION to row."
        problem = "The deny-list is in local memory: another process would not see it."
        return [Error(problem, hint, id="tokens_app.E004")]
    if choice == "none":
        hint = "Set TOKEN_REVOCATION to row or denylist unless that is what you want."
        problem = f"Access tokens outlive their log-in by up to {settings.ACCESS_TOKEN_LIFETIME}."
        return [checks.Warning(problem, hint, id="tokens_app.W002")]
    return []


@register(Tags.security)
def check_key_ring(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check that the ring is one, and that nobody else on the machine can read its keys."""
    path = settings.SIGNING_KEYS_FILE
    try:
        Ring.read(path).signer()
    except (OSError, ValueError, KeyError, TypeError, StopIteration, InvalidKeyError):
        hint = "Name another file, or make one: `python -m tokens_app.keys PATH`."
        return [Error(f"{path.name} is no key ring.", hint, id="tokens_app.E006")]
    if not path.stat().st_mode & 0o077:
        return []
    hint = f"Run `chmod 600 {path.name}` and rotate the keys if others may have read them."
    return [checks.Warning("The key ring is readable by others.", hint, id="tokens_app.W003")]


@register(Tags.security)
def check_cors(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check that no foreign page may send the user's cookies and read the answer."""
    everybody = getattr(settings, "CORS_ALLOW_ALL_ORIGINS", False)
    if not (everybody and getattr(settings, "CORS_ALLOW_CREDENTIALS", False)):
        return []
    hint = "List the origins in CORS_ALLOWED_ORIGINS, or leave the credentials out."
    return [Error("Every site may act as your users.", hint, id="tokens_app.E005")]
