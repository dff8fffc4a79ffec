"""Settings of the users' side that are legal and wrong; `manage.py check` names them."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_password_validators,
)
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

# NIST SP 800-63B-4 3.1.1.2: no shorter password, whatever else is asked for at log-in.
SHORTEST_PASSWORD = 8

Apps = Sequence[AppConfig] | None


@register(Tags.security)
def check_rate_limits(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check the table before a log-in does, for which a wrong one is an error 500."""
    hint = 'Write RATE_LIMITS as settings.py does: {"network": "100 per 10 minutes"}.'
    return [Error(problem, hint, id="users.E001") for problem in _problems()]


def _problems() -> Iterator[str]:
    # Here and not above: the limits read models.
    from .limits import SCOPES, Rule, rate_of

    for rule in Rule:
        if rule not in settings.RATE_LIMITS:
            yield f"RATE_LIMITS has no row for {rule}."
        for scope, rate in settings.RATE_LIMITS.get(rule, {}).items():
            if scope not in SCOPES:
                yield f"RATE_LIMITS has an unknown scope, {scope}."
            try:
                rate_of(rate)
            except ValueError:
                yield f"RATE_LIMITS has a rate that is none, {rate!r}."


@register(Tags.security)
def check_shared_counters(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check that all processes count attempts together (ASVS 6.3.1)."""
    if settings.SHARED_CACHE or settings.WEB_CONCURRENCY == 1:
        return []
    hint = "Set CACHE_URL to a Redis, or WEB_CONCURRENCY to 1."
    problem = "Each process counts attempts for itself, so limits are looser by their number."
    return [checks.Warning(problem, hint, id="users.W001")]


@register(Tags.security)
def check_password_length(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check that a new password has a length to speak of."""
    validators = get_password_validators(cast(Any, settings.AUTH_PASSWORD_VALIDATORS))
    lengths = [v.min_length for v in validators if isinstance(v, MinimumLengthValidator)]
    if max(lengths, default=0) >= SHORTEST_PASSWORD:
        return []
    hint = "Set PASSWORD_MIN_LENGTH to 15 where the password is the only factor, never under 8."
    return [Error("Passwords may be too short.", hint, id="users.E002")]
