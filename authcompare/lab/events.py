"""What ends a log-in, or should: the events after which a stolen copy ought to be worthless."""

from collections.abc import Callable
from dataclasses import dataclass

from .arena import PASSWORD, Arena
from .visitor import PROBE, STAFF_PROBE, Visitor

# A new password; the same rules hold for it.
NEW_PASSWORD = PASSWORD[::-1]


@dataclass(frozen=True)
class Event:
    """Something that happens to somebody whose client is logged in.

    `watched` is the address at which the copy must be refused from then on.
    """

    slug: str
    title: str
    who: str
    happen: Callable[[Arena, Visitor], object]
    watched: str = PROBE


def log_out(arena: Arena, visitor: Visitor) -> object:
    return visitor.log_out()


def log_out_everywhere(arena: Arena, visitor: Visitor) -> object:
    return arena.logged_in(visitor.name).log_out_everywhere()


def change_password(arena: Arena, visitor: Visitor) -> None:
    user = arena.user(visitor.name)
    user.set_password(NEW_PASSWORD)
    user.save()


def deactivate(arena: Arena, visitor: Visitor) -> None:
    user = arena.user(visitor.name)
    user.is_active = False
    user.save()


def delete(arena: Arena, visitor: Visitor) -> None:
    arena.user(visitor.name).delete()


def take_rights_away(arena: Arena, visitor: Visitor) -> None:
    user = arena.user(visitor.name)
    user.is_staff = False
    user.save()


EVENTS = [
    Event("log-out", "Log-out", "alice", log_out),
    Event("log-out-everywhere", "Log-out everywhere", "alice", log_out_everywhere),
    Event("password-change", "New password", "alice", change_password),
    Event("deactivation", "Deactivation", "alice", deactivate),
    Event("deletion", "Deletion", "alice", delete),
    Event("role-loss", "Loss of a right", "carol", take_rights_away, STAFF_PROBE),
]
