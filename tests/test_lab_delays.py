"""For how long a stolen copy is good: when it is tried, and what is counted."""

from typing import Any

import pytest

from authcompare.lab import delays, results
from authcompare.lab.arena import Arena
from authcompare.lab.events import EVENTS
from authcompare.lab.strategies import CONTESTANTS
from authcompare.lab.visitor import Nothing

MINUTE, DAY = 60, 24 * 60 * 60


def test_a_copy_is_tried_more_often_at_first_and_at_last_after_a_month() -> None:
    tried = delays.moments()

    assert tried[:3] == [0, 5, 10]
    assert tried[72:75] == [6 * MINUTE, 15 * MINUTE, 30 * MINUTE]
    assert tried[-1] == 31 * DAY
    assert tried == sorted(set(tried))


def test_a_copy_is_tried_at_its_last_renewal_and_often_after_it() -> None:
    tried = delays.moments(DAY - 1)
    begin = tried.index(DAY - 1)

    assert tried[begin : begin + 3] == [DAY - 1, DAY, DAY + 5]
    assert DAY + 5 * MINUTE in tried
    assert set(delays.moments()) < set(tried)


@pytest.mark.parametrize(("end", "last"), [(0, None), (1, 0), (DAY, DAY - 1), (None, None)])
def test_the_last_renewal_is_found_to_the_second(
    end: int | None, last: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delays, "renewable", lambda *at: end is None or at[-1] < end)

    assert delays.last_renewal(Arena(*[Nothing("")] * 3), EVENTS[0]) == last  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "count"), [(0, 0), (5, 1), (5 * MINUTE, 5), (5 * MINUTE + 5, 6), (DAY, 24 * 60)]
)
def test_a_request_a_minute_is_counted_from_the_event_on(seconds: int, count: int) -> None:
    assert delays.requests(seconds) == count


def outcomes() -> list[dict[str, Any]]:
    events = [event for row in results.read("delays").values() for event in row.values()]
    return [event[how] for event in events for how in ("as_it_is", "renewed")]


def test_no_requests_are_counted_of_a_copy_that_never_ends() -> None:
    assert any(found["refused_at"] is None for found in outcomes())
    assert all((found["refused_at"] is None) == (found["requests"] is None) for found in outcomes())


def test_a_thief_who_renews_has_a_copy_for_at_least_as_long() -> None:
    for strategy in CONTESTANTS:
        for found in results.read("delays")[strategy.slug].values():
            as_it_is, renewed = (found[how]["refused_at"] for how in ("as_it_is", "renewed"))
            assert renewed is None or (as_it_is is not None and renewed >= as_it_is)


def test_what_a_last_renewal_gives_outlives_what_it_was_renewed_with() -> None:
    log_out = results.read("delays")["simplejwt"]["log-out"]
    access, refresh = log_out["as_it_is"]["refused_at"], DAY

    assert log_out["renewed"]["refused_at"] == refresh + access


def keeps_rows_of_log_ins(slug: str) -> bool:
    """Tell whether a log-in was seen to add a row somewhere."""
    (step,) = (s for s in results.read("traces")["traces"][slug]["steps"] if s["verb"] == "log in")
    return any(table["added"] for table in step["tables"])


@pytest.mark.parametrize("strategy", CONTESTANTS, ids=lambda strategy: strategy.slug)
def test_only_who_keeps_no_row_of_a_log_in_is_said_to_have_no_list_of_them(strategy: Any) -> None:
    told = results.read("delays")[strategy.slug]["log-out-everywhere"]["renewed"]["why"]

    assert ("no list" in told) <= (not keeps_rows_of_log_ins(strategy.slug))
