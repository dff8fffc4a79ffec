"""`manage.py rotate_signing_key`: a new key signs, the old ones go on verifying."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from authcompare.users import audit
from tokens_app.keys import GENERATORS, JWKS_MAX_AGE, Key, Ring, add_key


class Command(BaseCommand):
    help = (
        "Add a key to the ring. It is published at once and signs once every cached copy of the "
        "public keys has expired, so that no verifier meets a key it does not know. Keys whose "
        "last token has expired are removed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--algorithm", choices=GENERATORS, default="ES256")
        when = parser.add_mutually_exclusive_group()
        when.add_argument("--now", action="store_true", help="let the new key sign at once")
        when.add_argument(
            "--compromised",
            action="store_true",
            help="remove every other key at once: each log-in by token is over",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at_once = options["now"] or options["compromised"]
        delay = 0.0 if at_once else JWKS_MAX_AGE.total_seconds()
        key = Key.generate(options["algorithm"], active_from=time.time() + delay)
        keep = self._nothing if options["compromised"] else self._what_may_be_alive
        try:
            kept = add_key(settings.SIGNING_KEYS_FILE, key, keep)
        except FileExistsError as error:
            raise CommandError(
                f"Another rotation is going on. If none is, delete {error.filename}."
            ) from error
        audit.record(audit.What.KEY_ROTATED, None)
        when = "now" if at_once else f"in {delay:.0f} seconds"
        self.stdout.write(f"{key.kid} ({key.algorithm}) signs {when}; {len(kept)} key(s) kept.")

    @staticmethod
    def _nothing(_ring: Ring) -> list[Key]:
        return []

    @staticmethod
    def _what_may_be_alive(ring: Ring) -> list[Key]:
        return ring.used_within(settings.REMEMBERED_LOGIN_LIFETIME)
