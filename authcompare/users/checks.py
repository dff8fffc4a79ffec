"""Settings of the limits that are legal and wrong; `manage.py check` names them."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

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


@register(Tags.security, deploy=True)
def check_shared_counters(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Check that all processes count attempts together (ASVS 6.3.1)."""
    if settings.SHARED_CACHE:
        return []
    hint = "Set CACHE_URL to a Redis, unless the site is one process."
    problem = "Each process counts attempts for itself, so limits are looser by their number."
    return [checks.Warning(problem, hint, id="users.W001")]
