"""A client of the arena: a person's browser, or a thief's tool with a copy of what it held."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .browser import Asked, Cookie, Jar
from .wire import HOST, ORIGIN, Headers, Request, Response, form

SAFE = ("GET", "HEAD", "OPTIONS")
PROBE = "/probe/"
STAFF_PROBE = "/probe/staff/"


@dataclass(frozen=True)
class Nothing:
    """What a verb does where there is nothing to do, with the reason in a sentence."""

    why: str


class Flow(Protocol):
    """How a client of one kind of strategy logs in, stays in and leaves."""

    def log_in(self, visitor: "Visitor", email: str, password: str) -> Response:
        """Send the credentials and keep what comes back."""

    def attempt(self, email: str, password: str) -> Request:
        """Return the one request that carries the credentials, as another site could imitate it."""

    def present(self, visitor: "Visitor", request: Request) -> Request:
        """Return the request with what the client itself adds; the browser adds its cookies."""

    def renew(self, visitor: "Visitor") -> Response | Nothing:
        """Get a fresh credential for the one that is about to end."""

    def log_out(self, visitor: "Visitor") -> Response | Nothing:
        """End this log-in."""

    def log_out_everywhere(self, visitor: "Visitor") -> Response | Nothing:
        """End every log-in of this user."""


Send = Callable[["Visitor", Request], Response]


class Visitor:
    """Somebody with a browser: its cookies, and the tokens that a script in its page keeps."""

    def __init__(
        self, name: str, email: str, password: str, *, address: str, flow: Flow, send: Send
    ) -> None:
        self.name, self.email, self.password = name, email, password
        self.address = address
        self.agent = "Mozilla/5.0 (lab)"
        self.jar = Jar()
        self.tokens: dict[str, str] = {}
        self.flow = flow
        # By which way requests go: within the arena's process, or over a socket.
        self.way = send
        self.verb = ""

    # --- The four verbs, and what they are for

    def log_in(self, password: str | None = None) -> Response:
        """Log in by the strategy's own door."""
        self.verb = "log in"
        return self.flow.log_in(self, self.email, password or self.password)

    def read(self, path: str = PROBE) -> Response:
        """Present the credential to read the secured resource."""
        self.verb = "read"
        return self.send(self.flow.present(self, Request("GET", path)))

    def write(self, name: str) -> Response:
        """Present the credential to change something: the user's name."""
        self.verb = "write"
        return self.send(self.flow.present(self, form("POST", PROBE, {"name": name})))

    def renew(self) -> Response | Nothing:
        self.verb = "renew"
        return self.flow.renew(self)

    def log_out(self) -> Response | Nothing:
        self.verb = "log out"
        return self.flow.log_out(self)

    def log_out_everywhere(self) -> Response | Nothing:
        self.verb = "log out everywhere"
        return self.flow.log_out_everywhere(self)

    def identity(self) -> str | None:
        """Return as whom the server sees this client: a user's id, or None for nobody."""
        answer = self.read()
        return answer.json().get("id") if answer.ok() else None

    def is_in(self) -> bool:
        """Tell whether the credential opens the secured resource, renewed first if need be."""
        return self.seen_as() is not None

    def seen_as(self) -> str | None:
        """Return as whom the server sees this client, which renews first if it is nobody."""
        if found := self.identity():
            return found
        self.renew()
        return self.identity()

    # --- What the client does

    def send(
        self, request: Request, asked: Asked = Asked.SAME_SITE, origin: str = ORIGIN
    ) -> Response:
        """Send a request as the browser does for a page of this origin, and take the cookies."""
        headers: Headers = (*request.headers, ("User-Agent", self.agent))
        if request.method not in SAFE:
            headers = (("Origin", origin), ("Referer", f"{origin}/"), *headers)
        if cookies := self.jar.sent_to(HOST, request.path, asked):
            headers = (*headers, ("Cookie", "; ".join(cookie.pair() for cookie in cookies)))
        sent = Request(request.method, request.path, headers, request.body)
        answer = self.way(self, sent)
        for cookie in answer.all("Set-Cookie"):
            self.jar.take(cookie, HOST, asked)
        return answer

    def cookie(self, end_of_name: str) -> Cookie | None:
        """Return the cookie whose name ends so; a prefix such as `__Host-` may stand before it."""
        return next((c for c in self.jar if c.name.endswith(end_of_name)), None)

    # --- What a thief does

    def copy(self, name: str = "thief") -> "Visitor":
        """Return somebody elsewhere who holds a copy of all that this client holds."""
        thief = copy.copy(self)
        thief.name, thief.agent, thief.address = name, "curl/8", "198.51.100.66"
        thief.jar, thief.tokens = self.jar.copy(), dict(self.tokens)
        return thief
