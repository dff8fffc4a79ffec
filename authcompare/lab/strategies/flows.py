"""The four verbs from the client's side, for each kind of flow."""

import re
from dataclasses import dataclass

from ..visitor import Nothing, Visitor
from ..wire import Headers, Request, Response, form, json_request

HIDDEN_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FORGETS = "The client forgets its token; the server has no address for this and is not told."


def csrf_header(visitor: Visitor) -> Headers:
    """Return the header by which a script proves that it is of this site, as Django documents."""
    cookie = visitor.cookie("csrftoken")
    return (("X-CSRFToken", cookie.value),) if cookie else ()


@dataclass(frozen=True)
class FormFlow:
    """A browser with HTML forms and a session cookie."""

    login: str
    logout: str
    everywhere: str = ""
    field: str = "username"

    def log_in(self, visitor: Visitor, email: str, password: str) -> Response:
        page = visitor.send(Request("GET", self.login)).text()
        token = HIDDEN_TOKEN.search(page)
        hidden = {"csrfmiddlewaretoken": token[1]} if token else {}
        fields = {self.field: email, "password": password}
        return visitor.send(form("POST", self.login, hidden | fields))

    def attempt(self, email: str, password: str) -> Request:
        return form("POST", self.login, {self.field: email, "password": password})

    def present(self, visitor: Visitor, request: Request) -> Request:
        # The browser adds the cookie by itself; a write also needs the token from the CSRF cookie.
        extra = () if request.method == "GET" else csrf_header(visitor)
        return Request(request.method, request.path, (*extra, *request.headers), request.body)

    def renew(self, visitor: Visitor) -> Nothing:
        return Nothing("A session is renewed by being used: there is nothing to ask for.")

    def log_out(self, visitor: Visitor) -> Response:
        return visitor.send(self.present(visitor, form("POST", self.logout, {})))

    def log_out_everywhere(self, visitor: Visitor) -> Response | Nothing:
        if not self.everywhere:
            return Nothing("Django has no such view; a new password would end all sessions.")
        return visitor.send(self.present(visitor, form("POST", self.everywhere, {})))


@dataclass(frozen=True)
class TokenFlow:
    """A script or a program that keeps tokens and shows one in the Authorization header."""

    obtain: str
    refresh: str = ""
    logout: str = ""
    everywhere: str = ""
    field: str = "email"
    scheme: str = "Bearer"
    shown: str = "access"
    # Why there is no log-out everywhere, where there is none.
    no_everywhere: str = "The library has no such view, and no list of a user's log-ins."

    def log_in(self, visitor: Visitor, email: str, password: str) -> Response:
        return self._keep(visitor, visitor.send(self.attempt(email, password)))

    def attempt(self, email: str, password: str) -> Request:
        return json_request("POST", self.obtain, {self.field: email, "password": password})

    def present(self, visitor: Visitor, request: Request) -> Request:
        token = visitor.tokens.get(self.shown)
        shown = (("Authorization", f"{self.scheme} {token}"),) if token else ()
        return Request(request.method, request.path, (*shown, *request.headers), request.body)

    def renew(self, visitor: Visitor) -> Response | Nothing:
        if not self.refresh:
            return Nothing("The token has no end, so there is nothing to renew.")
        answer = visitor.send(json_request("POST", self.refresh, self._refresh_body(visitor)))
        return self._keep(visitor, answer)

    def log_out(self, visitor: Visitor) -> Response | Nothing:
        request = json_request("POST", self.logout, self._refresh_body(visitor))
        visitor.tokens.clear()
        return visitor.send(request) if self.logout else Nothing(FORGETS)

    def log_out_everywhere(self, visitor: Visitor) -> Response | Nothing:
        if not self.everywhere:
            return Nothing(self.no_everywhere)
        return visitor.send(self.present(visitor, json_request("POST", self.everywhere, {})))

    def _refresh_body(self, visitor: Visitor) -> dict[str, str]:
        return {"refresh": visitor.tokens.get("refresh", "")}

    def _keep(self, visitor: Visitor, answer: Response) -> Response:
        held = {"access", "refresh", "token"} & set(answer.json())
        visitor.tokens |= {name: answer.json()[name] for name in sorted(held)}
        return answer


@dataclass(frozen=True, kw_only=True)
class BothFlow(TokenFlow):
    """A browser that is logged in by form and by token, and shows both with each request."""

    forms: FormFlow

    def log_in(self, visitor: Visitor, email: str, password: str) -> Response:
        self.forms.log_in(visitor, email, password)
        return super().log_in(visitor, email, password)

    def present(self, visitor: Visitor, request: Request) -> Request:
        return super().present(visitor, self.forms.present(visitor, request))


@dataclass(frozen=True)
class CookieRefreshFlow(TokenFlow):
    """The access token in the script's memory, the refresh token in a cookie no script can read."""

    def log_in(self, visitor: Visitor, email: str, password: str) -> Response:
        return self._keep(visitor, visitor.send(self.attempt(email, password)))

    def attempt(self, email: str, password: str) -> Request:
        body = {self.field: email, "password": password, "transport": "cookie"}
        return json_request("POST", self.obtain, body)

    def renew(self, visitor: Visitor) -> Response:
        return self._keep(visitor, self._by_cookie(visitor, self.refresh))

    def log_out(self, visitor: Visitor) -> Response:
        visitor.tokens.clear()
        return self._by_cookie(visitor, self.logout)

    def _by_cookie(self, visitor: Visitor, path: str) -> Response:
        body = {"transport": "cookie"}
        return visitor.send(json_request("POST", path, body, csrf_header(visitor)))
