"""Counting attempts: in Redis or in memory, over threads and over processes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.test import RequestFactory, override_settings

from authcompare.settings import cache as cache_settings
from authcompare.users import counters, limits
from authcompare.users.limits import Rule, Throttled
from authcompare.users.models import User

from .conftest import PASSWORD, member
from .servers import Caller, server
from .test_limits import by_token, clock, guess  # noqa: F401  (one is a fixture)
from .test_races import PARALLEL, crowd  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


class TestCounters:
    """What the counting itself promises."""

    def test_no_address_stands_in_redis_and_no_account(self, alice: User, rf: Any) -> None:
        keys = [w.key for w in limits.windows_of(Rule.LOG_IN, rf.get("/"), alice.email)]

        assert len({*keys}) == 3
        assert all(len(key) == 64 and int(key, 16) for key in keys)

    def test_local_memory_forgets_what_is_over(self, db: None, clock: Any) -> None:  # noqa: F811
        storage = counters.LocalStorage()
        for number in range(100):
            storage.acquire_entry(str(number), 5, 60)
        clock.shift(timedelta(minutes=2))
        storage.acquire_entry("new", 5, 60)

        assert set(storage._moments) == set(storage._over_at) == {"new"}

    def test_without_redis_it_counts_in_memory_and_says_so(
        self, alice: User, settings: Any, monkeypatch: Any, caplog: Any
    ) -> None:
        monkeypatch.setattr(counters.windows, "_redis_again_at", 0.0)
        settings.TOKEN_REVOCATION = "row"
        nobody_listens = {**cache_settings("redis://127.0.0.1:1/0"), "KEY_PREFIX": "none"}

        with override_settings(SHARED_CACHE=True, CACHES={"default": nobody_listens}):
            assert guess(20) == {401}
            assert by_token(alice.email, PASSWORD).status_code == 429
        assert "Redis does not answer" in caplog.text


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Parallel guesses learn no more than guesses one after the other."""

    @pytest.fixture(autouse=True)
    def _few(self, settings: Any) -> None:
        rates = {**settings.RATE_LIMITS, "log_in": {"account_and_network": "5 per 5 minutes"}}
        settings.RATE_LIMITS = rates

    def test_guesses_that_were_all_checked_at_once_are_decided_one_by_one(
        self,
        crowd: ThreadPoolExecutor,  # noqa: F811
        rf: RequestFactory,
    ) -> None:
        together = threading.Barrier(PARALLEL)

        def wrong() -> bool:
            together.wait(30)  # Everybody has passed the first check by now.
            return False

        def one(_: int) -> str:
            try:
                limits.guess(rf.post("/"), "alice@example.com", wrong)
            except Throttled:
                return "throttled"
            return "wrong"

        answers = list(crowd.map(one, range(PARALLEL)))
        assert (answers.count("wrong"), answers.count("throttled")) == (5, PARALLEL - 5)

    def test_a_right_guess_that_was_overtaken_learns_nothing(self, rf: RequestFactory) -> None:
        def right_while_others_fail() -> bool:
            for _ in range(5):
                limits.count(Rule.LOG_IN, rf.post("/"), "alice@example.com")
            return True

        with pytest.raises(Throttled):
            limits.guess(rf.post("/"), "alice@example.com", right_while_others_fail)

    def test_threads_share_one_counter(
        self,
        crowd: ThreadPoolExecutor,  # noqa: F811
    ) -> None:
        member("Alice")
        answers = crowd.map(lambda _: by_token("alice@example.com").status_code, range(64))

        assert list(answers).count(401) == 5

    @pytest.mark.skipif(not project.SHARED_CACHE, reason="processes share what is in Redis")
    def test_processes_share_one_counter(
        self,
        crowd: ThreadPoolExecutor,  # noqa: F811
        tmp_path: Path,
    ) -> None:
        def some(call: Caller) -> list[int]:
            credentials = {"email": "alice@example.com", "password": "wrong"}
            return [call("POST", "/api/token/", credentials)[0] for _ in range(4)]

        with server(tmp_path / "log", workers=4) as port:
            callers = [Caller(port) for _ in range(PARALLEL)]
            statuses = [status for four in crowd.map(some, callers) for status in four]
            for caller in callers:
                caller.connection.close()

        assert (statuses.count(401), statuses.count(429)) == (20, 44)
