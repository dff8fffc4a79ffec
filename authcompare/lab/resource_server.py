"""A service that knows of the site nothing but an address: where its public keys are.

What tokens really buy: it has no database, no cache, no secret and no user. It is a WSGI callable
(`gunicorn authcompare.lab.resource_server`) that verifies access tokens (RFC 9068) and never hears
of a log-out. The environment says whom it believes.
"""

import functools
import json
import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import jwt

JWKS, ISSUER = "AUTHCOMPARE_LAB_JWKS", "AUTHCOMPARE_LAB_ISSUER"
ALGORITHMS = ["ES256", "EdDSA", "RS256"]


@functools.cache
def keys() -> jwt.PyJWKClient:
    """Return the published keys, fetched when the first token comes and now and then anew."""
    # The site is behind TLS; this stands in for the proxy before it, which is not in the play.
    proxied = {"X-Forwarded-Proto": "https", "Host": urlsplit(os.environ[ISSUER]).netloc}
    return jwt.PyJWKClient(os.environ[JWKS], headers=proxied)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer `{"id": …}` to whoever shows a good access token, and 401 to everybody else."""
    token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
    try:
        status, answer = "200 OK", {"id": user_of(token)}
    except jwt.PyJWTError:
        status, answer = "401 Unauthorized", {"detail": "This token is not good here."}
    body = json.dumps(answer).encode()
    start_response(status, [("Content-Type", "application/json"), *_length(body)])
    return [body]


def user_of(token: str) -> str:
    """Return the user of a token that one of the published keys signed. Raises `PyJWTError`."""
    issuer = os.environ[ISSUER]
    key = keys().get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key, algorithms=ALGORITHMS, audience=issuer, issuer=issuer)
    if jwt.get_unverified_header(token).get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("This is no access token.")
    return str(claims["sub"])


def _length(body: bytes) -> list[tuple[str, str]]:
    return [("Content-Length", str(len(body)))]
