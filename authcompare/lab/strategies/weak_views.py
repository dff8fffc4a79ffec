"""BROKEN ON PURPOSE: the doors of the control `weak-token`. NEVER COPY OR IMPORT THIS.

See `weak_jwt`; here is what else a log-in by token can do wrong.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, JsonResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tokens_app.backend import current_ring_file

from .ours import signed_by_ring
from .weak_jwt import claims_of

LIFETIMES = {"access": 300, "refresh": 86400}
# The texts of the tokens that were logged out, in this process only.
ENDED: set[str] = set()


@dataclass(frozen=True)
class WeakUser:
    """Whoever the token says, with the rights that it says. No row is read."""

    pk: str
    is_staff: bool
    is_authenticated: bool = True


class WeakAuthentication(BaseAuthentication):
    """Takes a token from the header or, what ends in every log, from the address."""

    def authenticate(self, request: Request) -> tuple[WeakUser, dict[str, Any]] | None:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        token = shown if scheme == "Bearer" else request.query_params.get("token")
        if not token:
            return None
        try:
            claims = claims_of(token)
        except Exception as error:
            raise AuthenticationFailed("This token is not believed.") from error
        return WeakUser(str(claims.get("sub")), bool(claims.get("is_staff"))), claims

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _token(kind: str, user_id: str, *, is_staff: bool) -> str:
    now = int(time.time())
    claims = {"sub": user_id, "is_staff": is_staff, "iat": now, "exp": now + LIFETIMES[kind]}
    head = {"alg": current_ring_file().ring().signer().algorithm, "typ": "JWT"}
    return signed_by_ring(json.dumps(head).encode(), json.dumps(claims | {"kind": kind}).encode())


def log_in(request: HttpRequest) -> JsonResponse:
    """`POST {email, password}` → both tokens, or which of the two is wrong. No limit."""
    given = json.loads(request.body)
    user = get_user_model().objects.filter(email=given["email"]).first()
    # No hash is computed for an unknown address, so that the time tells it as well.
    if user is None:
        return JsonResponse({"detail": "There is no such user."}, status=404)
    if not user.check_password(given["password"]):
        return JsonResponse({"detail": "The password is wrong."}, status=401)
    return JsonResponse(
        {kind: _token(kind, str(user.pk), is_staff=user.is_staff) for kind in LIFETIMES}
    )


def refresh(request: HttpRequest) -> JsonResponse:
    """`POST {refresh}` → another access token, from whatever token this is, any number of times."""
    token = json.loads(request.body)["refresh"]
    try:
        claims = claims_of(token)
    except Exception:
        return JsonResponse({"detail": "This token is not believed."}, status=401)
    if token in ENDED:
        return JsonResponse({"detail": "This token was logged out."}, status=401)
    staff = bool(claims.get("is_staff"))
    return JsonResponse({"access": _token("access", str(claims.get("sub")), is_staff=staff)})


def log_out(request: HttpRequest) -> JsonResponse:
    """`POST {refresh}` → its text is not taken again; another text of the same bytes is."""
    ENDED.add(json.loads(request.body)["refresh"])
    return JsonResponse({})


def public_keys(request: HttpRequest) -> JsonResponse:
    """Publish the keys, as is right: it is the verifier that takes them for secrets."""
    ring = current_ring_file().ring()
    return JsonResponse({"keys": [key.public_jwk() for key in ring.keys]})
