"""Does a stolen credential die when the log-in ends?"""

from collections.abc import Callable

from .. import events
from ..arena import Arena, Unplayable
from ..verdicts import Breached, Held, Verdict
from ..visitor import STAFF_PROBE, Nothing, Visitor
from . import attack, how_long

MONTH_DAYS = 31


def outlives(arena: Arena, event: str, happen: Callable[[Arena, Visitor], object]) -> Verdict:
    """Let a thief copy all that Alice's client holds, let something happen, and try the copy."""
    alice = arena.logged_in("alice")
    thief = alice.copy()
    told = happen(arena, alice)
    if not thief.is_in():
        return Held(f"After {event} the copy opens nothing, and cannot be renewed.")
    why = f" {told.why}" if isinstance(told, Nothing) else ""
    return Breached(f"After {event} the copy is still Alice's.{why} {how_long(arena, thief)}")


@attack(
    "Replay after log-out",
    standards=("OWASP ASVS 5.0 7.4.1", "WSTG-SESS-06", "CWE-613"),
    defence="The server is told of the log-out, remembers it, and asks at each request.",
)
def replay_after_log_out(arena: Arena) -> Verdict:
    """Mallory copies all that Alice's client holds. Alice logs out. Mallory uses the copy."""
    return outlives(arena, "the log-out", events.log_out)


@attack(
    "Replay after log-out everywhere",
    standards=("OWASP ASVS 5.0 7.4.3", "CWE-613"),
    defence="The server knows all log-ins of a user, and ends them with one request.",
)
def replay_after_log_out_everywhere(arena: Arena) -> Verdict:
    """Mallory holds a copy. Alice, at another device, ends all of her log-ins."""
    return outlives(arena, "a log-out everywhere", events.log_out_everywhere)


@attack(
    "Replay after a new password",
    standards=("OWASP ASVS 5.0 7.4.3", "WSTG-SESS-06", "CWE-613"),
    defence="What was issued under the old password says so, and each request compares. SimpleJWT "
    "has the setting CHECK_REVOKE_TOKEN for it.",
)
def replay_after_password_change(arena: Arena) -> Verdict:
    """Mallory holds a copy. Alice sets a new password, which is what people do when in doubt."""
    return outlives(arena, "a new password", events.change_password)


@attack(
    "Replay after deactivation",
    standards=("OWASP ASVS 5.0 7.4.2", "CVE-2024-22513", "CWE-613"),
    defence="Each request learns whether the user is active, by the row or by a list.",
)
def replay_after_deactivation(arena: Arena) -> Verdict:
    """An administrator clears Alice's "active" flag while her client is logged in."""
    return outlives(arena, "deactivation", events.deactivate)


@attack(
    "Replay after deletion",
    standards=("OWASP ASVS 5.0 7.4.2", "CWE-613"),
    defence="Each request learns whether the user exists, by the row or by a list.",
)
def replay_after_deletion(arena: Arena) -> Verdict:
    """Alice's account is deleted while her client is logged in."""
    return outlives(arena, "deletion", events.delete)


@attack(
    "Rights that were taken away",
    standards=("OWASP ASVS 5.0 8.3.1", "RFC 8725 3.10", "CWE-613"),
    defence="Rights are read from the user's row, never from what the client shows.",
)
def rights_taken_away(arena: Arena) -> Verdict:
    """Carol loses her staff status while her client is logged in, and enters the staff's door."""
    carol = arena.logged_in("carol")
    if not carol.read(STAFF_PROBE).ok():
        raise Unplayable("Carol is staff, and the staff's door did not open.")
    events.take_rights_away(arena, carol)
    if not carol.read(STAFF_PROBE).ok():
        return Held("The next request met the door closed.")
    return Breached("The credential itself says that Carol is staff, and goes on saying so.")


@attack(
    "Found after a month",
    standards=("OWASP ASVS 5.0 7.3.1", "NIST SP 800-63B-4 2.1.3", "CWE-613"),
    defence="The server ends what nobody uses; the client's clock decides nothing.",
)
def found_after_a_month(arena: Arena) -> Verdict:
    """Mallory finds a copy of Alice's credential in an old backup, a month after it was made."""
    return outlives(arena, "a month", lambda *_: arena.wait(days=MONTH_DAYS))


@attack(
    "Used for ever",
    standards=("OWASP ASVS 5.0 7.3.2", "NIST SP 800-63B-4 2.1.3", "RFC 9700 4.14.2"),
    defence="A log-in has an absolute end, which neither use nor renewal moves.",
)
def used_for_ever(arena: Arena) -> Verdict:
    """Mallory keeps a copy alive: each hour of the first day, then twice a day for a month."""
    thief = arena.logged_in("alice").copy()
    for hours in (*[1] * 24, *[12] * (2 * MONTH_DAYS)):
        arena.wait(hours=hours)
        if not thief.is_in():
            return Held("However it was used, the copy came to its end within the month.")
    return Breached("Used often enough, the copy never ends.")
