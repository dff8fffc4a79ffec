"""Settings of the users' side that are legal and wrong; `manage.py check` names them."""

from collections.abc import Sequence
from typing import Any, cast

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_password_validators,
)
from django.core.checks import CheckMessage, Error, Tags, register

# NIST SP 800-63B-4 3.1.1.2: no shorter password, whatever else is asked for at log-in.
SHORTEST_PASSWORD = 8


@register(Tags.security)
def check_password_length(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that a new password has a length to speak of."""
    validators = get_password_validators(cast(Any, settings.AUTH_PASSWORD_VALIDATORS))
    lengths = [v.min_length for v in validators if isinstance(v, MinimumLengthValidator)]
    if max(lengths, default=0) >= SHORTEST_PASSWORD:
        return []
    hint = "Set PASSWORD_MIN_LENGTH to 15 where the password is the only factor, never under 8."
    return [Error("Passwords may be too short.", hint, id="users.E001")]
