"""What each call does, for who has nothing but the schema to work from."""

from dataclasses import dataclass, field
from typing import Any

from ..serializers import DeviceSerializer, MeSerializer
from .errors import WITHOUT_A_LOG_IN
from .shapes import SentSerializer, TokenPairSerializer

ALICE = {"email": "alice@example.com", "password": "correct horse battery staple"}
ACCESS = "eyJhbGciOiJFUzI1NiIs….eyJ0b2tlbl90eXBlIjoi….c2lnbmF0dXJl"
REFRESH = "eyJhbGciOiJFUzI1NiIs….eyJ0b2tlbl90eXBlIjoicmVm….c2lnbmF0dXJl"
ENDS = {
    "access_expires_at": "2026-11-23T12:24:20Z",
    "refresh_expires_at": "2026-11-23T14:19:20Z",
}
IN_BODY = {"access": ACCESS, "refresh": REFRESH, **ENDS}
BY_COOKIE = {"access": ACCESS, **ENDS}
ME = {
    "id": "943c3453-90c5-4847-8732-44365ad9a6a9",
    "email": "alice@example.com",
    "name": "Alice",
    "via": "token",
}
DEVICE = {
    "id": "f321418f-37f2-4787-8788-2544991107c2",
    "mode": "token",
    "created_at": "2026-11-23T12:19:20Z",
    "last_seen_at": "2026-11-23T12:19:20Z",
    "expires_at": "2026-11-23T14:19:20Z",
    "ip_address": "192.0.2.7",
    "user_agent": "curl/8.5.0",
    "current": True,
}
SENT = {"detail": "If that can be done, a mail is on its way. Read it to go on."}
COOKIE = {
    "Set-Cookie": {
        "description": 'With `"transport": "cookie"` alone: the refresh token, HttpOnly and'
        " SameSite=Strict, and the CSRF token that goes with it.",
        "schema": {"type": "string"},
    }
}
# With the cookie transport the refresh token is the browser's to send; else it is in the body.
BODY_OR_COOKIE: list[dict[str, list[str]]] = [{}, {"refreshCookie": [], "csrfToken": []}]


@dataclass(frozen=True)
class Operation:
    """One call: what it is for, what it takes, how it succeeds, by which codes it fails."""

    name: str
    tag: str
    summary: str
    description: str
    status: int
    success: str
    answer: Any = None
    requests: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    headers: dict[str, Any] = field(default_factory=dict)
    security: list[dict[str, list[str]]] | None = None


OPERATIONS = {
    "POST /api/token/": Operation(
        "logIn",
        "Tokens",
        "Log in",
        "Credentials become a pair of tokens, and a log-in that the user sees among the devices."
        " A program keeps both tokens. In a browser choose the transport `cookie`: the refresh"
        " token is then out of every script's reach.",
        status=200,
        success="Logged in.",
        answer=TokenPairSerializer,
        requests={
            "by body": ALICE,
            "by cookie, remembered": ALICE | {"remember": True, "transport": "cookie"},
        },
        answers={"by body": IN_BODY, "by cookie": BY_COOKIE},
        codes=("invalid_credentials", "throttled"),
        headers=COOKIE,
    ),
    "POST /api/token/refresh/": Operation(
        "refreshTokens",
        "Tokens",
        "Get the next pair",
        "A refresh token is good for one refresh: keep the new one and forget the old. If the"
        " answer got lost, send the same token again within 30 seconds and get the same"
        " successor. After that, a used token is taken for a stolen one and ends the log-in.",
        status=200,
        success="The next pair.",
        answer=TokenPairSerializer,
        requests={"by body": {"refresh": REFRESH}, "by cookie": {"transport": "cookie"}},
        answers={"by body": IN_BODY, "by cookie": BY_COOKIE},
        codes=(*WITHOUT_A_LOG_IN, "token_reused", "csrf_failed", "throttled"),
        headers=COOKIE,
        security=BODY_OR_COOKIE,
    ),
    "POST /api/token/verify/": Operation(
        "verifyToken",
        "Tokens",
        "Ask whether an access token is good",
        "For a service that must know whether a log-in has ended. One that need not verifies by"
        " itself, with the public keys.",
        status=200,
        success="The token would be accepted now.",
        answer={"type": "object", "maxProperties": 0},
        requests={"an access token": {"token": ACCESS}},
        answers={"good": {}},
        codes=("token_not_valid", "log_in_over", "throttled"),
    ),
    "POST /api/token/logout/": Operation(
        "logOut",
        "Tokens",
        "Log out",
        "Ends the log-in, its access tokens too. Any refresh token of the log-in will do, an"
        " earlier or an expired one as well, and repeating it is no error.",
        status=204,
        success="The log-in is over.",
        requests={"by body": {"refresh": REFRESH}, "by cookie": {"transport": "cookie"}},
        codes=("token_not_valid", "csrf_failed"),
        headers=COOKIE,
        security=BODY_OR_COOKIE,
    ),
    "POST /api/token/logout/all/": Operation(
        "logOutEverywhere",
        "Tokens",
        "Log out everywhere",
        "Ends every log-in of the user, in both modes, this one too.",
        status=204,
        success="All log-ins are over.",
        codes=WITHOUT_A_LOG_IN,
    ),
    "POST /api/signup/": Operation(
        "signUp",
        "Account",
        "Sign up",
        "Sends a mail with a link to the address; following it makes the account usable, with the"
        " password of this sign-up. The answer is the same for an address that has an account:"
        " its owner is told by mail.",
        status=202,
        success="A mail is on its way, if there can be one.",
        answer=SentSerializer,
        requests={"Bob": {"email": "bob@example.com", "password": "a long and quiet afternoon"}},
        answers={"sent": SENT},
        codes=("throttled",),
    ),
    "POST /api/email/verify/": Operation(
        "verifyEmail",
        "Account",
        "Prove an address",
        "Takes the key of the mailed link, after a sign-up or a change of address. Sending it"
        " again is no error.",
        status=204,
        success="The address is the account's.",
        requests={"the link's last part": {"key": "OTQzYzM0NTM:1vN2aB:x2b9…"}},
        codes=("invalid_key", "throttled"),
    ),
    "POST /api/email/change/": Operation(
        "changeEmail",
        "Account",
        "Ask for another address",
        "Sends a link to the new address, which changes nothing until it is followed. The"
        " present address is told. Only the user's own address is refused.",
        status=202,
        success="A mail is on its way, if there can be one.",
        answer=SentSerializer,
        requests={"Alice moves": ALICE | {"email": "alice@example.org"}},
        answers={"sent": SENT},
        codes=(*WITHOUT_A_LOG_IN, "throttled"),
    ),
    "POST /api/password/change/": Operation(
        "changePassword",
        "Account",
        "Change the password",
        "Ends all other log-ins in both modes; this one goes on.",
        status=204,
        success="The password is changed.",
        requests={
            "a new one": {
                "old_password": ALICE["password"],
                "new_password": "a long and quiet afternoon",
            }
        },
        codes=(*WITHOUT_A_LOG_IN, "throttled"),
    ),
    "POST /api/password/reset/": Operation(
        "resetPassword",
        "Account",
        "Ask for a new password",
        "Sends a mail with a link, if the address has an account. The answer does not tell.",
        status=202,
        success="A mail is on its way, if there can be one.",
        answer=SentSerializer,
        requests={"Alice": {"email": ALICE["email"]}},
        answers={"sent": SENT},
        codes=("throttled",),
    ),
    "POST /api/password/reset/confirm/": Operation(
        "confirmPasswordReset",
        "Account",
        "Choose the new password",
        "Takes the last two parts of the mailed link, which is good for one hour and one use."
        " Every log-in ends, and nobody is logged in by it.",
        status=204,
        success="The password is changed.",
        requests={
            "the link's last parts": {
                "uid": "OTQzYzM0NTM…",
                "token": "cx2b9y-8f0c…",
                "new_password": "a long and quiet afternoon",
            }
        },
        codes=("invalid_key", "throttled"),
    ),
    "POST /api/account/close/": Operation(
        "closeAccount",
        "Account",
        "Close the account",
        "Deletes the account and ends all its log-ins.",
        status=204,
        success="There is no such account any more.",
        requests={"the password": {"password": ALICE["password"]}},
        codes=(*WITHOUT_A_LOG_IN, "throttled"),
    ),
    "GET /api/me/": Operation(
        "showMe",
        "Me",
        "Who makes this request",
        "The secured resource of both modes.",
        status=200,
        success="The user.",
        answer=MeSerializer,
        answers={"Alice": ME},
        codes=WITHOUT_A_LOG_IN,
    ),
    "PATCH /api/me/": Operation(
        "changeMe",
        "Me",
        "Change the name",
        "Changes the name and nothing else.",
        status=200,
        success="The user as changed.",
        answer=MeSerializer,
        requests={"another name": {"name": "Alice Liddell"}},
        answers={"Alice": ME | {"name": "Alice Liddell"}},
        codes=WITHOUT_A_LOG_IN,
    ),
    "GET /api/devices/": Operation(
        "listDevices",
        "Me",
        "Where the user is logged in",
        "Every live log-in of the user, in both modes.",
        status=200,
        success="The log-ins, the last used first.",
        answer=DeviceSerializer(many=True),
        answers={"one": DEVICE},
        codes=WITHOUT_A_LOG_IN,
    ),
    "DELETE /api/devices/{log_in_id}/": Operation(
        "endDevice",
        "Me",
        "End one log-in",
        "The log-in may be of either mode, and may be this one.",
        status=204,
        success="That log-in is over.",
        codes=(*WITHOUT_A_LOG_IN, "not_found"),
    ),
    "GET /api/schema/": Operation(
        "showSchema",
        "Schema",
        "This description",
        "As JSON, or as YAML where `Accept` asks for that. `/api/docs/` is its reader.",
        status=200,
        success="OpenAPI 3.",
        answer={"type": "object"},
    ),
}
