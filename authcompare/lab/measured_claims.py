"""What people say that has to be measured: what many people and many log-ins do to either kind."""

from typing import NamedTuple

from . import results, scaling
from .findings import FAILS, HOLDS, UNSURE, Finding, graded, of, when_measured
from .strategies import OWN, SESSIONS, STOCK_SESSIONS, STOCK_TOKENS, STRATEGIES, TOKENS

KINDS = {"sessions": SESSIONS, "tokens": TOKENS}
LOAD = ("load/", "Many people at the same time")
GROWTH = ("growth/", "How it grows")
COSTS = ("costs/", "What a request costs")


@when_measured
def slowed_by_many() -> Finding:
    people = results.read("load")["users"]
    sessions, tokens = scaling.rates(SESSIONS), scaling.rates(TOKENS)
    sentence = (
        f"From {people[0]} to {people[-1]} people at one server process, sessions went from "
        f"{scaling.span(sessions.values())} requests a second in the median, tokens from "
        f"{scaling.span(tokens.values())}; in brackets is the 95 % interval. With the "
        f"most people {sureness(sessions, 'ways to keep a session')}; "
        f"{sureness(tokens, 'kinds of token')}. The slowest of 100 answers went from "
        f"{scaling.waits(list(sessions))} ms with sessions, from "
        f"{scaling.waits(list(tokens))} ms with tokens; how sure that is was not measured. "
        f"All of it {place('load')}."
    )
    verdict = slowed_surely(sessions, scaling.slowed(tokens))
    return Finding(verdict, sentence, (LOAD,), measured=("load",))


def slowed_surely(sessions: dict[str, scaling.Row], slow_tokens: list[str]) -> str:
    """Return the verdict on the sessions, which is open while some may have been slowed or not."""
    slow = scaling.slowed(sessions)
    if not slow and len(scaling.not_slowed(sessions)) < len(sessions):
        return UNSURE
    verdict = graded(slow, list(sessions))
    return f"{verdict}, for tokens as well" if slow and slow_tokens else verdict


def sureness(rows: dict[str, scaling.Row], kind: str) -> str:
    """Say of how many it is sure that they were slowed, of how many that they were not."""
    slow, steady = scaling.slowed(rows), scaling.not_slowed(rows)
    open_still = len(rows) - len(slow) - len(steady)
    return (
        f"{of(slow, list(rows))} {kind} surely answered less than {100 * scaling.SLOWED:g} % of "
        f"their best, {len(steady)} surely did not, and of {open_still} this run cannot tell"
    )


def place(*runs: str) -> str:
    """Say on what these runs were made: `was measured on one machine, with 2 cores and SQLite`."""
    machines = [results.read(run)["machine"] for run in runs]
    names = [results.DATABASES[machine["database"].split()[0]] for machine in machines]
    places = [f"with {m['cores']} cores and {on}" for m, on in zip(machines, names, strict=True)]
    return f"was measured on one machine, {' or '.join(dict.fromkeys(places))}"


class Part(NamedTuple):
    """One thing that to be scalable can mean: which kind is surely better at it, and the figures.

    Neither is where the intervals meet, and None is where it was not measured.
    """

    better: str | None
    sentence: str


@when_measured
def more_scalable() -> Finding:
    parts = [second_process(), more_rows()]
    measured = ("load", "growth", "bench")
    sentences = [*(part.sentence for part in parts), reading(), f"Each {place(*measured)}."]
    verdict = on_parts([part.better for part in parts])
    return Finding(verdict, " ".join(sentences), (LOAD, GROWTH, COSTS), measured)


def on_parts(better: list[str | None]) -> str:
    """Return the verdict on tokens, given who is surely better at each part."""
    if not any(better):
        return UNSURE
    if "tokens" in better:
        return HOLDS if set(better) == {"tokens"} else "holds in part"
    return FAILS if set(better) == {"sessions"} else "does not hold as far as it is sure"


def second_process() -> Part:
    """Compare how many times as much two server processes answer to the most people as one."""
    if scaling.shares_a_core(2):
        cores = results.read("load")["machine"]["cores"]
        return Part(
            None,
            f"What a second server process adds was not measured: on {cores} cores it shares one "
            "with the people who ask, and gets what they leave of it.",
        )
    found = {kind: scaling.by_second_process(slugs) for kind, slugs in KINDS.items()}
    if not all(found.values()):
        return Part(None, "What a second server process adds was not measured.")
    middles = {kind: scaling.middle(factors.values()) for kind, factors in found.items()}
    better = scaling.surely_most(middles)
    sentence = (
        f"Two server processes answered {middles['sessions']} times as much as one with sessions, "
        f"{middles['tokens']} times with tokens: {told_apart(better, 'more')}."
    )
    return Part(better, sentence)


def more_rows() -> Part:
    """Compare how many times as long a read takes among the most log-ins as among the fewest."""
    found = {kind: scaling.by_rows(slugs) for kind, slugs in KINDS.items()}
    middles = {kind: scaling.middle(factors.values()) for kind, factors in found.items()}
    better = scaling.surely_least(middles)
    sentence = (
        f"Among the most log-ins a read took {middles['sessions']} times as long as among the "
        f"fewest with sessions, {middles['tokens']} times with tokens: "
        f"{told_apart(better, 'less')}. It stands on {of(list(found['sessions']), SESSIONS)} ways "
        f"to keep a session and {of(list(found['tokens']), TOKENS)} kinds of token: of those that "
        "leave the same behind one was timed, of those that leave nothing none."
    )
    return Part(better, sentence)


def told_apart(better: str, how: str) -> str:
    """Say in whose favour two figures differ, if that is sure."""
    return f"surely {how} with {better}" if better else "no difference that is sure"


def reading() -> str:
    """Say what one read costs, which is another question than how that grows."""
    stock = {"sessions": STOCK_SESSIONS, "tokens": STOCK_TOKENS}
    prices = {kind: scaling.prices(slugs) for kind, slugs in stock.items()}
    middles = {kind: scaling.middle(found.values()) for kind, found in prices.items()}
    return (
        "What authentication adds to one read, above the same view without authentication, is "
        f"another question: with libraries as they come {middles['sessions']} µs in the median "
        f"with sessions, {middles['tokens']} with tokens: "
        f"{told_apart(scaling.surely_least(middles), 'less')}. {cheapest(**prices)} Of this "
        f"project's own it is {each(scaling.prices(OWN))}."
    )


def cheapest(sessions: dict[str, scaling.Figure], tokens: dict[str, scaling.Figure]) -> str:
    """Say beside how many tokens the cheapest session is surely cheaper."""
    slug = min(sessions, key=lambda slug: sessions[slug].mean)
    dearer = [token for token, price in tokens.items() if price.low > sessions[slug].high]
    return (
        f"The session for which it is least, {STRATEGIES[slug].title} with {sessions[slug]} µs, "
        f"surely adds less than {of(dearer, list(tokens))} kinds of token."
    )


def each(prices: dict[str, scaling.Figure]) -> str:
    found = (f"{price} µs with {STRATEGIES[slug].title}" for slug, price in prices.items())
    return "; ".join(found) or "not measured"
