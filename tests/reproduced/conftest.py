"""The servers that the scripts attack."""

from collections.abc import Iterator

import pytest

from authcompare.lab.served import Server, served
from authcompare.lab.strategies import STRATEGIES

from .plain import Site

SETTINGS = {
    # Hundreds of guesses would otherwise take the time that the hash is made to cost.
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    # A cache that can be looked into from outside, as Redis can.
    "CACHES": {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache_rows",
        }
    },
}
THREADS = 8
BRING_BACK = """
    INSERT INTO users_user SELECT * FROM first_users WHERE true ON CONFLICT (id) DO UPDATE
    SET password = excluded.password, is_active = excluded.is_active, is_staff = excluded.is_staff
"""


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Serve a contestant; pytest runs all scripts that attack it one after the other."""
    strategy = STRATEGIES[request.param]
    with served(strategy, threads=THREADS, clock=True, settings=SETTINGS) as server:
        Site(server).sql("CREATE TABLE first_users AS SELECT * FROM users_user")
        yield server


@pytest.fixture
def site(server: Server) -> Site:
    """The contestant's site, its users as they were at first, whatever was done to them since."""
    site = Site(server)
    site.sql(BRING_BACK)
    return site
