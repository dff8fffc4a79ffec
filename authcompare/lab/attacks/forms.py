"""What a page that is not the site's can send there from somebody's browser, and what comes of it.

Which requests are worth imitating is seen, not declared: those that change something and that the
site's own client sends with cookies.
"""

import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlencode

from ..arena import Arena, Exchange
from ..browser import Asked, Cookie, parse
from ..visitor import SAFE, Visitor
from ..wire import FORM, JSON, SIBLING, SITE, Headers, Request, Response, header
from . import MINUTES

FORGED_NAME = "Owned by Mallory"
SIBLING_ORIGIN = f"https://{SIBLING}"
BOUNDARY = "mallorys-boundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
# Django's names: of the cookie's end, and of the field that must repeat it.
CSRF_COOKIE, CSRF_FIELD = "csrftoken", "csrfmiddlewaretoken"
# Of the shape of a CSRF token, which anybody can make for himself.
MALLORYS_TOKEN = "m" * 32
NO_MORE: dict[str, str] = {}

# Sends what imitates a request from the browser of its victim, and yields each answer.
Page = Callable[[Visitor, Request], Iterator[Response]]


def sent_with_cookies(arena: Arena) -> list[Exchange]:
    """Return the requests that Bob's own client sends with cookies to change something."""
    first = len(arena.exchanges)
    for verb in VERBS.values():
        verb(arena.logged_in("bob"))
    return [e for e in arena.exchanges[first:] if e.verb in VERBS and _is_ambient(e.request)]


def _is_ambient(request: Request) -> bool:
    return request.method not in SAFE and bool(header(request.headers, "Cookie"))


VERBS: dict[str, Callable[[Visitor], object]] = {
    "write": lambda visitor: visitor.write(FORGED_NAME),
    "renew": lambda visitor: visitor.renew(),
    "log out": lambda visitor: visitor.log_out(),
    "log out everywhere": lambda visitor: visitor.log_out_everywhere(),
}


def imitated(arena: Arena, exchange: Exchange, page: Page) -> bool:
    """Let a page send a request in Alice's browser; tell whether the server did it for her."""
    alice = arena.logged_in("alice")
    happened = HAPPENED[exchange.verb]
    return any(happened(arena, alice, answer) for answer in page(alice, exchange.request))


def _renamed(arena: Arena, alice: Visitor, answer: Response) -> bool:
    return bool(arena.user("alice").name == FORGED_NAME)


def _renewed(arena: Arena, alice: Visitor, answer: Response) -> bool:
    return answer.ok()


def _is_out(arena: Arena, alice: Visitor, answer: Response) -> bool:
    """Tell whether Alice is out as soon as her client must renew what it has in memory."""
    arena.wait(minutes=MINUTES)
    return not alice.is_in()


HAPPENED: dict[str, Callable[[Arena, Visitor, Response], bool]] = {
    "write": _renamed,
    "renew": _renewed,
    "log out": _is_out,
    "log out everywhere": _is_out,
}


def forged(victim: Visitor, form: Request, asked: Asked, origin: str) -> Response:
    """Send a form as the victim's browser does for a page of this origin."""
    victim.verb = "forged form"
    return victim.send(form, asked, origin)


def page_of(asked: Asked, origin: str, *headers: tuple[str, str]) -> Page:
    """Return a page of another origin that sends the forms, with what the browser adds."""

    def send(victim: Visitor, request: Request) -> Iterator[Response]:
        return (forged(victim, form, asked, origin) for form in simple_forms(request, headers))

    return send


def neighbour(arena: Arena) -> Page:
    """Return a page of a neighbouring host, which plants a CSRF cookie and sends its value."""
    cookie = arena.logged_in("mallory").cookie(CSRF_COOKIE)
    name = cookie.name if cookie else CSRF_COOKIE

    def send(victim: Visitor, request: Request) -> Iterator[Response]:
        for form in simple_forms(request, more={CSRF_FIELD: MALLORYS_TOKEN}):
            planted = tossed(victim, name, MALLORYS_TOKEN, (request.path, "/"))
            answer = forged(victim, form, Asked.SAME_SITE, SIBLING_ORIGIN)
            for cookie in planted:
                victim.jar.drop(cookie)  # It would confuse the victim's own client, too.
            yield answer

    return send


def tossed(victim: Visitor, name: str, value: str, paths: tuple[str, ...]) -> list[Cookie]:
    """Plant a neighbour's cookie beside the victim's; return what of it the browser takes.

    It is planted under each path, and under a name that becomes the real one when a server strips
    spaces.
    """
    headers = [
        f"{spelling}={value}; Domain={SITE}; Path={path}; Secure"
        for spelling in (name, f"\u2000{name}")
        for path in paths
    ]
    return [parse(header, SIBLING) for header in headers if victim.jar.take(header, SIBLING)]


def simple_forms(
    request: Request, headers: Headers = (), more: dict[str, str] = NO_MORE
) -> list[Request]:
    """Return a request as a foreign form sends it: in one of HTML's three encodings, no JSON."""
    fields = fields_of(request) | more
    bodies = (
        (FORM, urlencode(fields).encode()),
        (MULTIPART, multipart(fields)),
        ("text/plain", request.body),
    )
    return [
        Request(request.method, request.path, (("Content-Type", kind), *headers), body)
        for kind, body in bodies
    ]


def fields_of(request: Request) -> dict[str, str]:
    """Return what a request carries, whichever way its client writes it."""
    if header(request.headers, "Content-Type") == JSON:
        return dict(json.loads(request.body))
    return dict(parse_qsl(request.body.decode()))


def multipart(fields: dict[str, str]) -> bytes:
    """Return fields in the encoding of forms with files (RFC 7578)."""
    start = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    parts = [f'{start}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    return f"{''.join(parts)}--{BOUNDARY}--\r\n".encode()
