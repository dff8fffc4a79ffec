"""How often somebody may try: one rule set and one counter for both doors and the admin's.

`settings.RATE_LIMITS` is the table. A rule counts by up to four scopes, and each must have room:

- `network`: one IPv4 address, or one IPv6 /64, whatever it tries. Nothing clears it, so an
  attacker's own good password does not buy him new guesses. It is short, because neighbours behind
  the same address share it.
- `account`: one address, known or unknown, from wherever.
- `account_and_network`: one account from one network; a right password clears it (NIST SP
  800-63B-4 3.2.2), so that nobody who mistypes all day is ever shut out.
- `account_from_new_networks`: one account from all networks from which nobody ever logged in to it
  or opened a link mailed to its owner, together (at most 100 guesses, ASVS 6.3.1). It may be full
  for as long as a botnet likes; the owner's known devices do not belong to it, so guessing locks
  nobody out of where they live or recover the account, and elsewhere it opens within minutes.

A guess at a password is counted when it was wrong, and decided after it was checked: of parallel
guesses only as many learn anything as the windows have room for, and a right password beside full
windows gets the same answer as a wrong one. Refused tokens count, good ones are never held up:
they cannot be guessed, and a neighbour's flood must not log anybody out.
"""

import functools
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple, TypeVar

import limits
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem

from . import audit
from .clients import Client
from .counters import windows
from .fields import normalize_email
from .hmacs import salted_sha256

Found = TypeVar("Found")

# Each scope, and whether it has a counter for each account and for each network.
SCOPES = {
    "network": (False, True),
    "account": (True, False),
    "account_and_network": (True, True),
    "account_from_new_networks": (True, False),
}
# A closed window is an event of the audit trail this often: a flood must not fill the table.
TOLD = limits.parse("1 per 1 minute")


class Rule(StrEnum):
    """What is limited; each has its row in `settings.RATE_LIMITS`."""

    LOG_IN = "log_in"  # Every guess at a password, the current-password fields' too.
    SIGN_UP = "sign_up"
    RESET = "reset"
    VERIFY = "verify"
    REFRESH = "refresh"  # Every token shown to the API's refresh and verify that is refused.


class Throttled(Exception):  # noqa: N818  (named as the REST framework's)
    """There were too many attempts; `seconds` from now there may be another one."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Try again in {seconds} seconds.")
        self.seconds = seconds


class Window(NamedTuple):
    """One counter: a scope of a rule, for one account, one network or both."""

    scope: str
    item: RateLimitItem
    key: str


def count(rule: Rule, request: HttpRequest, account: str = "") -> None:
    """Count an attempt, whatever comes of it; raise `Throttled` where it is one too many."""
    full = [w for w in windows_of(rule, request, account) if not windows.hit(w.item, w.key)]
    _refuse(full, request, account)


def guess(request: HttpRequest | None, account: str, check_password: Callable[[], Found]) -> Found:
    """Return what checking the account's password gives; only what is false counts as an attempt.

    Raises `Throttled`, in the same words for a right and a wrong password. The answer is decided
    after the password was checked: a wrong one is told only if it could be counted, a right one
    only if there was room still. Asking before alone would let parallel guesses slip through.
    """
    if request is None:  # A shell, a command, a test: nobody guesses from there.
        return check_password()
    its_windows = list(windows_of(Rule.LOG_IN, request, account))
    _check(its_windows, request, account)  # Spares the site the hash, and says no more.
    found = check_password()
    if not found:
        count(Rule.LOG_IN, request, account)
        return found
    _check(its_windows, request, account)
    _forgive(its_windows)
    return found


def windows_of(rule: Rule, request: HttpRequest, account: str) -> Iterator[Window]:
    """Yield the rule's counters for this request and this spelling of an address."""
    network, account = Client.of(request).network, normalize_email(account)
    for scope, rate in settings.RATE_LIMITS[rule].items():
        by_account, by_network = SCOPES[scope]
        whose = (account if by_account else "", network if by_network else "")
        yield Window(scope, rate_of(rate), _key(rule, scope, *whose))


@functools.cache
def rate_of(text: str) -> RateLimitItem:
    """Parse a rate, "20 per 5 minutes". Raises `ValueError` for what is none."""
    return limits.parse(text)


def _key(*parts: str) -> str:
    """Return the name of a counter, from which neither address nor account can be read."""
    # Lengths first, or an account could be spelled so that it runs into its neighbour.
    value = "".join(f"{len(part)}:{part}" for part in parts)
    return salted_sha256("authcompare.users.limits", value)


def _check(some: list[Window], request: HttpRequest, account: str) -> None:
    """Raise `Throttled` where an attempt would be one too many; count nothing."""
    _refuse([w for w in some if not windows.is_open(w.item, w.key)], request, account)


def _forgive(some: list[Window]) -> None:
    for window in some:
        # Never the network's: an attacker's own account would clear it as often as he likes.
        if window.scope == "account_and_network":
            windows.clear(window.item, window.key)


def _refuse(full: list[Window], request: HttpRequest, account: str) -> None:
    """Raise `Throttled` if one of these full windows is the client's."""
    full = [window for window in full if not _is_exempt(window, request, account)]
    if not full:
        return
    if windows.hit(TOLD, full[0].key):
        audit.record(audit.What.THROTTLED, request, email=account)
    raise Throttled(max(windows.seconds_left(w.item, w.key) for w in full))


def _is_exempt(window: Window, request: HttpRequest, account: str) -> bool:
    return window.scope == "account_from_new_networks" and audit.knows_network(
        account, Client.of(request)
    )
