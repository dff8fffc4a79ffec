"""For how long, and for how many requests, is a stolen copy still good after an event?

The figure that people choose by. It is measured by moving the clock: the copy is tried again and
again, at shorter distances first, until the server refuses it for good or a month is over.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from .arena import CHEAP_HASHER, Arena, arena
from .events import EVENTS, Event
from .visitor import Nothing, Visitor

MINUTE, DAY = 60, 24 * 60 * 60
# Until when, and in steps of how many seconds. Access tokens end within the first minutes,
# refresh tokens within days, sessions within weeks.
SCHEDULE = ((6 * MINUTE, 5), (DAY, 15 * MINUTE), (31 * DAY, 12 * 60 * MINUTE))
END = SCHEDULE[-1][0]


def moments(last_renewal: int | None = None) -> list[int]:
    """Return the seconds after the event at which the copy is tried.

    After the last renewal it is tried as often as after the event: what that gave ends as soon.
    """
    tried, begin = [0], 0
    for end, step in SCHEDULE:
        tried += steps(begin, end, step)
        begin = end
    if last_renewal is None:
        return tried
    for_long, step = SCHEDULE[0]
    again = steps(last_renewal, last_renewal + for_long, step)
    return sorted({*tried, last_renewal, *again})


def steps(begin: int, end: int, step: int) -> range:
    """Return the multiples of a step after the beginning and until the end."""
    return range(begin + step - begin % step, end + 1, step)


def stolen(place: Arena, event: Event) -> tuple[Visitor, str]:
    """Return a thief with a copy, right after the event, and why nothing happened if so it was."""
    place.reset()
    victim = place.logged_in(event.who)
    thief = victim.copy()
    told = event.happen(place, victim)
    return thief, told.why if isinstance(told, Nothing) else ""


def measure(place: Arena, event: Event, *, renewing: bool) -> dict[str, Any]:
    """Return when the copy was refused for good, and for how many requests it was good till then.

    `refused_at` is in seconds after the event, None where a month did not bring it about. A thief
    who renews does what an honest client does: refused, he renews and tries again. He also does so
    at the last moment at which he can.
    """
    last = last_renewal(place, event) if renewing else None
    thief, why = stolen(place, event)
    passed = 0
    for moment in moments(last):
        place.wait(seconds=moment - passed)
        passed = moment
        if moment == last:
            thief.renew()
        if not accepted(thief, event.watched, renewing=renewing):
            return {"refused_at": moment, "requests": requests(moment), "why": why}
    return {"refused_at": None, "requests": None, "why": why}


def requests(seconds: int) -> int:
    """Return how many requests that is at one a minute, the first of them right at the event."""
    return -(-seconds // MINUTE)


def last_renewal(place: Arena, event: Event) -> int | None:
    """Return the last second after the event at which the copy can be renewed, None without one.

    It is found by bisection, with a copy that was not used before: renewing may move the end.
    """
    if not renewable(place, event, 0):
        return None
    ended = bisect_left(
        range(END + 1), True, lo=1, key=lambda second: not renewable(place, event, second)
    )
    return ended - 1 if ended <= END else None


def renewable(place: Arena, event: Event, second: int) -> bool:
    """Tell whether a copy can be renewed so long after the event."""
    thief, _ = stolen(place, event)
    place.wait(seconds=second)
    answer = thief.renew()
    return not isinstance(answer, Nothing) and answer.ok()


def accepted(thief: Visitor, path: str, *, renewing: bool) -> bool:
    """Tell whether the copy still opens an address."""
    if thief.read(path).ok():
        return True
    if not renewing or isinstance(thief.renew(), Nothing):
        return False
    return thief.read(path).ok()


def run(slug: str) -> Iterator[dict[str, Any]]:
    """Measure every event with one strategy, as `lab.contest` asks; yield a message for each."""
    with arena(slug, hashers=CHEAP_HASHER) as place:
        for event in EVENTS:
            yield {
                "event": event.slug,
                "as_it_is": measure(place, event, renewing=False),
                "renewed": measure(place, event, renewing=True),
            }
