"""The WSGI callable of one strategy's server: `gunicorn --preload authcompare.lab.wsgi`.

`lab.served` runs it. The site's own callable is `authcompare.wsgi`, which does without the lab.
"""

import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import time_machine
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections

from .arena import CAST, email_of, enter_cast, set_up
from .served import CLOCK, IDS, SETTINGS
from .strategies import playing
from .wire import App


def prepared() -> App:
    """Make the tables and the cast, write the cast's ids where they are awaited, and start Django.

    This happens once, before the workers are forked, which must not share a connection. A further
    server over the same database finds all that there already.
    """
    set_up(playing(), **json.loads(os.environ[SETTINGS]))
    call_command("createcachetable")  # For a cache that is a table; there is nothing to do else.
    if not (ids := Path(os.environ[IDS])).exists():
        enter_cast()
        users = get_user_model().objects.in_bulk(field_name="email")
        ids.write_text(json.dumps({name: str(users[email_of(name)].pk) for name in CAST}))
    connections.close_all()
    return get_wsgi_application()


def with_clock(app: App, file: Path) -> App:
    """Let a file say by how many seconds the server's clock is ahead; read before each request."""
    traveller = time_machine.travel(time.time(), tick=True).start()

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        ahead = float(file.read_text())
        traveller.move_to(time_machine.escape_hatch.time.time() + ahead)
        return app(environ, start_response)

    return wrapped


application = prepared()
if CLOCK in os.environ:
    application = with_clock(application, Path(os.environ[CLOCK]))
