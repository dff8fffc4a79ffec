"""The mails of a developer's copy, which sends none: `/mails/` lists them and shows their text.

Routed under DEBUG only (`authcompare.urls`).
"""

import email
import email.policy
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.http import Http404
from django.urls import path
from django.views.generic import TemplateView

SHOWN = 100


class Mail(NamedTuple):
    """One mail as a page shows it; of its two bodies the text, so that nothing in it runs."""

    name: str
    subject: str
    to: str
    date: datetime
    text: str


def files() -> list[Path]:
    """Return the files of the mails, the newest first."""
    if not settings.EMAIL_FILE_PATH:
        return []
    found = Path(settings.EMAIL_FILE_PATH).glob("*.log")
    return sorted(found, key=lambda file: file.stat().st_mtime_ns, reverse=True)


def read(file: Path) -> Mail | None:
    """Return the mail in a file, or None where there is none, or not all of it yet."""
    # Behind the mail Django writes a line of dashes.
    raw = file.read_bytes().rpartition(b"\n" + b"-" * 79)[0]
    mail: Any = email.message_from_bytes(raw, policy=email.policy.default)
    if not (mail["date"] and mail["date"].datetime):
        return None
    body = mail.get_body(("plain",))
    text = body.get_content() if body else ""
    return Mail(file.stem, mail["subject"], mail["to"], mail["date"].datetime, text)


class MailsView(TemplateView):
    """Every mail, the newest first."""

    template_name = "mails/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mails = [mail for file in files()[:SHOWN] if (mail := read(file))]
        return super().get_context_data(mails=mails, folder=settings.EMAIL_FILE_PATH, **kwargs)


class MailView(TemplateView):
    """One mail, its links to be followed."""

    template_name = "mails/mail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # Looked for among the names there are, so that none leads out of the folder.
        found = next((file for file in files() if file.stem == self.kwargs["name"]), None)
        mail = read(found) if found else None
        if mail is None:
            raise Http404
        return super().get_context_data(mail=mail, **kwargs)


urlpatterns = [
    path("mails/", MailsView.as_view(), name="mails"),
    path("mails/<str:name>/", MailView.as_view(), name="mail"),
]
