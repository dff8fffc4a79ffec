"""`manage.py clearsessions`: Django's name, for the log-ins of both modes."""

from typing import Any

from django.core.management.base import BaseCommand

from authcompare.users.log_ins import MODELS


class Command(BaseCommand):
    help = (
        "Delete the sessions and token families that have been over for a day, in small batches, "
        "while log-ins go on. Run it daily; interrupting it loses nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for model in MODELS:
            deleted = 0
            for batch in model.objects.all().purge():
                deleted += batch
                self._progress(f"{model._meta.verbose_name_plural}: {deleted:,} deleted")
            self.stdout.write(f"{deleted:,} {model._meta.verbose_name_plural} deleted.")

    def _progress(self, text: str) -> None:
        # Only where somebody watches: in a log it would be a line a batch.
        if self.stderr.isatty():
            self.stderr.write(f"\r{text}", ending="")
