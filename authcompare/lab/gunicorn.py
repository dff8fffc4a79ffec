"""Runs gunicorn, the server that the site is deployed with, for the length of a block."""

import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

from django.conf import settings

# A busy machine may need a while to import Django in every worker.
START_SECONDS = 60
STOP_SECONDS = 10


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
) -> Iterator[int]:
    """Run a WSGI callable until the end of the block, and yield the port once it answers.

    With a certificate, a file with its key, the port speaks TLS. What the server prints goes to
    `log`. Raises `NotServed` where it does not start.
    """
    command = [sys.executable, "-m", "gunicorn", app, "--log-level", "warning", *options]
    # Idle between two rounds a connection must not be closed under the client.
    command += ["--keep-alive", "60"]
    # Who comes from any address of this machine may be the proxy that has taken off the TLS.
    command += ["--forwarded-allow-ips", "127.0.0.0/8"]
    if certificate:
        command += ["--certfile", str(certificate)]
    with log.open("ab") as output:
        # The socket is this process's first, so that no other can take its port meanwhile.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port: int = listener.getsockname()[1]
            process = subprocess.Popen(  # noqa: S603  (our own program, with our own arguments)
                [*command, "--bind", f"fd://{listener.fileno()}"],
                cwd=settings.BASE_DIR,
                env=environ,
                stdout=output,
                stderr=output,
                pass_fds=[listener.fileno()],
            )
        try:
            if not answers(port, certificate):
                raise NotServed(log.read_text())
            yield port
        finally:
            stop(process)


def answers(port: int, certificate: Path | None) -> bool:
    """Tell whether a server answers; one that is still starting is waited for."""
    connection = connect(port, certificate)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def connect(port: int, certificate: Path | None) -> HTTPConnection:
    """Return a client of the port that trusts its certificate."""
    if not certificate:
        return HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    context = ssl.create_default_context(cafile=certificate)
    return HTTPSConnection("127.0.0.1", port, timeout=START_SECONDS, context=context)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a server and its workers now, whatever they are at."""
    process.send_signal(signal.SIGQUIT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()  # Its workers notice that they are orphans, and end.
        process.wait()
