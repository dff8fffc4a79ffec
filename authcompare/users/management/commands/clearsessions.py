"""`manage.py clearsessions`: Django's name, for the log-ins of both modes and what is old."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from authcompare.users import accounts, audit
from authcompare.users.log_ins import MODELS
from authcompare.users.models import AuthEvent


class Command(BaseCommand):
    help = (
        "Delete the sessions and token families that have been over for a day, the audit trail's "
        "old events, and the sign-ups whose address nobody verified until a day after the mailed "
        "link had died, in small batches, while log-ins go on. Run it daily; interrupting it "
        "loses nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for model in MODELS:
            self._purge(str(model._meta.verbose_name_plural), model.objects.all().purge())
        self._purge(str(AuthEvent._meta.verbose_name_plural), audit.purge())
        self._purge("abandoned sign-ups", accounts.purge())

    def _purge(self, name: str, batches: Iterator[int]) -> None:
        deleted = 0
        for batch in batches:
            deleted += batch
            self._progress(f"{name}: {deleted:,} deleted")
        self.stdout.write(f"{deleted:,} {name} deleted.")

    def _progress(self, text: str) -> None:
        # Only where somebody watches: in a log it would be a line a batch.
        if self.stderr.isatty():
            self.stderr.write(f"\r{text}", ending="")
