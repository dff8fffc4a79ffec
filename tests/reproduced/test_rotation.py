"""What gets through where a refresh token is shown twice, or by two at once."""

import json
from contextlib import ExitStack, closing

from . import breaches
from .conftest import THREADS
from .doors import SIMPLEJWT, log_in_by_token, refresh, token_owner
from .plain import BEHIND_TLS, Answer, Site, received

ROUNDS = 50


@breaches("reuse-of-a-refresh-token", "simplejwt", "simplejwt-stateless")
def test_a_refresh_token_is_good_again_after_it_was_used(site: Site) -> None:
    pair = log_in_by_token(site, "alice")

    assert refresh(site, pair["refresh"]).status == 200
    site.wait(minutes=2)

    assert refresh(site, pair["refresh"]).status == 200


@breaches("reuse-at-once", "simplejwt", "simplejwt-stateless")
def test_a_refresh_token_is_good_for_a_thief_seconds_after_its_owner_used_it(site: Site) -> None:
    pair = log_in_by_token(site, "alice")

    assert refresh(site, pair["refresh"]).status == 200
    site.wait(seconds=5)
    stolen = refresh(site, pair["refresh"]).json()

    site.wait(minutes=2)
    assert token_owner(site, stolen["access"]) == "alice"


@breaches("theft-goes-unnoticed", *SIMPLEJWT)
def test_the_thief_who_refreshed_first_goes_on_whatever_the_owner_is_told(site: Site) -> None:
    pair = log_in_by_token(site, "alice")

    stolen = pair | refresh(site, pair["refresh"]).json()
    site.wait(minutes=2)
    refresh(site, pair["refresh"])  # Alice's turn: refused where refresh tokens are used once.

    site.wait(minutes=10)
    assert token_owner(site, refresh(site, stolen["refresh"]).json()["access"]) == "alice"


@breaches("parallel-refresh", "simplejwt-blacklist")
def test_some_who_refresh_one_token_at_once_all_get_one_that_lives(site: Site) -> None:
    # Who comes first is chance. A round in which the server happens to take one after the other
    # says nothing, so there are several: about every other one is enough by itself.
    assert any(living_successors(site) > 1 for _ in range(ROUNDS))


def living_successors(site: Site) -> int:
    """Refresh one token by all of the server's threads at once; return how many results refresh."""
    token = log_in_by_token(site, "alice")["refresh"]
    answers = refresh_at_once(site, token, THREADS)
    new = [answer.json()["refresh"] for answer in answers if answer.status == 200]
    return sum(refresh(site, successor).status == 200 for successor in new)


def refresh_at_once(site: Site, token: str, times: int) -> list[Answer]:
    """Hold the last byte of each request back until all the others are with the server."""
    body = json.dumps({"refresh": token}).encode()
    headers = BEHIND_TLS | {"Content-Type": "application/json", "Content-Length": str(len(body))}
    with ExitStack() as stack:
        connections = [stack.enter_context(closing(site.connect())) for _ in range(times)]
        for connection in connections:
            connection.request("POST", "/api/token/refresh/", body[:-1], headers)
        for connection in connections:
            connection.send(body[-1:])
        return [received(connection) for connection in connections]
