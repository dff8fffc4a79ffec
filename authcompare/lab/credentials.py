"""What a client ends up holding, observed from what the server sent and asks for.

Nothing here is declared by a strategy. Where a part travels and who can read it is read off the
answers; what it is needed for is found by leaving it out and trying.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .visitor import Nothing, Visitor


@dataclass(frozen=True)
class Part:
    """One value that the client holds.

    `ambient`: the browser sends it by itself. `readable`: a script in the page can read it.
    `needed_for`: the verbs that fail without it.
    """

    name: str
    value: str
    ambient: bool
    readable: bool
    same_site: str
    needed_for: tuple[str, ...] = ()


def parts_of(visitor: Visitor) -> list[Part]:
    """Return the parts that a client holds now; what they are needed for is not known yet."""
    cookies = [
        Part(c.name, c.value, ambient=True, readable=not c.http_only, same_site=c.same_site)
        for c in visitor.jar
    ]
    tokens = [
        Part(name, value, ambient=False, readable=True, same_site="")
        for name, value in visitor.tokens.items()
    ]
    return [*cookies, *tokens]


def without(visitor: Visitor, part: Part) -> Visitor:
    """Return a copy of the client that does not hold this part."""
    return holding(visitor, [other for other in parts_of(visitor) if other.name != part.name])


def holding(visitor: Visitor, parts: list[Part]) -> Visitor:
    """Return a copy of the client that holds these parts and no others."""
    names = {part.name for part in parts}
    copied = visitor.copy()
    for cookie in list(copied.jar):
        if cookie.name not in names:
            copied.jar.drop(cookie)
    copied.tokens = {name: value for name, value in copied.tokens.items() if name in names}
    return copied


def with_value(visitor: Visitor, part: Part, value: str) -> Visitor:
    """Return a copy of the client in which the part has another value."""
    copied = visitor.copy()
    if not part.ambient:
        copied.tokens[part.name] = value
    for cookie in [c for c in copied.jar if c.name == part.name and part.ambient]:
        copied.jar.put(replace(cookie, value=value))
    return copied


def observe(log_in: Callable[[], Visitor]) -> list[Part]:
    """Return the parts that a client holds after a log-in, each with what it is needed for.

    `log_in` is called for each trial, since renewing with a copy would spoil the next one.
    """
    return [replace(part, needed_for=_needed_for(log_in, part)) for part in parts_of(log_in())]


def _needed_for(log_in: Callable[[], Visitor], part: Part) -> tuple[str, ...]:
    return tuple(
        verb
        for verb, works in TRIALS.items()
        if works(log_in()) and not works(without(log_in(), part))
    )


def _can_renew(visitor: Visitor) -> bool:
    """Tell whether renewing is answered with what opens something: an answer alone is nothing."""
    answer = visitor.renew()
    return isinstance(answer, Nothing) or (answer.ok() and visitor.identity() is not None)


TRIALS: dict[str, Callable[[Visitor], bool]] = {
    "read": lambda visitor: visitor.identity() is not None,
    "write": lambda visitor: visitor.write("Alice").ok(),
    "renew": _can_renew,
}
