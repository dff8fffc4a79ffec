"""What a browser does with cookies: which it takes, and which it sends where.

RFC 6265bis, the draft that browsers implement (draft-ietf-httpbis-rfc6265bis-20). The rules stand
here once; `tests/browser/test_lab_rules.py` asks a real browser whether they are its own. They are
those of a browser whose user has not switched third-party cookies off: then a page of another site
is sent none, SameSite=None or not, which helps a weak site but is not its doing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum

from django.utils import timezone

# Two parts, as in `site.example`: the play has no public suffix with more of them.
SITE_PARTS = 2


class Asked(Enum):
    """How a request came about, as far as SameSite cares (RFC 6265bis 5.2)."""

    SAME_SITE = "a page of the same site, another host of it included"
    NAVIGATION = "a link on another site"
    FORM_POST = "a form on another site, sent by POST"
    SUBRESOURCE = "a script, an image or a frame on another site"


# Which requests carry a cookie with this SameSite attribute. Without one it counts as Lax; that
# Chromium lets such a cookie go with a foreign form as well in its first two minutes is left out,
# for every cookie of the contestants' has the attribute.
SENT = {
    "Strict": {Asked.SAME_SITE},
    "Lax": {Asked.SAME_SITE, Asked.NAVIGATION},
    "None": set(Asked),
}


@dataclass(frozen=True)
class Cookie:
    """A cookie in the browser. `host` without `host_only` means its subdomains too."""

    name: str
    value: str
    host: str
    host_only: bool = True
    path: str = "/"
    secure: bool = False
    http_only: bool = False
    same_site: str = "Lax"
    expires: float | None = None

    def pair(self) -> str:
        """Return the cookie as it is sent; one without a name is sent without the sign as well."""
        return f"{self.name}={self.value}" if self.name else self.value

    def key(self) -> tuple[str, str, bool, str]:
        """Return what makes it the same cookie as an earlier one, which it then replaces."""
        return self.name, self.host, self.host_only, self.path

    def goes_to(self, host: str, path: str, asked: Asked) -> bool:
        """Tell whether the browser sends it with a request (RFC 6265bis 5.8.3); all are https."""
        within = host == self.host or (not self.host_only and host.endswith(f".{self.host}"))
        below = path == self.path or path.startswith(self.path.rstrip("/") + "/")
        return within and below and asked in SENT[self.same_site]


def parse(header: str, host: str) -> Cookie:
    """Read a `Set-Cookie` header that a host sent (RFC 6265bis 5.6).

    Without a path a cookie is for the folder of the address that set it; here that is `/`.
    """
    pair, *rest = (part.partition("=") for part in header.split(";"))
    # What has no sign is a value without a name. Not all that Unicode calls a space is stripped.
    name, value = (pair[0], pair[2]) if pair[1] else ("", pair[0])
    attributes = {key.strip().lower(): text.strip() for key, _, text in rest}
    domain = attributes.get("domain", "").removeprefix(".").lower()
    path = attributes.get("path", "")
    same_site = attributes.get("samesite", "").capitalize()
    return Cookie(
        name=name.strip(" \t"),
        value=value.strip(" \t"),
        host=domain or host,
        host_only=not domain,
        path=path if path.startswith("/") else "/",
        secure="secure" in attributes,
        http_only="httponly" in attributes,
        same_site=same_site if same_site in SENT else "Lax",
        expires=_expires(attributes),
    )


def _expires(attributes: dict[str, str]) -> float | None:
    """Return the end of a cookie in seconds since 1970; None: it ends with the browser."""
    if "max-age" in attributes:
        return timezone.now().timestamp() + int(attributes["max-age"])
    if "expires" in attributes:
        return parsedate_to_datetime(attributes["expires"]).replace(tzinfo=UTC).timestamp()
    return None


def may_set(cookie: Cookie, host: str, asked: Asked = Asked.SAME_SITE) -> bool:
    """Tell whether the browser takes this cookie from a host over https (RFC 6265bis 5.7)."""
    if host != cookie.host and not host.endswith(f".{cookie.host}"):
        return False
    if cookie.host.count(".") < SITE_PARTS - 1:  # A whole top-level domain.
        return False
    if asked not in SENT[cookie.same_site] and asked is Asked.SUBRESOURCE:
        return False
    if cookie.same_site == "None" and not cookie.secure:
        return False
    return bool(cookie.pair()) and _keeps_its_prefix(cookie)


def _keeps_its_prefix(cookie: Cookie) -> bool:
    """Tell whether a cookie is what the prefix of its name promises (RFC 6265bis 4.1.3)."""
    sent = cookie.pair().lower()  # Without a name the value stands where servers see the name.
    if sent.startswith("__host-"):
        # What stops a subdomain from planting a cookie of this name at its neighbour.
        kept = cookie.secure and cookie.host_only and cookie.path == "/"
        return bool(cookie.name) and kept
    if sent.startswith("__secure-"):
        return bool(cookie.name) and cookie.secure
    return True


class Jar:
    """The cookies of one browser, the oldest first."""

    def __init__(self, cookies: list[Cookie] | None = None) -> None:
        self._cookies = {cookie.key(): cookie for cookie in cookies or []}

    def __iter__(self) -> Iterator[Cookie]:
        now = timezone.now().timestamp()
        return (c for c in self._cookies.values() if c.expires is None or c.expires > now)

    def take(self, header: str, host: str, asked: Asked = Asked.SAME_SITE) -> bool:
        """Store what a host's `Set-Cookie` says; return False where the browser refuses it."""
        cookie = parse(header, host)
        if taken := may_set(cookie, host, asked):
            # Chromium does so, though the draft keeps the place of a cookie with a new value too.
            if self._value_at(cookie) != cookie.value:
                self.drop(cookie)
            self.put(cookie)
        return taken

    def _value_at(self, cookie: Cookie) -> str | None:
        """Return the value of the cookie that this one replaces."""
        old = self._cookies.get(cookie.key())
        return old.value if old else None

    def put(self, cookie: Cookie) -> None:
        """Store a cookie in its predecessor's place, whoever set it."""
        self._cookies[cookie.key()] = cookie

    def drop(self, cookie: Cookie) -> None:
        self._cookies.pop(cookie.key(), None)

    def sent_to(self, host: str, path: str, asked: Asked = Asked.SAME_SITE) -> list[Cookie]:
        """Return the cookies for a request: the longer path first, then the older cookie."""
        cookies = (c for c in self if c.goes_to(host, path.partition("?")[0], asked))
        return sorted(cookies, key=lambda cookie: -len(cookie.path))

    def copy(self) -> "Jar":
        return Jar(list(self))
