"""What it costs to delete a million log-ins that are over, while people go on logging in.

`python -m tests.benchmarks.purge [ROWS]` fills a database of its own (SQLite in a temporary
folder, or the empty one that DATABASE_URL names), runs `manage.py clearsessions` in a process of
its own, and meanwhile logs in as fast as it can. It prints three figures: the seconds the purge
took, its peak memory, and how long a log-in waited at most. Password hashing is left out of the
log-in: it would hide the wait.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from typing import Any

CHUNK = 10_000


def main() -> None:
    """Read the command line, prepare the database, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.purge", description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--refreshes", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # As deployed: under DEBUG Django keeps every statement, which would be the memory measured.
        os.environ |= {"DEBUG": "0", "ALLOWED_HOSTS": "localhost"}
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/db.sqlite3")
        measure(options.rows, options.refreshes)


def measure(rows: int, refreshes: int) -> None:
    """Fill the database and print the figures."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "authcompare.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    user = fill(rows)
    say(f"{connection.vendor}: {rows:,} families that are over")
    refresh_many(user, refreshes)
    seconds, waits = purge_beside_log_ins(user)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    say(f"purge: {seconds:.1f} s, peak memory {peak:.0f} MB")
    waits.sort()
    say(
        f"log-ins meanwhile: {len(waits):,}, median {waits[len(waits) // 2] * 1000:.1f} ms, "
        f"longest wait {waits[-1] * 1000:.0f} ms"
    )


def fill(rows: int) -> Any:
    """Write so many expired families of one user, who is returned."""
    from authcompare.users.clients import Client
    from authcompare.users.models import User
    from tokens_app.models import TokenFamily

    user = User.objects.create_user("alice@example.com")
    for start in range(0, rows, CHUNK):
        families = [
            TokenFamily.begin(user, Client("192.0.2.7", "benchmark"))
            for _ in range(min(CHUNK, rows - start))
        ]
        for family in families:
            family.idle_expires_at -= timedelta(days=3)
        TokenFamily.objects.bulk_create(families)
        say(f"\rwriting {start + len(families):,} of {rows:,}", end="")
    say("")
    return user


def refresh_many(user: Any, refreshes: int) -> None:
    """Refresh one log-in over and over and say by how many rows the table grew."""
    from django.test import RequestFactory

    from authcompare.users.clients import Client
    from tokens_app.models import TokenFamily
    from tokens_app.rotation import refresh
    from tokens_app.tokens import RefreshToken

    request = RequestFactory().post("/api/token/refresh/")
    family = TokenFamily.log_in(user, Client.of(request))
    before = TokenFamily.objects.count()
    for _ in range(refreshes):
        family = refresh(RefreshToken(str(RefreshToken.for_family(family))), request)
    grown = TokenFamily.objects.count() - before
    say(f"{refreshes:,} refreshes: {grown:+d} rows")


def purge_beside_log_ins(user: Any) -> tuple[float, list[float]]:
    """Return how long the purge took and how long each log-in beside it did, in seconds."""
    from authcompare.users.clients import Client
    from tokens_app.models import TokenFamily

    waits: list[float] = []
    started = time.monotonic()
    command = [sys.executable, "manage.py", "clearsessions"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as purge:
        while purge.poll() is None:
            before = time.monotonic()
            TokenFamily.log_in(user, Client(None, "benchmark"))
            waits.append(time.monotonic() - before)
            time.sleep(0.005)
    if purge.returncode:
        raise SystemExit("clearsessions failed")
    return time.monotonic() - started, waits


def say(text: str, end: str = "\n") -> None:
    """Print at once, for whoever watches."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
