"""Three real servers of one site: what one remembers by itself the others do not know."""

from typing import Any

import pytest

from authcompare.lab import spread
from authcompare.lab.strategies import STRATEGIES

OWN = "locmem://"


@pytest.fixture(scope="module")
def by_list() -> dict[str, Any]:
    return spread.played(STRATEGIES["jwt-denylist"], OWN)


def test_a_token_is_read_at_a_server_that_did_not_issue_it(by_list: Any) -> None:
    assert by_list["read_elsewhere"]


def test_a_deny_list_in_one_server_s_memory_is_not_seen_by_the_others(by_list: Any) -> None:
    assert not by_list["ended_everywhere"]


def test_a_service_that_knows_the_keys_only_believes_the_token_after_its_log_out_too(
    by_list: Any,
) -> None:
    assert by_list["service_believes"]
    assert by_list["after_log_out"]


def test_a_session_ends_at_every_server_and_means_nothing_to_such_a_service() -> None:
    found = spread.played(STRATEGIES["session"], OWN)

    assert found == {
        "read_elsewhere": True,
        "ended_everywhere": True,
        "service_believes": False,
    }


def test_a_session_in_one_server_s_memory_is_none_at_the_others() -> None:
    assert not spread.played(STRATEGIES["django-cache"], OWN)["read_elsewhere"]
