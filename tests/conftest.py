"""What all tests share: cheap passwords, an empty cache, a database file, and the cast."""

import os
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import redis
import time_machine
from django.conf import settings as project
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection

from authcompare.users import counters

PASSWORD = "correct horse battery staple"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
NOW = int(NOON.timestamp())
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip the browser tests where there is no browser, except in CI, where there must be one."""
    if item.get_closest_marker("browser") and not (CHROMIUM and find_spec("playwright")):
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("`make browser` installs what the browser tests need.")


def pytest_configure() -> None:
    """Let Ctrl-C reach the programs that tests start, also when a shell runs us in the background.

    Such a shell has us ignore it, and whatever we start would inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep a SQLite test database in a file, as the site does: threads then meet its real locks."""
    if connection.vendor == "sqlite":
        name = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(name)


@pytest.fixture(autouse=True)
def _cheap_static_files(settings: Any) -> None:
    """Look static files up when they are asked for: each client would else scan them all."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Any) -> None:
    """Hash without the cost that Argon2 has on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _mails_at_once(settings: Any) -> None:
    """Send mails before the answer, so that the test finds them in the outbox."""
    settings.MAILS_IN_BACKGROUND = False


@pytest.fixture(autouse=True)
def _empty_cache() -> Any:
    """Leave nothing in the cache for the next test, and no attempt counted."""
    yield
    counters.LOCAL.storage.reset()
    if "redis" not in project.CACHES["default"]["BACKEND"]:
        cache.clear()
        return
    # cache.clear() would empty the whole Redis database, other workers' keys included.
    with redis.Redis.from_url(project.CACHES["default"]["LOCATION"]) as client:
        for key in client.scan_iter(f"{project.CACHES['default']['KEY_PREFIX']}:*"):
            client.delete(key)


@pytest.fixture(autouse=True)
def _counted_by_row(request: pytest.FixtureRequest, settings: Any) -> None:
    """Count statements where each request reads the row, whatever cache the suite runs with."""
    if "django_assert_num_queries" in request.fixturenames:
        settings.TOKEN_REVOCATION = "row"


def member(name: str, **rights: bool) -> Any:
    """Make one of the cast, whose password is PASSWORD."""
    email = f"{name.lower()}@example.com"
    return get_user_model().objects.create_user(email=email, password=PASSWORD, name=name, **rights)


@pytest.fixture
def alice(db: None) -> Any:
    """Alice, who uses the site."""
    return member("Alice")


@pytest.fixture
def bob(db: None) -> Any:
    """Bob, who uses it too."""
    return member("Bob")


@pytest.fixture
def carol(db: None) -> Any:
    """Carol, who administers it."""
    return member("Carol", is_staff=True, is_superuser=True)


@pytest.fixture
def mallory(db: None) -> Any:
    """Mallory, who has an account and attacks the others'."""
    return member("Mallory")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still at noon until a test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pair(alice: Any, clock: time_machine.Traveller) -> dict[str, str]:
    """Alice's two tokens, got at noon and both live."""
    from .flows import log_in_by_token

    return log_in_by_token(alice)


@pytest.fixture
def no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody has run anything in the lab yet; returns the folder where the results would be."""
    monkeypatch.setattr("authcompare.lab.results.FOLDER", tmp_path)
    return tmp_path
