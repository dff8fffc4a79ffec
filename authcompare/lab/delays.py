"""For how long, and for how many requests, is a stolen copy still good after an event?

The figure that people choose by. It is measured by moving the clock: the copy is tried again and
again, at shorter distances first, until the server refuses it for good or a month is over.
"""

from collections.abc import Iterator
from typing import Any

from .arena import CHEAP_HASHER, Arena, arena
from .events import EVENTS, Event
from .visitor import Nothing, Visitor

MINUTE, DAY = 60, 24 * 60 * 60
# Until when, and in steps of how many seconds. Access tokens end within the first minutes,
# refresh tokens within days, sessions within weeks.
SCHEDULE = ((6 * MINUTE, 5), (DAY, 15 * MINUTE), (31 * DAY, 12 * 60 * MINUTE))


def moments() -> Iterator[int]:
    """Yield the seconds after the event at which the copy is tried."""
    begin = 0
    for end, step in SCHEDULE:
        yield from range(begin - begin % step + (step if begin else 0), end + 1, step)
        begin = end


def measure(place: Arena, event: Event, *, renewing: bool) -> dict[str, Any]:
    """Return when the copy was refused for good, and how many requests it was good for till then.

    `refused_at` is in seconds after the event, None where a month did not bring it about. A thief
    who renews does what an honest client does: refused, he renews and tries again.
    """
    place.reset()
    victim = place.logged_in(event.who)
    thief = victim.copy()
    told = event.happen(place, victim)
    why = told.why if isinstance(told, Nothing) else ""
    passed = requests = 0
    for moment in moments():
        place.wait(seconds=moment - passed)
        passed = moment
        if not accepted(thief, event.watched, renewing=renewing):
            return {"refused_at": moment, "requests": requests, "why": why}
        requests += 1
    return {"refused_at": None, "requests": requests, "why": why}


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
