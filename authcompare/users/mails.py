"""The site's mails: text and HTML from `templates/mail/`, sent behind the answer.

What depends on whether an address is known (reading its user, signing a link, sending) happens on
one thread beside the requests, so that no answer takes longer for one address than for another.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import close_old_connections
from django.template.loader import render_to_string
from django.urls import reverse

logger = logging.getLogger(__name__)

SUBJECTS = {
    "sign_up": "Confirm your e-mail address",
    "account_exists": "You have an account already",
    "password_changed": "Your password was changed",
    "password_reset": "Choose a new password",
    "password_reset_done": "A new password was chosen",
    "email_change": "Confirm your new e-mail address",
    "email_change_asked": "Your account may get another e-mail address",
    "email_changed": "Your account has another e-mail address",
    "email_taken": "You have an account already",
    "operator": "An administrator changed your account",
    "account_closed": "Your account is closed",
}

# Python lets its queue run empty before the process exits.
_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mails")


def behind_the_answer(job: Callable[..., None], *args: Any) -> None:
    """Call `job(*args)` on the mail thread; what it raises is logged and concerns nobody else."""
    if settings.MAILS_IN_BACKGROUND:
        _worker.submit(_run, job, *args)
    else:
        job(*args)


def _run(job: Callable[..., None], *args: Any) -> None:
    close_old_connections()
    try:
        job(*args)
    except Exception:
        # Without the arguments: a link in them would open the account to whoever reads the log.
        logger.exception("A mail could not be sent.")
    finally:
        close_old_connections()


def send(name: str, to: str, **context: Any) -> None:
    """Send the mail of this name to an address, now; call it behind the answer."""
    context |= {"subject": SUBJECTS[name], "email": to, "origin": settings.SITE_ORIGIN}
    context |= {page: link_to(page) for page in ("log_in", "sign_up", "reset", "devices")}
    mail = EmailMultiAlternatives(
        f"{SUBJECTS[name]} – authcompare",
        render_to_string(f"mail/{name}.txt", context),
        to=[to],
        # No holiday reply to this (RFC 3834).
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string(f"mail/{name}.html", context), "text/html")
    mail.send()


def link_to(page: str, *args: str) -> str:
    """Return the address of one of `settings.MAIL_LINKS`.

    It never starts with the request's Host header, which whoever asks for somebody else's mail
    chooses (CWE-640, password reset poisoning).
    """
    return settings.SITE_ORIGIN + reverse(settings.MAIL_LINKS[page], args=args)
