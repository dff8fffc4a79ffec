"""Runs gunicorn, the server that the site is deployed with, for the length of a block."""

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

from django.conf import settings

from .network import HERE, Place

# A busy machine may need a while to import Django in every worker.
START_SECONDS = 60


class NotServed(Exception):  # noqa: N818  (it reads as what it says)
    """A server did not start; what it printed is the reason."""


@contextmanager
def gunicorn(
    app: str,
    environ: Mapping[str, str],
    log: Path,
    *,
    options: Sequence[str] = (),
    certificate: Path | None = None,
    place: Place = HERE,
) -> Iterator[int]:
    """Run a WSGI callable until the end of the block, and yield the port once it answers.

    With a certificate, a file with its key, the port speaks TLS. What the server prints goes to
    `log`. The port is one of the place's address. Raises `NotServed` where it does not start.
    """
    # Every process of the server holds the pipe's end, which closes when the last of them is gone.
    ended, alive = os.pipe()
    with log.open("ab") as output, open(ended, "rb") as all_ended:  # noqa: PTH123  (it is no path)
        # The socket is this process's first, so that no other can take its port meanwhile.
        with place.listener() as listener:
            port: int = listener.getsockname()[1]
            served = ["--bind", f"fd://{listener.fileno()}", *always(place, certificate), *options]
            process = subprocess.Popen(  # noqa: S603  (our own program, with our own arguments)
                [*place.command, sys.executable, "-m", "gunicorn", app, *served],
                cwd=settings.BASE_DIR,
                env=environ,
                stdout=output,
                stderr=output,
                pass_fds=[listener.fileno(), alive],
                process_group=0,
            )
        os.close(alive)
        try:
            if not answers(port, certificate, place.address):
                raise NotServed(log.read_text())
            yield port
        finally:
            # At once, for nobody waits for an answer any more. Asked politely, a worker may hang
            # over its own shutdown and outlive the server.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            all_ended.read()


def always(place: Place, certificate: Path | None) -> list[str]:
    """Return the options that every server has."""
    options = ["--log-level", "warning"]
    options += ["--no-control-socket"]  # All servers of one user would have it at one path.
    # Idle between two rounds a connection must not be closed under the client.
    options += ["--keep-alive", "60"]
    # Who comes from any address of this machine may be the proxy that has taken off the TLS.
    options += ["--forwarded-allow-ips", place.neighbours]
    return [*options, "--certfile", str(certificate)] if certificate else options


def answers(port: int, certificate: Path | None, address: str) -> bool:
    """Tell whether a server answers; one that is still starting is waited for."""
    connection = connect(port, certificate, address)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def connect(port: int, certificate: Path | None, address: str = HERE.address) -> HTTPConnection:
    """Return a client of the port that trusts its certificate."""
    if not certificate:
        return HTTPConnection(address, port, timeout=START_SECONDS)
    context = ssl.create_default_context(cafile=certificate)
    return HTTPSConnection(address, port, timeout=START_SECONDS, context=context)
