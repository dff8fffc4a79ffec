"""`manage.py demo`: the development server with four people to log in as."""

import errno
import os
import socket
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, CommandParser, call_command
from django.db import connections
from django.utils.autoreload import DJANGO_AUTORELOAD_ENV
from whitenoise.runserver_nostatic.management.commands import runserver

User = get_user_model()

CAST = {
    "alice@example.com": "Alice",
    "bob@example.com": "Bob",
    "carol@example.com": "Carol",
    "mallory@example.com": "Mallory",
}
ADMIN = "carol@example.com"


class Command(runserver.Command):
    """Bring the database up to date, see to the demo users, and serve."""

    help = "Migrate the database, make the demo users and serve, on a developer's machine only."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--no-serve` to the arguments of `runserver`."""
        super().add_arguments(parser)
        parser.add_argument("--no-serve", action="store_true", help="Stop before serving.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse anywhere but in development, then do the work."""
        if not settings.DEBUG:
            raise CommandError(
                "The demo users share a password that is printed on the screen, so they exist"
                " only where DEBUG=1."
            )
        if not settings.DEMO_PASSWORD:
            raise CommandError("DEMO_PASSWORD is empty: `make setup` writes one to `.env`.")
        if options["no_serve"]:
            prepare_database()
        else:
            super().handle(*args, **options)

    def run(self, **options: Any) -> None:
        """Prepare once, in the process that watches the files, and serve."""
        if os.environ.get(DJANGO_AUTORELOAD_ENV) != "true":
            self.refuse_taken_port()
            prepare_database()
        super().run(**options)

    def refuse_taken_port(self) -> None:
        """Say how to get another port before anything else has been printed."""
        family = socket.AF_INET6 if self.use_ipv6 else socket.AF_INET
        try:
            socket.create_server((self.addr, int(self.port)), family=family).close()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                other = int(self.port) + 1
                message = f"Port {self.port} is taken: try make run PORT={other}"
                raise CommandError(message) from None

    def on_bind(self, server_port: int) -> None:
        """Print, below the server's own banner, where to go and whom to log in as."""
        super().on_bind(server_port)
        host = f"[{self.addr}]" if self._raw_ipv6 else self.addr
        address = f"{self.protocol}://{host}:{server_port}"
        if "SITE_ORIGIN" not in os.environ:
            settings.SITE_ORIGIN = address  # Whatever the port: mails link to this server.
        lines = [
            "",
            f"Open {address}/ and log in as one of",
            *(f"  {email:<21} {password_line(email)}" for email in CAST),
            f"The mails the site sends: {address}/mails/",
            f"The admin, for Carol: {address}/admin/",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
        connections.close_all()


def prepare_database() -> None:
    """Apply the migrations and make the demo users that do not exist; leave the others alone."""
    call_command("migrate", verbosity=0, interactive=False)
    for email, name in CAST.items():
        if not User.objects.filter(email=email).exists():
            create = User.objects.create_superuser if email == ADMIN else User.objects.create_user
            create(email=email, password=settings.DEMO_PASSWORD, name=name)
    connections.close_all()


def password_line(email: str) -> str:
    """Return the password with which this demo user can log in now, or say that it is another."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        return "(closed)"
    if not user.check_password(settings.DEMO_PASSWORD):
        return "(the password has been changed)"
    return settings.DEMO_PASSWORD
