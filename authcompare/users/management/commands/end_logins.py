"""`manage.py end_logins EMAIL` or `--all`: end log-ins in every mode."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from authcompare.users import audit
from authcompare.users.log_ins import MODELS, EndReason, end_all
from authcompare.users.models import User


class Command(BaseCommand):
    help = "End every log-in, session or token, of one user or of all."

    def add_arguments(self, parser: CommandParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("email", nargs="?", help="the user's e-mail address")
        whose.add_argument("--all", action="store_true", help="of all users")

    def handle(self, *args: Any, **options: Any) -> None:
        ended = self._of_everybody() if options["all"] else self._of(options["email"])
        self.stdout.write(f"{ended} log-in(s) ended.")

    def _of_everybody(self) -> int:
        audit.record(audit.What.ENDED_BY_OPERATOR, None)
        return sum(model.objects.all().end(EndReason.OPERATOR) for model in MODELS)

    def _of(self, email: str) -> int:
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"There is no user with the address {email}.")
        audit.record(audit.What.ENDED_BY_OPERATOR, None, user_id=user.pk)
        return end_all(user, EndReason.OPERATOR)
