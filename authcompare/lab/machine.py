"""On what a result was measured: it stands beside every number."""

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection

PACKAGES = ("Django", "djangorestframework", "djangorestframework-simplejwt", "PyJWT")


def machine() -> dict[str, str]:
    """Return processor, cores, interpreter, servers and the versions of what is compared."""
    return {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "database": connection.vendor,
        "cache": "redis" if settings.SHARED_CACHE else "local memory",
        **{name: version(name) for name in PACKAGES},
        "date": datetime.now(UTC).date().isoformat(),
        "command": "manage.py " + " ".join(sys.argv[1:]),
    }


def processor() -> str:
    """Return the processor's name, as far as the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
