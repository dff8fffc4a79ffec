"""Schemathesis makes up requests from the schema, good and bad, and checks each answer against it.

It plays a stranger, a program with a token and a browser with a session. Every request meets the
same rows, whatever the one before it did: the thousandth meets a live log-in, too.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings as project
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client, override_settings
from hypothesis import HealthCheck, settings

from authcompare.users.models import User
from tokens_app.models import TokenFamily
from tokens_app.schema.operations import DEVICE

from .flows import log_in_by_form
from .schema import OPERATIONS, Caller, request_examples

if not os.environ.get("CI"):  # There it must not be missing.
    pytest.importorskip("schemathesis", reason="`make lint` installs it.")

import schemathesis
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

pytestmark = pytest.mark.django_db

# A well-formed request is accepted, or refused for who makes it. Of these calls a secret in the
# body decides, which no schema can promise: right or wrong, good or one that is guessed first.
BY_A_SECRET = [
    "POST /api/signup/",
    "POST /api/email/verify/",
    "POST /api/email/change/",
    "POST /api/password/change/",
    "POST /api/password/reset/confirm/",
    "POST /api/account/close/",
]
api = schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())


@contextmanager
def connection_kept_open() -> Iterator[None]:
    """Keep Django from closing the test's connection after a request, as its own client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _no_limits() -> Iterator[None]:
    """Let the requests through to the code behind the limits."""
    rates = {
        rule: dict.fromkeys(scopes, "1000000 per 1 minute")
        for rule, scopes in project.RATE_LIMITS.items()
    }
    with override_settings(RATE_LIMITS=rates):
        yield


class Someone(Caller):
    """Alice by token, by session, or a stranger: whom Schemathesis plays."""

    def proofs(self, who: str) -> dict[str, dict[str, str]]:
        """Return the headers and cookies that their every request brings."""
        if who == "token":
            return {"headers": {"Authorization": self.proof["HTTP_AUTHORIZATION"]}}
        if who == "stranger":
            return {}
        browser = Client()
        log_in_by_form(browser, self.alice)
        cookies = {name: browser.cookies[name].value for name in ("sessionid", "csrftoken")}
        headers = {"X-CSRFToken": cookies["csrftoken"]}
        return {"headers": headers, "cookies": cookies | {"refresh": self.pair["refresh"]}}

    @contextmanager
    def filled(self, case: Any) -> Iterator[None]:
        """Put what only the server can make in the place of the schema's own examples."""
        body, path_parameters = case.body, case.path_parameters
        if body in request_examples(self.operation):
            case.body = {name: self.real(name, value) for name, value in body.items()}
        if path_parameters == {"log_in_id": DEVICE["id"]}:
            case.path_parameters = {"log_in_id": str(TokenFamily.objects.get(user=self.alice).pk)}
        yield
        # The others whom Schemathesis plays get the same cases.
        case.body, case.path_parameters = body, path_parameters


def may(who: str, call: str) -> bool:
    """Tell whether they can be the one by whom the call is accepted, as the schema says."""
    ways = {way for ways in OPERATIONS[call]["security"] for way in ways or ["open"]}
    needed = {"stranger": set(), "token": {"bearerToken"}, "session": {"sessionCookie"}}
    return not ways or bool(ways & (needed[who] | {"open"}))


@pytest.fixture
def accepted(who: str) -> Iterator[dict[str, bool]]:
    """Collect what was accepted: a call that never was has not been tested, and is a failure."""
    calls: dict[str, bool] = {}
    yield calls
    assert calls == {call: may(who, call) for call in calls}


@pytest.mark.parametrize("who", ["stranger", "token", "session"])
@api.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(
    case: Any, who: str, alice: User, accepted: dict[str, bool]
) -> None:
    call = case.operation.label
    excluded = [positive_data_acceptance] if call in BY_A_SECRET else []
    if who == "session":  # That check takes a Bearer token away, and no cookie.
        excluded.append(ignored_auth)
    with transaction.atomic():
        someone = Someone(call, alice)
        proofs = someone.proofs(who)
        with someone.filled(case), connection_kept_open():
            response = case.call_and_validate(**proofs, excluded_checks=excluded)
        transaction.set_rollback(True)
    succeeded = case.method == someone.method and response.status_code < 300
    accepted[call] = accepted.get(call, False) or succeeded
