"""What was sent and answered, fit to be shown: secrets have names, and the same one the same name.

Every play makes other keys and tokens; with names in their place two runs read alike.
"""

import itertools
import json
import re
from collections.abc import Iterable
from typing import Any

from .wire import JSON, Request, Response, header

# The shortest text that counts as a secret: what is shorter guards nothing here.
SECRET_LENGTH = 20
# A reason that programs read, and no secret however long it is.
REASON = "code"
BODY_LENGTH = 400
HIDDEN_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
BEARER = re.compile(r"^(?:Bearer|Token) (\S+)$")
# What a step shows of the headers; the rest is the same in all of them.
SENT = ("authorization", "cookie", "content-type", "x-csrftoken", "origin")
ANSWERED = ("set-cookie", "location", "www-authenticate", "retry-after", "clear-site-data")


class Names:
    """Gives each secret a name by what it is and when it was first seen: `refresh 2`."""

    def __init__(self, known: dict[str, str] | None = None) -> None:
        self._names: dict[str, str] = dict(known or {})
        self._counts: dict[str, itertools.count[int]] = {}

    def learn(self, kind: str, secret: str) -> None:
        """Name a secret, unless it is short or has a name."""
        if len(secret) >= SECRET_LENGTH and secret not in self._names:
            count = self._counts.setdefault(kind, itertools.count(1))
            self._names[secret] = f"‹{kind} {next(count)}›"

    def lengths(self) -> dict[str, int]:
        """Return how long each secret is, by its name."""
        return {name: len(secret) for secret, name in self._names.items()}

    def hide(self, text: str) -> str:
        """Return a text with each secret's name in its place."""
        for secret in sorted(self._names, key=len, reverse=True):
            text = text.replace(secret, self._names[secret])
        return text

    def learn_from(self, request: Request, response: Response) -> None:
        """Name whatever passed over the wire in one exchange."""
        for cookie in response.all("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.learn(name, value.strip('"'))
        self._learn_json(response.json())
        self._learn_json(_json(request), "forged ")
        for token in HIDDEN_TOKEN.findall(response.text()):
            self.learn("form token", token)
        self.learn("form token", header(request.headers, "X-CSRFToken"))
        if shown := BEARER.match(header(request.headers, "Authorization")):
            self.learn("forged", shown[1])
        for pair in header(request.headers, "Cookie").split("; "):
            name, _, value = pair.partition("=")
            self.learn(f"forged {name}", value)

    def _learn_json(self, data: dict[str, Any], kind: str = "") -> None:
        """Name the secrets in a JSON object, and in the objects of its lists."""
        for key, value in data.items():
            told = key == REASON or key.endswith("_at")
            if isinstance(value, str) and " " not in value and not told:
                self.learn(f"{kind}{key}", value)
            for inner in value if isinstance(value, list) else ():
                self._learn_json(inner if isinstance(inner, dict) else {}, kind)


def _json(request: Request) -> dict[str, Any]:
    """Return the JSON object that a request carries; what is none is an empty one."""
    if header(request.headers, "Content-Type") != JSON:
        return {}
    return json.loads(request.body)


def body_of(headers: tuple[tuple[str, str], ...], body: bytes) -> str:
    """Return a body if somebody would want to read it, else what and how long it is."""
    kind = header(headers, "Content-Type").partition(";")[0]
    text = body.decode(errors="replace")
    if kind == JSON or (len(text) <= BODY_LENGTH and kind != "text/html"):
        return text if len(text) <= 4 * BODY_LENGTH else text[: 4 * BODY_LENGTH] + " …"
    return f"({kind or 'something'})" if text else ""


def steps(exchanges: Iterable[Any], names: Names) -> list[dict[str, Any]]:
    """Return the exchanges of a play one by one, alike ones in a row as one with their number."""
    shown: list[dict[str, Any]] = []
    for exchange in exchanges:
        names.learn_from(exchange.request, exchange.response)
        step = _step(exchange, names)
        if shown and {**shown[-1], "times": 1} == step:
            shown[-1]["times"] += 1
        else:
            shown.append(step)
    return shown


def _step(exchange: Any, names: Names) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    return {
        "who": exchange.who,
        "verb": exchange.verb,
        "times": 1,
        "request": names.hide(f"{request.method} {request.path}"),
        "sent": _lines(request.headers, SENT, names),
        "body": names.hide(body_of(request.headers, request.body)),
        "status": response.status,
        "answered": _lines(response.headers, ANSWERED, names),
        "answer": names.hide(body_of(response.headers, response.body)),
    }


def _lines(headers: Iterable[tuple[str, str]], wanted: tuple[str, ...], names: Names) -> list[str]:
    return [names.hide(f"{key}: {value}") for key, value in headers if key.lower() in wanted]
