"""The WSGI callable of one strategy's server: `gunicorn authcompare.lab.wsgi`.

`lab.served` runs it. The site's own callable is `authcompare.wsgi`, which does without the lab.
"""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import time_machine
from django.core.wsgi import get_wsgi_application

from .served import CLOCK, further_settings
from .strategies import configure, playing
from .wire import App


def with_clock(app: App, file: Path) -> App:
    """Let a file say by how many seconds the server's clock is ahead; read before each request."""
    traveller = time_machine.travel(time.time(), tick=True).start()

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        ahead = float(file.read_text())
        traveller.move_to(time_machine.escape_hatch.time.time() + ahead)
        return app(environ, start_response)

    return wrapped


configure(playing(), **further_settings())
application: App = get_wsgi_application()
if CLOCK in os.environ:
    application = with_clock(application, Path(os.environ[CLOCK]))
