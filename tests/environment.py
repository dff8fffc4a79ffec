"""The environment that every test run gets, whatever the developer's `.env` says.

Loaded as a pytest plugin (`-p` in pyproject.toml) and by `manage.py test`, before the settings.
DATABASE_URL and CACHE_URL are the caller's where set. PYTEST_DONT_REWRITE: it asserts nothing.
"""

import atexit
import os
import tempfile
from pathlib import Path

from tokens_app.keys import create_ring

_folder = tempfile.TemporaryDirectory(prefix="authcompare-tests-")
atexit.register(_folder.cleanup)
FOLDER = Path(_folder.name)
create_ring(FOLDER / "signing-keys.json")

os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER}/db.sqlite3")
os.environ.setdefault("CACHE_URL", "locmem://")
os.environ.update(
    DEBUG="1",
    SECRET_KEY="the-secret-key-of-the-tests-which-nobody-else-must-use",
    SECRET_KEY_FALLBACKS="",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1,[::1]",
    # Several runs and the workers of one may share a Redis: each process has its own keys there.
    CACHE_KEY_PREFIX=f"tests-{os.getpid()}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}",
    SITE_ORIGIN="http://testserver",
    EMAIL_URL="memory:",
    DEFAULT_FROM_EMAIL="accounts@example.com",
    SIGNING_KEYS_FILE=str(FOLDER / "signing-keys.json"),
    TOKEN_ISSUER="authcompare",
    TOKEN_AUDIENCE="authcompare",
    TOKEN_REVOCATION="",
    TRUSTED_PROXY_COUNT="0",
    WEB_CONCURRENCY="1",
    DEMO_PASSWORD="demo-password-of-the-tests",
)
