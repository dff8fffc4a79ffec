"""Clients that hold parts of two users' credentials at once, and for whom the server then acts.

Which parts come together in one request is seen, not declared.
"""

from itertools import combinations

from ..arena import Arena
from ..credentials import parts_of, with_value
from ..visitor import Nothing, Visitor

# Which parts are Alice's; the others are Mallory's.
Mix = frozenset[str]
# For whom the server acted, by verb: a name of the cast, or None where it refused.
Acted = dict[str, str | None]


def sent_together(arena: Arena) -> list[str]:
    """Return the names of the parts that Bob's own client sends in one request with others."""
    bob = arena.logged_in("bob")
    parts, first = parts_of(bob), len(arena.exchanges)
    bob.read(), bob.write("Bob"), bob.renew()
    sent = [e.request.head() + e.request.body.decode() for e in arena.exchanges[first:]]
    seen = [{part.name for part in parts if part.value in text} for text in sent]
    together = {name for names in seen if len(names) > 1 for name in names}
    return [part.name for part in parts if part.name in together]


def mixes_of(names: list[str]) -> list[Mix]:
    """Return every way to take some of the parts from Alice and the others from Mallory."""
    return [Mix(some) for size in range(1, len(names)) for some in combinations(names, size)]


def mixed(arena: Arena, mix: Mix) -> Visitor:
    """Return a client of Mallory's that holds these parts of Alice's in the place of her own."""
    alice, client = arena.logged_in("alice"), arena.logged_in("mallory")
    for part in parts_of(alice):
        client = with_value(client, part, part.value) if part.name in mix else client
    return client


def acted_for(arena: Arena, mix: Mix) -> Acted:
    """Let a mixed client read, write and renew; return for whom the server did each."""
    client, new_name = mixed(arena, mix), f"Written with Alice's {', '.join(sorted(mix))}"
    acted = {"read": _name_of(arena, client.identity())}
    client.write(new_name)
    written = [name for name in ("alice", "mallory") if arena.user(name).name == new_name]
    acted["write"] = written[0] if written else None
    renewed = client.renew()
    if not isinstance(renewed, Nothing):
        acted["renew"] = _name_of(arena, client.identity()) if renewed.ok() else None
    return acted


def _name_of(arena: Arena, user_id: str | None) -> str | None:
    return next((name for name in ("alice", "mallory") if arena.id_of(name) == user_id), None)


def deciding(outcomes: dict[Mix, Acted], names: list[str], *verbs: str) -> list[str]:
    """Return the parts whose owner alone the server ever acted for, in these verbs."""
    return [
        name
        for name in names
        if all(
            acted.get(verb) in (None, "alice" if name in mix else "mallory")
            for mix, acted in outcomes.items()
            for verb in verbs
        )
    ]
