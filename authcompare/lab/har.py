"""The traces as HTTP archives, which the network tools of browsers open.

HAR 1.2: http://www.softwareishard.com/blog/har-12-spec/. Secrets stand in them as they were, so
that sizes are right; they opened nothing but an arena that is gone.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import django

from .arena import Exchange
from .browser import Cookie, parse
from .clock import START
from .recorder import Record
from .wire import HOST, ORIGIN, Headers, Request, Response, header

COMMENT = "Played by `manage.py lab trace`. The secrets are real ones of an arena that is gone."
NOT_MEASURED = -1  # As the specification says it.

Entry = dict[str, Any]


def entry(verb: str, exchange: Exchange, record: Record) -> Entry:
    """Return one exchange. When it started is left to `archive`, which sees the others."""
    return {
        "pageref": verb,
        "time": record.ms,
        "request": _request(exchange.request),
        "response": _response(exchange.response),
        "cache": {},
        "timings": {
            **dict.fromkeys(("blocked", "dns", "connect", "ssl"), NOT_MEASURED),
            **{"send": 0, "wait": record.ms, "receive": 0},
        },
        "comment": f"{exchange.who}, {verb}: {len(record.commands)} commands",
    }


def archive(title: str, entries: list[Entry]) -> dict[str, Any]:
    """Return a strategy's archive: a page for each step, its exchanges one after the other.

    The play's clock stands still, so each starts when those before it have taken their time.
    """
    moment, dated = START, []
    pages: dict[str, str] = {}
    for one in entries:
        started = moment.astimezone(UTC).isoformat(timespec="milliseconds")
        dated.append({"startedDateTime": started, **one})
        pages.setdefault(one["pageref"], started)
        moment += timedelta(milliseconds=one["time"])
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "authcompare, on Django", "version": django.get_version()},
            "pages": [_page(verb, title, started) for verb, started in pages.items()],
            "entries": dated,
            "comment": COMMENT,
        }
    }


def _page(verb: str, title: str, started: str) -> dict[str, Any]:
    return {
        "startedDateTime": started,
        "id": verb,
        "title": f"{title}: {verb}",
        "pageTimings": {},
    }


def _request(request: Request) -> dict[str, Any]:
    pairs = (pair.partition("=") for pair in header(request.headers, "Cookie").split("; ") if pair)
    kind = header(request.headers, "Content-Type")
    posted = {"postData": {"mimeType": kind, "text": request.body.decode()}} if kind else {}
    return {
        "method": request.method,
        "url": ORIGIN + request.path,
        "httpVersion": "HTTP/1.1",
        "cookies": [{"name": name, "value": value} for name, _, value in pairs],
        "headers": _headers((("Host", HOST), *request.headers)),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(urlsplit(request.path).query, keep_blank_values=True)
        ],
        **posted,
        "headersSize": request.size() - len(request.body),
        "bodySize": len(request.body),
    }


def _response(response: Response) -> dict[str, Any]:
    return {
        "status": response.status,
        "statusText": response.reason,
        "httpVersion": "HTTP/1.1",
        "cookies": [_cookie(parse(cookie, HOST)) for cookie in response.all("Set-Cookie")],
        "headers": _headers(response.headers),
        "content": {
            "size": len(response.body),
            "mimeType": response.get("Content-Type") or "x-unknown",
            "text": response.text(),
        },
        "redirectURL": response.get("Location"),
        "headersSize": response.size() - len(response.body),
        "bodySize": len(response.body),
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _cookie(cookie: Cookie) -> dict[str, Any]:
    ends = {"expires": _moment(cookie.expires)} if cookie.expires is not None else {}
    return {
        "name": cookie.name,
        "value": cookie.value,
        "path": cookie.path,
        "httpOnly": cookie.http_only,
        "secure": cookie.secure,
        "sameSite": cookie.same_site,
        **ends,
    }


def _moment(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).isoformat()
