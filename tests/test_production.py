"""What holds without DEBUG, in processes of their own with a production server's environment."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from authcompare.settings import SHAPES
from tokens_app.keys import create_ring

ROOT = Path(__file__).resolve().parent.parent
PARTS = ["authcompare", "sessions_app", "tokens_app", "templates", "tests", "manage.py"]
MISSING = None


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation of its own: the project's parts, a key ring, and no `.env`."""
    folder = tmp_path_factory.mktemp("site")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    create_ring(folder / "ring.json")
    return folder


def run(site: Path, *arguments: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    """Run Python in the installation; a variable that is None is not there at all."""
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP",
        "ALLOWED_HOSTS": "example.com",
        "SIGNING_KEYS_FILE": "ring.json",
        "DATABASE_URL": f"sqlite:///{site}/db.sqlite3",
        "DEFAULT_FROM_EMAIL": "accounts@example.com",
        "TOKEN_ISSUER": "https://example.com",
        "TOKEN_AUDIENCE": "https://example.com/api/",
    } | variables
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=site,
        env={name: value for name, value in environment.items() if value is not MISSING},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# --- It starts


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {
            "DEBUG": "0",
            "DATABASE_URL": "postgres://user:password@db.example.com:5432/name",
            "CACHE_URL": "redis://cache.example.com:6379/0",
            "TRUSTED_PROXY_COUNT": "1",
        },
    ],
    ids=["nothing optional", "PostgreSQL, Redis and a proxy"],
)
def test_django_finds_nothing_to_say_about_a_deployment(
    site: Path, variables: dict[str, str]
) -> None:
    done = run(site, "manage.py", "check", "--deploy", "--fail-level", "INFO", **variables)

    assert done.returncode == 0, done.stderr
    assert done.stdout == "System check identified no issues (0 silenced).\n"
    assert done.stderr == ""


# --- Or says why not

BAD: dict[str, list[str | None]] = {
    "DEBUG": ["banana", "", "2"],
    "SECRET_KEY": [MISSING, "", "short-and-secret"],
    "ALLOWED_HOSTS": [MISSING, ""],
    "SIGNING_KEYS_FILE": [MISSING, "", "nowhere", "."],
    "DATABASE_URL": [
        "mysql://u:hunter2@host/name",
        "postgres",
        "postgres://u:hunter2@host:x/a",
        "",
    ],
    "CACHE_URL": ["memcached://host", "", "redis"],
    "TRUSTED_PROXY_COUNT": ["-1", "two", ""],
    "EMAIL_URL": ["pigeon://u:hunter2@host", "", "smtp://u:hunter2@host:port"],
    "TOKEN_ISSUER": [""],
    "TOKEN_AUDIENCE": [""],
    "TOKEN_REVOCATION": ["sometimes"],
}
CASES = [(name, value) for name, values in BAD.items() for value in values]


@pytest.fixture(scope="session")
def refusals(site: Path) -> list[str]:
    """What `manage.py check` says to the first bad value of each variable, to the second, …"""
    said = []
    for number in range(max(map(len, BAD.values()))):
        bad = {name: values[number] for name, values in BAD.items() if number < len(values)}
        done = run(site, "manage.py", "check", **bad)
        assert done.returncode == 1
        said.append(done.stderr)
    return said


@pytest.mark.parametrize(
    ("name", "value"), CASES, ids=[f"{n} {'missing' if v is None else repr(v)}" for n, v in CASES]
)
def test_a_bad_variable_is_named_and_its_shape_is_told(
    refusals: list[str], name: str, value: str | None
) -> None:
    said = refusals[BAD[name].index(value)]

    assert re.search(rf"^  {name}: .+ It must be {re.escape(SHAPES[name])}\.$", said, re.MULTILINE)
    assert "Traceback" not in said
    # What may be a secret is not repeated: start-up messages end up in logs.
    assert not re.search("short-and-secret|hunter2", said)


def test_one_bad_variable_is_enough_to_stop_the_start(site: Path) -> None:
    done = run(site, "manage.py", "migrate", CACHE_URL="memcached://host")

    assert done.returncode == 1
    assert re.findall(r"^  (\w+):", done.stderr, re.MULTILINE) == ["CACHE_URL"]
    assert not (site / "db.sqlite3").exists()


def test_the_web_server_does_not_start_either(site: Path) -> None:
    done = run(site, "-c", "import authcompare.wsgi", SECRET_KEY=MISSING)

    assert done.returncode == 1
    assert "SECRET_KEY: " in done.stderr


def test_demo_users_are_not_made(site: Path) -> None:
    done = run(site, "manage.py", "demo", "--no-serve", DEMO_PASSWORD="x" * 20)

    assert done.returncode == 1
    assert "DEBUG=1" in done.stderr


# --- It answers


@pytest.fixture(scope="session")
def answers(site: Path) -> dict[str, Any]:
    """All that production_answers.py has asked."""
    database = f"sqlite:///{site}/answers.sqlite3"
    done = run(site, "-m", "tests.production_answers", DATABASE_URL=database)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_cookie_is_secure_and_bound_to_the_host(answers: dict[str, Any]) -> None:
    cookies = {
        name: [cookie for cookie in answer["cookies"] if "Max-Age=0" not in cookie]
        for name, answer in answers.items()
    }
    every = [cookie for found in cookies.values() for cookie in found]
    names = {name: {cookie.split("=")[0] for cookie in found} for name, found in cookies.items()}

    assert names["log-in"] == {"__Host-sessionid", "__Host-csrftoken"}
    assert names["log-in to the admin"] == {"__Host-sessionid", "__Host-csrftoken"}
    assert names["log-in by cookie"] == {"__Host-refresh", "__Host-csrftoken"}
    assert names["message"] == {"messages"}
    for cookie in every:
        name, attributes = cookie.split("=")[0], cookie.split("; ")[1:]
        assert name.startswith("__Host-") or name == "messages"
        assert {"Secure", "Path=/"} <= set(attributes), cookie
        assert {"SameSite=Lax", "SameSite=Strict"} & set(attributes), cookie
        assert not [a for a in attributes if a.startswith("Domain")], cookie
        assert "HttpOnly" in attributes or name == "__Host-csrftoken"


def test_a_deleted_cookie_is_deleted_under_the_rules_of_its_prefix(answers: dict[str, Any]) -> None:
    [cookie] = [c for c in answers["log-out"]["cookies"] if c.startswith("__Host-sessionid")]

    # A browser ignores a Set-Cookie of this prefix without these, the deleting one too.
    assert {"Max-Age=0", "Path=/", "Secure"} <= set(cookie.split("; "))


def test_the_session_works_over_https(answers: dict[str, Any]) -> None:
    assert answers["secured page"]["status"] == 200
    assert json.loads(answers["by cookie"]["body"])["via"] == "session"


BY_HTTPS = [
    *(
        "log-in page",
        "log-in",
        "log-in by token",
        "secured page",
        "by cookie",
        "keys",
        "health",
        "style",
    ),
    *("admin style", "missing page", "missing call", "foreign host", "log-out", "server error"),
]


@pytest.mark.parametrize("name", BY_HTTPS)
def test_the_browser_is_told_to_come_by_https_for_a_year(
    answers: dict[str, Any], name: str
) -> None:
    assert answers[name]["headers"]["strict-transport-security"] == (
        "max-age=31536000; includeSubDomains; preload"
    )
    assert answers[name]["headers"]["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answers[name]["headers"]["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("page by http", "https://example.com/sessions/me/?a=b"),
        ("admin by http", "https://example.com/admin/"),
        ("form by http", "https://example.com/sessions/login/"),
        ("page that claims https", "https://example.com/"),
    ],
)
def test_a_page_by_http_is_sent_to_https(answers: dict[str, Any], name: str, target: str) -> None:
    assert answers[name]["status"] == 301
    assert answers[name]["headers"]["location"] == target
    assert answers[name]["cookies"] == []


@pytest.mark.parametrize("name", ["call by http", "credentials by http", "call that claims https"])
def test_a_call_by_http_is_refused_and_never_redirected(answers: dict[str, Any], name: str) -> None:
    answer = answers[name]

    assert answer["status"] == 403
    assert json.loads(answer["body"])["code"] == "https_required"
    assert "location" not in answer["headers"]
    assert answer["cookies"] == []


def test_credentials_by_http_open_nothing_at_half_an_address(answers: dict[str, Any]) -> None:
    answer = answers["credentials by http, half an address"]

    assert answer["status"] in (301, 403, 404)
    assert "access" not in answer["body"]


def test_a_health_check_needs_no_https(answers: dict[str, Any]) -> None:
    assert answers["health by http"]["status"] == 200


def test_a_foreign_host_is_refused_by_either_scheme(answers: dict[str, Any]) -> None:
    for name in ("foreign host", "foreign host by http"):
        assert answers[name]["status"] == 400
        assert "evil" not in answers[name]["body"]
        assert "location" not in answers[name]["headers"]


@pytest.mark.parametrize("name", ["missing page", "missing call", "server error", "foreign host"])
def test_no_debug_page_is_shown(answers: dict[str, Any], name: str) -> None:
    assert not re.search(
        r"Traceback|DEBUG|URLconf|ZeroDivision|DisallowedHost|settings|\.py\b",
        answers[name]["body"],
    )


def test_static_files_are_served_without_a_second_server(answers: dict[str, Any]) -> None:
    assert answers["style"]["status"] == answers["admin style"]["status"] == 200
