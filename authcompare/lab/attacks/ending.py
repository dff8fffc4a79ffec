"""Does a stolen credential die when the log-in ends?"""

from collections.abc import Callable

from ..arena import Arena
from ..verdicts import Breached, Held, Verdict
from ..visitor import Nothing
from . import attack

Event = Callable[[Arena], str]


def outlives(arena: Arena, event: str, happen: Callable[[], object]) -> Verdict:
    """Let a thief copy all that Alice holds, let something happen, and see what the copy opens."""
    thief = arena.logged_in("alice").copy()
    happen()
    if not thief.is_in():
        return Held(f"After {event} the copy opens nothing and cannot be renewed.")
    return Breached(f"After {event} the copy still opens what Alice may see.")


@attack(
    "Replay after log-out",
    standards=("OWASP ASVS 5.0 7.4.1", "WSTG-SESS-06", "CWE-613"),
    defence="The server must be told, remember it, and ask at each request.",
)
def replay_after_log_out(arena: Arena) -> Verdict:
    """Mallory copies all that Alice's client holds. Alice logs out. Mallory uses the copy."""
    alice = arena.logged_in("alice")
    thief = alice.copy()
    told = alice.log_out()
    if not thief.is_in():
        return Held("The log-out ended the log-in on the server: the copy is dead.")
    why = f" {told.why}" if isinstance(told, Nothing) else ""
    return Breached(f"Alice is out, the copy is in.{why}")
