"""The contestants. Only this package knows what sort of thing each of them is."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import Settings, settings

from ..wire import HOST, ORIGIN, SIBLING
from .base import Strategy
from .flows import FormFlow, TokenFlow
from .ours import BOTH_DOORS, OUR_LEVERS, OUR_VARIANTS, OURS
from .stock import HARDENED, STOCK, WEAK_ROTATION
from .weak_cookie import WEAK_COOKIE
from .weak_refresh import WEAK_REFRESH
from .weak_session import WEAK_SESSION
from .weak_token import WEAK_TOKEN

WEAK = (WEAK_ROTATION, WEAK_SESSION, WEAK_TOKEN, WEAK_COOKIE, WEAK_REFRESH)
STRATEGIES: dict[str, Strategy] = {s.slug: s for s in (*OURS, *STOCK, *WEAK)}
CONTESTANTS = [strategy for strategy in STRATEGIES.values() if not strategy.control]
CONTROLS = [strategy for strategy in STRATEGIES.values() if strategy.control]
# What people call a session and what a token, by the flow that each declares. What they say of the
# two can then be held against what was observed.
SESSIONS = [s.slug for s in CONTESTANTS if isinstance(s.flow, FormFlow)]
TOKENS = [s.slug for s in CONTESTANTS if isinstance(s.flow, TokenFlow)]
# The same of libraries as they come, and ours apart: how many there are of those was our choice.
STOCK_SESSIONS, STOCK_TOKENS = (
    [s.slug for s in STOCK if s.slug in kind] for kind in (SESSIONS, TOKENS)
)
OWN = [s.slug for s in OURS]
# One knob turned on a contestant: measured where that knob matters, and in no matrix.
VARIANTS = {strategy.slug: strategy for strategy in OUR_VARIANTS}
# What one of ours is without that which makes it fast: measured beside it.
LEVERS = {strategy.slug: strategy for _, strategy in OUR_LEVERS}
# Whom each of these is to be compared with, by slug.
WITH = {strategy.slug: slug for slug, strategy in OUR_LEVERS}

PLAYING = "AUTHCOMPARE_LAB_STRATEGY"


def strategy_of(slug: str) -> Strategy:
    """Return a strategy, a variant included, by its slug."""
    played_alone = {strategy.slug: strategy for strategy in (HARDENED, BOTH_DOORS)}
    return (STRATEGIES | VARIANTS | LEVERS | played_alone)[slug]


def playing() -> Strategy:
    """Return the strategy that this process plays."""
    return strategy_of(os.environ[PLAYING])


def environment(home: Path) -> dict[str, str]:
    """Return the environment in which a strategy's process starts, with keys made in `home`."""
    from tokens_app.keys import create_ring

    ring = home / "ring.json"
    if not ring.exists():
        create_ring(ring)
    return {
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": f"{HOST},{SIBLING},127.0.0.1",
        "SITE_ORIGIN": ORIGIN,
        "SIGNING_KEYS_FILE": str(ring),
        "TOKEN_ISSUER": ORIGIN,
        "TOKEN_AUDIENCE": ORIGIN,
        "TRUSTED_PROXY_COUNT": "0",
    }


def configure(strategy: Strategy, **more: Any) -> None:
    """Give this process the settings of a strategy; Django must not have been set up before.

    The site's own settings are read first, from the environment: they refuse what is wrong.
    """
    os.environ[PLAYING] = strategy.slug
    site = Settings(os.environ.setdefault("DJANGO_SETTINGS_MODULE", "authcompare.settings"))
    settings.configure(**strategy.settings(site) | more)
