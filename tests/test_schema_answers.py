"""Every answer that the schema promises can be had, in the shape and the words that it shows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from authcompare import views
from authcompare.users.log_ins import EndReason, end_all
from authcompare.users.models import User
from tokens_app.models import TokenFamily
from tokens_app.schema.errors import ERRORS

from .schema import CSRF, JSON, OPERATIONS, Caller, check, described, request_examples

pytestmark = pytest.mark.django_db

BY_COOKIE = {"transport": "cookie"}
# The words of these depend on the request.
VARYING = {"parse_error", "throttled", "token_not_valid"}


# --- How each answer is had: by its code, or by its status where it has none


def succeed(call: Caller) -> Any:
    return call(log_in_id=str(TokenFamily.objects.get(user=call.alice).pk))


def unhealthy(call: Caller) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "_ask_cache", lambda: 1 / 0)
        return call()


def over_http(call: Caller) -> Any:
    body = next(iter(call.bodies()), None)  # Asked for while http is good enough.
    with override_settings(SECURE_SSL_REDIRECT=True):
        return call(body)


def without_a_log_in(call: Caller) -> Any:
    call.proof = {}
    if not call.by_cookie:
        return call()
    call.client.cookies["csrftoken"] = CSRF
    return call(BY_COOKIE, HTTP_X_CSRFTOKEN=CSRF)


def without_the_csrf_token(call: Caller) -> Any:
    call.proof = {}
    call.client.force_login(call.alice)
    return call(BY_COOKIE if call.by_cookie else None)


def with_a_bad_token(call: Caller) -> Any:
    call.proof = {"HTTP_AUTHORIZATION": "Bearer a.b.c"}
    return call(call.wrong_body())


def after_the_log_in(call: Caller) -> Any:
    end_all(call.alice, EndReason.OPERATOR)
    return call()


def with_a_used_token(call: Caller) -> Any:
    call()
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        return call()


def too_often(call: Caller) -> Any:
    # Of some calls only what fails counts, of others only what is well-formed.
    tries = (call(body) for body in 2 * [call.wrong_body(), *call.bodies()])
    return next(response for response in tries if response.status_code == 429)


ANSWERS: dict[str, Callable[[Caller], Any]] = {
    **dict.fromkeys(("200", "202", "204"), succeed),
    "503": unhealthy,
    "bad_request": lambda call: call(CONTENT_LENGTH="many"),
    "too_large": lambda call: call(CONTENT_LENGTH="70000"),
    "charset": lambda call: call(CONTENT_TYPE=f"{JSON}; charset=latin-1"),
    "not_acceptable": lambda call: call(HTTP_ACCEPT="text/html"),
    "parse_error": lambda call: call(data="{", content_type=JSON),
    "unsupported_media_type": lambda call: call(CONTENT_TYPE="text/plain"),
    "fields": lambda call: call({"name": None}),
    "https_required": over_http,
    "csrf_failed": without_the_csrf_token,
    "not_authenticated": without_a_log_in,
    "token_not_valid": with_a_bad_token,
    "log_in_over": after_the_log_in,
    "token_reused": with_a_used_token,
    "invalid_credentials": lambda call: call(call.wrong_body()),
    "invalid_key": lambda call: call(call.wrong_body()),
    "not_found": lambda call: call(),
    "throttled": too_often,
}


class TestAnswers:
    """What the schema promises comes, in the shape and the words that it shows."""

    @pytest.mark.parametrize(("call", "status", "code"), described())
    def test_every_answer_of_every_call_can_be_had(
        self, alice: User, settings: Any, call: str, status: str, code: str
    ) -> None:
        if code == "throttled":
            once = {"network": "1 per 1 hour"}
            settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, once)
        response = ANSWERS[code](Caller(call, alice))

        assert (str(response.status_code), code) == (status, code), response.content
        check(response, OPERATIONS[call])
        if code in ERRORS and code not in VARYING:
            assert response.json() == {"detail": ERRORS[code].detail, "code": code}
        elif code in ERRORS:
            assert response.json()["code"] == code

    @pytest.mark.parametrize("call", [c for c, o in OPERATIONS.items() if request_examples(o)])
    def test_every_example_of_a_request_is_accepted(self, alice: User, call: str) -> None:
        for number in range(len(request_examples(OPERATIONS[call]))):
            caller = Caller(call, alice)
            caller.client.cookies["refresh"] = caller.pair["refresh"]
            caller.client.cookies["csrftoken"] = CSRF
            response = caller(caller.bodies()[number], HTTP_X_CSRFTOKEN=CSRF)

            assert response.status_code < 300, response.content
            check(response, OPERATIONS[call])
