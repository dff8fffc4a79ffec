"""How soon an access token dies: the three choices, and a cache that fails."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from authcompare.settings import cache as cache_settings
from authcompare.users.log_ins import EndReason, end_all
from authcompare.users.models import User
from tokens_app import revocation
from tokens_app.models import TokenFamily

from .flows import bearer, log_in_by_token
from .test_tokens_flow import log_out, refresh, verify

pytestmark = pytest.mark.django_db


class CommandCounter:
    """Counts the cache's commands, and fails them all while it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.commands: list[str] = []
        self.broken = False
        for name in ("get_many", "set_many", "set", "delete"):
            monkeypatch.setattr(cache, name, self._counted(name, getattr(cache, name)))

    def _counted(self, name: str, method: Any) -> Any:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.commands.append(name)
            if self.broken:
                raise ConnectionError("the cache is down")
            return method(*args, **kwargs)

        return counted


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> CommandCounter:
    """The cache, watched and breakable."""
    return CommandCounter(monkeypatch)


@pytest.fixture
def denylist(settings: Any, monkeypatch: pytest.MonkeyPatch) -> revocation.DenyList:
    """A complete deny-list of this test's own."""
    settings.TOKEN_REVOCATION = "denylist"
    denylist = revocation.DenyList()
    monkeypatch.setitem(revocation.CHOICES, "denylist", denylist)
    denylist._complete()
    return denylist


@pytest.fixture
def empty_cache(denylist: revocation.DenyList) -> Any:
    """Lose what the deny-list holds, as a restarted Redis does."""
    return lambda: cache.delete_many(
        [denylist.COMPLETE, *(denylist._key(family.pk) for family in TokenFamily.objects.all())]
    )


def me(pair: dict[str, str]) -> int:
    return bearer(pair).get("/api/me/").status_code


class TestRow:
    """Each request reads family and user."""

    @pytest.fixture(autouse=True)
    def _chosen(self, settings: Any) -> None:
        settings.TOKEN_REVOCATION = "row"

    def test_an_ended_log_in_is_refused_at_once(self, alice: User) -> None:
        pair = log_in_by_token(alice)
        log_out(pair)

        assert me(pair) == 401

    def test_no_cache_is_asked(self, alice: User, counter: CommandCounter) -> None:
        me(log_in_by_token(alice))

        assert counter.commands == []


class TestDenyList:
    """Each request asks the shared cache."""

    def test_an_ended_log_in_is_refused_at_once(
        self, alice: User, denylist: revocation.DenyList
    ) -> None:
        pair = log_in_by_token(alice)
        assert me(pair) == 200
        log_out(pair)

        assert me(pair) == 401

    def test_the_other_log_ins_go_on(self, alice: User, denylist: revocation.DenyList) -> None:
        here, there = log_in_by_token(alice), log_in_by_token(alice)
        log_out(here)

        assert me(there) == 200

    def test_a_log_in_right_after_everything_ended_works(
        self, alice: User, denylist: revocation.DenyList
    ) -> None:
        with time_machine.travel(timezone.now(), tick=False):
            old = log_in_by_token(alice)
            end_all(alice, EndReason.EVERYWHERE)
            new = log_in_by_token(alice)

            assert (me(old), me(new)) == (401, 200)

    def test_a_request_that_needs_no_user_asks_the_cache_once_and_the_database_never(
        self,
        alice: User,
        denylist: revocation.DenyList,
        counter: CommandCounter,
        django_assert_num_queries: Any,
    ) -> None:
        client = bearer(log_in_by_token(alice))
        with django_assert_num_queries(0):
            response = client.options("/api/token/logout/all/")

        assert response.status_code == 200
        assert counter.commands == ["get_many"]

    def test_the_shared_resource_reads_its_user_and_no_more(
        self, alice: User, denylist: revocation.DenyList, django_assert_num_queries: Any
    ) -> None:
        client = bearer(log_in_by_token(alice))
        with django_assert_num_queries(1):
            client.get("/api/me/")

    def test_an_entry_outlives_every_token_that_it_denies(
        self, alice: User, denylist: revocation.DenyList, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        timeouts: list[float] = []
        monkeypatch.setattr(cache, "set_many", lambda _, timeout: timeouts.append(timeout))
        log_out(log_in_by_token(alice))

        assert timeouts == [301]

    def test_a_user_deactivated_behind_the_models_back_is_refused(
        self, alice: User, denylist: revocation.DenyList
    ) -> None:
        pair = log_in_by_token(alice)
        User.objects.update(is_active=False)

        assert me(pair) == 401
        assert verify(pair["access"]).status_code == 401

    def test_a_transaction_that_fails_leaves_the_log_in_denied_and_not_open(
        self, alice: User, denylist: revocation.DenyList
    ) -> None:
        pair = log_in_by_token(alice)
        with transaction.atomic():
            end_all(alice, EndReason.EVERYWHERE)
            transaction.set_rollback(True)

        assert me(pair) == 401


class TestDenyListWithoutItsCache:
    """Emptied, unreachable, back again: never silently open."""

    def test_after_the_cache_was_emptied_the_row_is_read(
        self, alice: User, denylist: revocation.DenyList, empty_cache: Any
    ) -> None:
        pair = log_in_by_token(alice)
        log_out(pair)
        empty_cache()

        assert me(pair) == 401

    def test_and_then_the_list_is_complete_again(
        self,
        alice: User,
        denylist: revocation.DenyList,
        empty_cache: Any,
        counter: CommandCounter,
    ) -> None:
        ended, live = log_in_by_token(alice), log_in_by_token(alice)
        log_out(ended)
        empty_cache()
        me(live)
        counter.commands.clear()

        assert (me(ended), me(live)) == (401, 200)
        assert counter.commands == ["get_many", "get_many"]

    def test_while_the_cache_is_down_the_row_is_read(
        self, alice: User, denylist: revocation.DenyList, counter: CommandCounter
    ) -> None:
        ended, live = log_in_by_token(alice), log_in_by_token(alice)
        log_out(ended)
        counter.broken = True

        assert (me(ended), me(live)) == (401, 200)

    def test_a_log_out_while_the_cache_is_down_holds_when_it_is_back(
        self, alice: User, denylist: revocation.DenyList, counter: CommandCounter
    ) -> None:
        pair = log_in_by_token(alice)
        counter.broken = True
        assert log_out(pair).status_code == 204
        counter.broken = False

        assert me(pair) == 401
        assert me(pair) == 401

    def test_a_redis_that_is_not_there_is_a_row_read_and_no_error(
        self, alice: User, denylist: revocation.DenyList
    ) -> None:
        ended, live = log_in_by_token(alice), log_in_by_token(alice)
        nobody_listens = cache_settings("redis://127.0.0.1:1/0")

        with override_settings(CACHES={"default": nobody_listens}):
            assert log_out(ended).status_code == 204
            assert (me(ended), me(live)) == (401, 200)

    def test_long_ended_log_ins_are_not_listed_again(
        self, alice: User, denylist: revocation.DenyList, empty_cache: Any
    ) -> None:
        log_out(log_in_by_token(alice))
        TokenFamily.objects.update(ended_at=timezone.now() - timedelta(minutes=6))
        empty_cache()
        denylist._complete()

        assert cache.get(denylist._key(TokenFamily.objects.get().pk)) is None


class TestNone:
    """Nobody asks."""

    @pytest.fixture(autouse=True)
    def _chosen(self, settings: Any) -> None:
        settings.TOKEN_REVOCATION = "none"

    def test_a_token_outlives_its_log_in_until_it_expires(self, alice: User) -> None:
        pair = log_in_by_token(alice)
        log_out(pair)

        assert me(pair) == 200
        assert refresh(pair).status_code == 401
        with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
            assert me(pair) == 401

    def test_the_verify_endpoint_is_exact_all_the_same(self, alice: User) -> None:
        pair = log_in_by_token(alice)
        log_out(pair)

        assert verify(pair["access"]).status_code == 401

    def test_a_deleted_user_is_refused(self, alice: User) -> None:
        pair = log_in_by_token(alice)
        alice.delete()

        assert me(pair) == 401


def test_an_access_token_does_not_outlive_its_log_in(alice: User) -> None:
    pair = log_in_by_token(alice)
    soon = timezone.now() + timedelta(minutes=1)
    TokenFamily.objects.update(expires_at=soon, idle_expires_at=soon)

    assert refresh(pair).json()["access_expires_at"] <= f"{soon:%Y-%m-%dT%H:%M:%S}Z"
