"""Settings of the sessions' side that are legal and wrong; `manage.py check` names them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

# NIST SP 800-63B-4 2.1.3: how long a log-in may last at the first assurance level.
LONGEST_LOG_IN = timedelta(days=30)

Apps = Sequence[AppConfig] | None


@register(Tags.security)
def check_engine(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check that sessions are kept in the store that the middleware reads users from."""
    if settings.SESSION_ENGINE == "sessions_app.store":
        return []
    hint = 'Set SESSION_ENGINE = "sessions_app.store".'
    return [Error("Another session engine is set.", hint, id="sessions_app.E001")]


@register(Tags.security, deploy=True)
def check_cookie(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check what Django's own deployment checks leave out of the two cookies."""
    found: list[CheckMessage] = []
    for name in ("SESSION_COOKIE", "CSRF_COOKIE"):
        if getattr(settings, f"{name}_SAMESITE") not in ("Lax", "Strict"):
            hint = f'Set {name}_SAMESITE = "Lax".'
            problem = f"The browser sends the {name} with other sites' requests."
            found.append(Error(problem, hint, id="sessions_app.E002"))
        if not getattr(settings, f"{name}_NAME").startswith("__Host-"):
            hint = f'Start {name}_NAME with "__Host-".'
            problem = f"A subdomain can plant a {name} (RFC 6265bis 4.1.3.2)."
            found.append(checks.Warning(problem, hint, id="sessions_app.W001"))
    return found


@register(Tags.security)
def check_policy(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check that log-ins end (ASVS 7.3.1, 7.3.2)."""
    found: list[CheckMessage] = []
    for prefix in ("", "REMEMBERED_"):
        idle = getattr(settings, f"{prefix}LOGIN_IDLE_TIMEOUT")
        lifetime = getattr(settings, f"{prefix}LOGIN_LIFETIME")
        if idle > lifetime:
            hint = f"Set {prefix}LOGIN_IDLE_TIMEOUT to less than {lifetime}."
            found.append(
                checks.Warning("The idle timeout never acts.", hint, id="sessions_app.W002")
            )
        if lifetime > LONGEST_LOG_IN:
            hint = f"Set {prefix}LOGIN_LIFETIME to 30 days or less."
            found.append(checks.Warning("Log-ins last too long.", hint, id="sessions_app.W003"))
    return found
