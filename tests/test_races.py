"""Many requests at once, in threads and in processes, on whichever database the suite runs."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from rest_framework.test import APIClient

from authcompare.users.log_ins import EndReason, end_all
from authcompare.users.models import User
from tokens_app.keys import create_ring
from tokens_app.models import TokenFamily

from .conftest import member
from .flows import log_in_by_token
from .servers import Caller, server, servers

PARALLEL, ROUNDS = 16, 200

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    """Sixteen threads, each with its own database connection, closed at the end."""
    with ThreadPoolExecutor(PARALLEL) as pool:
        yield pool
        together = threading.Barrier(PARALLEL)

        def close(_: int) -> None:
            together.wait()
            connection.close()

        list(pool.map(close, range(PARALLEL)))


def by_thread(_: int) -> Any:
    """Return a way to refresh in this process."""
    client = APIClient()

    def refresh(pair: dict[str, str]) -> tuple[int, dict[str, Any]]:
        response = client.post("/api/token/refresh/", {"refresh": pair["refresh"]})
        return response.status_code, response.json()

    return refresh


def assert_one_rotation_a_round(crowd: ThreadPoolExecutor, ways: list[Any], user: User) -> None:
    """Refresh one token in parallel, round after round: one rotation, sixteen good answers."""
    pair = log_in_by_token(user)
    for number in range(1, ROUNDS + 1):
        answers = list(crowd.map(lambda way, pair=pair: way(pair), ways))
        assert [status for status, _ in answers] == [200] * PARALLEL, (number, answers)
        # All of them hold the one current token: whatever differs is the signature's randomness.
        claims = {answer["refresh"].split(".")[1] for _, answer in answers}
        assert len(claims) == 1
        assert TokenFamily.objects.get().generation == number
        pair = answers[number % PARALLEL][1]


def test_threads_that_refresh_one_token_rotate_it_once(crowd: ThreadPoolExecutor) -> None:
    ways = [by_thread(number) for number in range(PARALLEL)]

    assert_one_rotation_a_round(crowd, ways, member("Alice"))


def test_processes_that_refresh_one_token_rotate_it_once(
    crowd: ThreadPoolExecutor, tmp_path: Path
) -> None:
    def way(call: Caller) -> Any:
        return lambda pair: call("POST", "/api/token/refresh/", {"refresh": pair["refresh"]})

    with ExitStack() as stack:
        port = stack.enter_context(server(tmp_path / "log", workers=4))
        callers = [stack.enter_context(Caller(port)) for _ in range(PARALLEL)]
        assert_one_rotation_a_round(crowd, [way(call) for call in callers], member("Alice"))


def test_parallel_log_ins_refreshes_and_log_outs_never_fail(crowd: ThreadPoolExecutor) -> None:
    alice = member("Alice")

    def live(_: int) -> list[int]:
        client, statuses = APIClient(), []
        for _ in range(5):
            pair = log_in_by_token(alice)
            for path in ("refresh", "logout"):
                body = {"refresh": pair["refresh"]}
                statuses.append(client.post(f"/api/token/{path}/", body).status_code)
        return statuses

    assert list(crowd.map(live, range(PARALLEL))) == [[200, 204] * 5] * PARALLEL
    assert not TokenFamily.objects.live().exists()


def test_a_refresh_beside_log_out_everywhere_leaves_nobody_logged_in(
    crowd: ThreadPoolExecutor,
) -> None:
    alice = member("Alice")
    for _ in range(20):
        pair = log_in_by_token(alice)
        refreshes = [crowd.submit(by_thread(0), pair) for _ in range(PARALLEL - 1)]
        crowd.submit(end_all, alice, EndReason.EVERYWHERE).result()

        assert {refresh.result()[0] for refresh in refreshes} <= {200, 401}
        assert by_thread(0)(pair)[0] == 401
        assert not TokenFamily.objects.live().exists()


def test_rotating_the_signing_key_under_load_loses_no_request(
    tmp_path: Path, settings: Any
) -> None:
    settings.SIGNING_KEYS_FILE = tmp_path / "ring.json"
    create_ring(settings.SIGNING_KEYS_FILE)
    first = log_in_by_token(member("Alice"))
    stop = threading.Event()

    def refresh_here_and_read_there(here: int, there: int) -> list[int]:
        pair, statuses = first, []
        with Caller(here) as refresh, Caller(there) as read:
            while not stop.is_set():
                status, pair = refresh("POST", "/api/token/refresh/", {"refresh": pair["refresh"]})
                authorization = f"Bearer {pair.get('access')}"
                statuses += [status, read("GET", "/api/me/", Authorization=authorization)[0]]
        return statuses

    with servers(2, tmp_path / "log") as ports, ThreadPoolExecutor(1) as pool:
        run = pool.submit(refresh_here_and_read_there, *ports)
        for _ in range(10):
            call_command("rotate_signing_key", "--now", stdout=StringIO())
            time.sleep(0.3)
        stop.set()
        statuses = run.result()

    assert len(statuses) > 100
    assert set(statuses) == {200}
