"""A hundred wrong passwords and one more, and the right one is still welcome."""

from collections.abc import Callable
from functools import partial

from . import breaches
from .doors import (
    AUTHTOKEN,
    DJANGO,
    PASSWORD,
    SIMPLEJWT,
    csrf_token,
    try_form,
    try_opaque,
    try_pair,
)
from .plain import Answer, Site

# One more than NIST SP 800-63B-4 3.2.2 allows in a row.
GUESSES = 101
# Password and address to the server's answer.
Guess = Callable[[str, str], Answer]


def from_one_address(_: int) -> str:
    return "127.0.0.1"


def from_many_addresses(number: int) -> str:
    """Return an address of another network for each guess; all of 127.0.0.0/8 are loopback."""
    return f"127.{number}.0.1"


def assert_guesses_are_heard(guess: Guess, source: Callable[[int], str], wrong: int) -> None:
    """Guess wrong, which the server says with this status; then guess right."""
    statuses = [guess(f"wrong {number}", source(number)).status for number in range(GUESSES)]

    assert statuses == [wrong] * GUESSES
    assert guess(PASSWORD, source(GUESSES)).status in (200, 302)


def by_form(site: Site) -> Guess:
    """Guess at Django's form, with one page's CSRF token for all guesses."""
    csrf = csrf_token(site)
    return lambda password, source: try_form(site, "alice", password, csrf, source)


@breaches("brute-force-from-one-address", *DJANGO)
def test_django_hears_any_number_of_guesses_from_one_address(site: Site) -> None:
    assert_guesses_are_heard(by_form(site), from_one_address, wrong=200)


@breaches("brute-force-from-many-addresses", *DJANGO)
def test_django_hears_any_number_of_guesses_from_many_addresses(site: Site) -> None:
    assert_guesses_are_heard(by_form(site), from_many_addresses, wrong=200)


@breaches("brute-force-from-one-address", *SIMPLEJWT)
def test_simplejwt_hears_any_number_of_guesses_from_one_address(site: Site) -> None:
    assert_guesses_are_heard(partial(try_pair, site, "alice"), from_one_address, wrong=401)


@breaches("brute-force-from-many-addresses", *SIMPLEJWT)
def test_simplejwt_hears_any_number_of_guesses_from_many_addresses(site: Site) -> None:
    assert_guesses_are_heard(partial(try_pair, site, "alice"), from_many_addresses, wrong=401)


@breaches("brute-force-from-one-address", AUTHTOKEN)
def test_authtoken_hears_any_number_of_guesses_from_one_address(site: Site) -> None:
    assert_guesses_are_heard(partial(try_opaque, site, "alice"), from_one_address, wrong=400)


@breaches("brute-force-from-many-addresses", AUTHTOKEN)
def test_authtoken_hears_any_number_of_guesses_from_many_addresses(site: Site) -> None:
    assert_guesses_are_heard(partial(try_opaque, site, "alice"), from_many_addresses, wrong=400)
