"""On what a result was measured: it stands beside every number."""

import os
import platform
import sqlite3
import sys
from datetime import UTC, datetime
from importlib.metadata import distributions, version
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection

from .contest import database_server

PACKAGES = (
    *("Django", "djangorestframework", "djangorestframework_simplejwt", "PyJWT"),
    *("gunicorn", "locust"),
)


def machine() -> dict[str, str]:
    """Return processor, cores, interpreter, servers and the versions of what is compared."""
    return {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "database": database(),
        "cache": "redis" if settings.SHARED_CACHE else "local memory",
        **versions(),
        "date": datetime.now(UTC).date().isoformat(),
        "command": "manage.py " + " ".join(sys.argv[1:]),
    }


def database() -> str:
    """Return the database and its version."""
    if connection.vendor == "sqlite":
        return f"sqlite {sqlite3.sqlite_version}"
    # Not by Django's connection: the database that it names need not be there.
    with psycopg.connect(f"{database_server()}/postgres") as server:
        major, minor = divmod(server.info.server_version, 10_000)
    return f"{connection.vendor} {major}.{minor}"


def versions() -> dict[str, str]:
    """Return the versions of the packages that are compared or that measure, if installed."""
    installed = {distribution.name for distribution in distributions()}
    return {name: version(name) for name in PACKAGES if name in installed}


def processor() -> str:
    """Return the processor's name, as far as the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
