"""`manage.py check` finds auth settings that are legal and wrong."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.checks import run_checks

from tokens_app.keys import create_ring

NO_MINIMUM = [{"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"}]
MINIMUM = "django.contrib.auth.password_validation.MinimumLengthValidator"
WRONG = {
    "users.W001": {"WEB_CONCURRENCY": 2, "SHARED_CACHE": False, "TOKEN_REVOCATION": "row"},
    "users.E002": {
        "AUTH_PASSWORD_VALIDATORS": [
            *NO_MINIMUM,
            {"NAME": MINIMUM, "OPTIONS": {"min_length": 7}},
        ]
    },
    "tokens_app.E001": {"SIMPLE_JWT": {"ALGORITHM": "HS256"}},
    "tokens_app.E002": {"SIMPLE_JWT": {"ALGORITHM": "HS512", "SIGNING_KEY": "x" * 63}},
    "tokens_app.E003": {"TOKEN_AUDIENCE": ""},
    "tokens_app.E004": {"TOKEN_REVOCATION": "denylist", "SHARED_CACHE": False},
    "tokens_app.E005": {"CORS_ALLOW_ALL_ORIGINS": True, "CORS_ALLOW_CREDENTIALS": True},
    "tokens_app.W001": {"ACCESS_TOKEN_LIFETIME": timedelta(minutes=16)},
    "tokens_app.W002": {"TOKEN_REVOCATION": "none"},
    "sessions_app.E001": {"SESSION_ENGINE": "django.contrib.sessions.backends.cache"},
    "sessions_app.E002": {"SESSION_COOKIE_SAMESITE": "None"},
    "sessions_app.W001": {"CSRF_COOKIE_NAME": "csrftoken"},
    "sessions_app.W002": {"LOGIN_IDLE_TIMEOUT": timedelta(hours=13)},
    "sessions_app.W003": {"REMEMBERED_LOGIN_LIFETIME": timedelta(days=31)},
}
OURS = ("users", "tokens_app", "sessions_app")
RIGHT_IN_PRODUCTION = {
    "SHARED_CACHE": True,
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
}


def found() -> set[str]:
    """Return the ids of our own findings."""
    messages = run_checks(include_deployment_checks=True)
    return {m.id for m in messages if m.id and m.id.split(".")[0] in OURS}


@pytest.fixture(autouse=True)
def _production(settings: Any) -> None:
    for name, value in RIGHT_IN_PRODUCTION.items():
        setattr(settings, name, value)


def test_the_projects_own_settings_are_right() -> None:
    assert found() == set()


@pytest.mark.parametrize("check", WRONG)
def test_each_wrong_setting_is_found_and_nothing_else(check: str, settings: Any) -> None:
    for name, value in WRONG[check].items():
        setattr(settings, name, value)

    assert found() == {check}


@pytest.mark.parametrize(
    "row",
    [{"network": "often"}, {"planet": "5 per 1 hour"}, None],
    ids=["no rate", "no scope", "no row"],
)
def test_a_wrong_rate_limit_is_found(row: dict[str, str] | None, settings: Any) -> None:
    limits = {**settings.RATE_LIMITS, "reset": row}
    settings.RATE_LIMITS = {rule: row for rule, row in limits.items() if row}

    assert found() == {"users.E001"}


@pytest.mark.parametrize("content", ["", "{}", '{"keys": []}', '{"keys": [{"alg": "ES256"}]}', "x"])
def test_a_file_that_is_no_ring_is_found(settings: Any, tmp_path: Path, content: str) -> None:
    settings.SIGNING_KEYS_FILE = tmp_path / "ring.json"
    settings.SIGNING_KEYS_FILE.write_text(content)

    assert found() == {"tokens_app.E006"}


def test_a_ring_that_others_can_read_is_found(settings: Any, tmp_path: Path) -> None:
    settings.SIGNING_KEYS_FILE = tmp_path / "ring.json"
    create_ring(settings.SIGNING_KEYS_FILE)
    settings.SIGNING_KEYS_FILE.chmod(0o640)

    assert found() == {"tokens_app.W003"}


def test_no_minimum_length_is_found_too(settings: Any) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = NO_MINIMUM

    assert found() == {"users.E002"}


def test_every_finding_says_what_to_set(settings: Any) -> None:
    for values in WRONG.values():
        for name, value in values.items():
            setattr(settings, name, value)

    assert project.TOKEN_REVOCATION == "none"
    messages = run_checks(include_deployment_checks=True)
    assert all(m.hint for m in messages if m.id and m.id.split(".")[0] in OURS)
