"""The audit trail: every security event of both modes, as a row and as one line of JSON.

What is recorded is what happened, by which door, to whom, from where and when. Passwords, tokens,
session keys and mailed links have no parameter here, so none can get in.
"""

import json
import logging
import uuid
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from . import compiled
from .clients import NOBODY, Client
from .fields import normalize_email
from .log_ins import in_batches
from .models import EMAIL_LENGTH, AuthEvent, User

logger = logging.getLogger(__name__)
# Nothing but events, for whoever collects them.
trail = logging.getLogger("authcompare.audit")

What = AuthEvent.What

# The door a request came through, by the namespace of its address.
MODES = {"sessions": "session", "tokens": "token", "admin": "admin"}
OPERATOR = "operator"
# Whoever caused one of these had the password, or reads the mail that goes to the address.
PROOFS = (What.LOGGED_IN, What.PASSWORD_RESET, What.EMAIL_VERIFIED)
RECENT = 20
as_json = json.JSONEncoder(default=str).encode
A_DAY = timedelta(days=1)


def record(
    what: AuthEvent.What,
    request: HttpRequest | None,
    *,
    user_id: uuid.UUID | None = None,
    email: str = "",
    log_in_id: uuid.UUID | None = None,
) -> None:
    """Add an event: to whom, by which address tried, in which log-in.

    Without a request it was an operator, at the command line.
    """
    client = Client.of(request) if request else NOBODY
    event = AuthEvent(
        what=what,
        mode=mode_of(request) if request else OPERATOR,
        user_id=user_id,
        email=address_tried(email) if email else "",
        ip_address=client.ip_address,
        user_agent=client.user_agent,
        log_in_id=log_in_id,
    )
    trail.info("%s", line(event))
    try:
        compiled.insert(event)
    except DatabaseError:
        # It breaks no log-in: a full or locked table would shut everybody out, whoever must mend
        # it as well. Nothing is lost either, as the line above, which needs no database, says it.
        logger.exception("An event could not be written to the database.")


def mode_of(request: HttpRequest) -> str:
    """Return the door's name, empty where a request came through none."""
    match = request.resolver_match
    return MODES.get(match.app_name, "") if match else ""


def address_tried(email: str) -> str:
    """Return what may be kept of an address as somebody typed it: one spelling, empty for none.

    What is no address is often enough a password, typed one field too early.
    """
    email = normalize_email(email)
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email if len(email) <= EMAIL_LENGTH else ""


def line(event: AuthEvent) -> str:
    """Return an event as one line that no address and no user agent can break or forge.

    JSON in ASCII writes everything outside of printable ASCII as an escape: line ends, terminal
    sequences, line separators of Unicode (CVE-2025-48432).
    """
    facts = {
        "what": event.what,
        "mode": event.mode,
        "user": event.user_id,
        "email": event.email,
        "ip": event.ip_address,
        "agent": event.user_agent,
        "log_in": event.log_in_id,
        "when": event.when.isoformat(),
    }
    return as_json({name: fact for name, fact in facts.items() if fact})


def recent(user: User) -> QuerySet[AuthEvent]:
    """Return the last events of a user: what somebody did who was logged in, or had the mail."""
    events = AuthEvent.objects.filter(user=user).exclude(what=What.STEP_UP_FAILED)
    return events.order_by("-when", "-pk")[:RECENT]


def attempts(user: User) -> QuerySet[AuthEvent]:
    """Return what anybody tried at a user's account in the last day, the last first.

    It is apart from what happened, where a few wrong passwords would push a thief's log-in off
    the list. A failed log-in names no user: finding out would take the time that tells who
    exists. Before the account began, its address was somebody else's.
    """
    tried = Q(user=None, email=user.email, when__gte=user.date_joined)
    events = AuthEvent.objects.filter(tried | Q(user=user, what=What.STEP_UP_FAILED))
    return events.filter(when__gte=timezone.now() - A_DAY).order_by("-when", "-pk")


def knows_network(email: str, client: Client) -> bool:
    """Tell whether the account's owner was at the client's network before.

    That is who logged in from there, or opened a mailed link: without the latter, guessing from
    everywhere would lock out also whoever recovers the account from a new network (ASVS 6.1.1).
    """
    proofs = AuthEvent.objects.filter(user__email=email, what__in=PROOFS)
    addresses = proofs.order_by().values_list("ip_address", flat=True).distinct()
    return any(Client(address, "").network == client.network for address in addresses)


def purge() -> Iterator[int]:
    """Delete the events that are older than they need be, yielding the size of each batch."""
    old = AuthEvent.objects.filter(when__lt=timezone.now() - settings.AUDIT_RETENTION)
    return in_batches(old)
