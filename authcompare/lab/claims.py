"""What is commonly said of sessions and tokens, and what the runs of the lab say to it.

Each claim is one that introductions make, this project's starting point among them. Its finding is
computed from the results: other results, another finding.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from . import kinds, results, scaling
from .durations import words
from .strategies import OWN, SESSIONS, STOCK_SESSIONS, STOCK_TOKENS, STRATEGIES, TOKENS

HOLDS, FAILS, UNKNOWN = "holds", "does not hold", "not measured yet"
# The intervals meet, so that another run of the same may say the opposite.
UNSURE = "no difference was measured that is sure"
KINDS = {"sessions": SESSIONS, "tokens": TOKENS}
HOLDINGS = ("credentials/", "What each side holds")
DELAYS = ("delays/", "How long a stolen copy lives")
LOAD = ("load/", "Many people at the same time")
GROWTH = ("growth/", "How it grows")
COSTS = ("costs/", "What a request costs")


@dataclass(frozen=True)
class Finding:
    """What the runs say: a verdict, in how far, and the pages that show the run.

    `measured` names the results whose figures another machine would not give.
    """

    verdict: str
    sentence: str
    runs: tuple[tuple[str, str], ...] = ()
    measured: tuple[str, ...] = ()


NOT_MEASURED = Finding(UNKNOWN, "The runs that would tell have not been made yet.")


@dataclass(frozen=True)
class Claim:
    """A sentence as one meets it, and the function that holds it against the results."""

    sentence: str
    check: Callable[[], Finding]


def among(slugs: list[str], found: Collection[str]) -> list[str]:
    """Return those strategies of which something was found. Raises `ValueError` for none."""
    if played := [slug for slug in slugs if slug in found]:
        return played
    raise ValueError("None of them was played.")


def played(attack: str, slugs: list[str]) -> tuple[list[str], list[str]]:
    """Return those strategies that an attack got through to, and all whom it was played on."""
    row = results.read("attacks").get(attack, {})
    whole = among(slugs, row)
    return [slug for slug in whole if row[slug]["verdict"] == "breached"], whole


def of(part: list[str], whole: list[str]) -> str:
    """Return a share in words: `2 of 5`."""
    return f"{len(part)} of {len(whole)}"


def graded(part: list[str], whole: list[str]) -> str:
    """Return the verdict on a sentence that came true for these strategies of all."""
    if len(part) in (0, len(whole)):
        return HOLDS if part else FAILS
    return f"holds for {of(part, whole)}"


def titles(slugs: list[str]) -> str:
    return "; ".join(STRATEGIES[slug].title for slug in slugs) or "none"


def run_of(attack: str, title: str) -> tuple[str, str]:
    return f"attacks/{attack}/", title


def when_measured(check: Callable[[], Finding]) -> Callable[[], Finding]:
    """Leave a finding open for as long as there is nothing to compute it from.

    That is no result at all, or none of one kind, of which there is no least and no median.
    """

    def finding() -> Finding:
        try:
            return check()
        except (FileNotFoundError, ValueError):
            return NOT_MEASURED

    return finding


@when_measured
def server_memory() -> Finding:
    facts = results.read("facts")
    sessions = among(SESSIONS, facts)
    lost = [slug for slug in sessions if not facts[slug]["survives_restart"]]
    kept = [slug for slug in sessions if slug not in lost]
    sentence = (
        f"Of {len(sessions)} ways to keep a session {len(lost)} lost it when the server's memory "
        f"was emptied: {titles(lost)}. It outlived that with: {titles(kept)}.{caches_of(sessions)}"
    )
    return Finding(graded(lost, sessions), sentence, (HOLDINGS,))


def caches_of(slugs: list[str]) -> str:
    """Say what cache they had who keep something in one; facts are observed with no other."""
    cached = [slug for slug in slugs if any("cache" in kept for kept in STRATEGIES[slug].stores)]
    if not cached:
        return ""
    return (
        " In that run the cache was the memory of the server's own process, not a server of its "
        f"own; it is what these keep sessions in: {titles(cached)}."
    )


@when_measured
def sent_by_itself() -> Finding:
    facts = results.read("facts")
    sessions, tokens = among(SESSIONS, facts), among(TOKENS, facts)
    shown, shown_tokens = kinds.shown_by_itself(sessions), kinds.shown_by_itself(tokens)
    near, hidden = kinds.kept_to_the_site(shown), kinds.out_of_reach(shown, "read")
    sentence = (
        f"So it was observed of {of(shown, sessions)} ways to keep a session, and of "
        f"{of(shown_tokens, tokens)} kinds of token; with the rest a script has to add it. What "
        "the browser adds needs CSRF protection. It can be kept from scripts, as "
        f"{of(hidden, shown)} were, and out of other sites' forms, as {of(near, shown)} "
        "were by SameSite."
    )
    verdict = graded(shown, sessions)
    if verdict == HOLDS and near:
        verdict = "holds within the site"
    return Finding(verdict, sentence, (HOLDINGS,))


@when_measured
def encrypted() -> Finding:
    read, tokens = played("reading-the-credential", TOKENS)
    silent = [slug for slug in tokens if slug not in read]
    sentence = (
        f"Without any key {of(read, tokens)} kinds of token said whose they are. Nothing could be "
        f"read with: {titles(silent)}."
    )
    if read:
        forged, edited = played("edited-content", read)
        sentence += (
            f" An edited copy was accepted with {of(forged, edited)} of those that could be read: "
            "a signature keeps a text from being changed, not from being read."
        )
    # One that can be read is enough; one that cannot may as well be a random key.
    verdict = FAILS if read else "holds as far as was seen"
    runs = (
        run_of("reading-the-credential", "Reading the credential"),
        run_of("edited-content", "Edited content"),
    )
    return Finding(verdict, sentence, runs)


@when_measured
def local_storage() -> Finding:
    taken, tokens = played("theft-by-script", TOKENS)
    taken_sessions, sessions = played("theft-by-script", SESSIONS)
    sentence = (
        "One foreign script in the page took away what opens the account with "
        f"{of(taken, tokens)} strategies with tokens, against {of(taken_sessions, sessions)} with "
        f"sessions.{without_renewal(taken)}"
    )
    verdict = "holds when no foreign script ever runs in the page" if taken else HOLDS
    runs = (run_of("theft-by-script", "Theft by script"), HOLDINGS)
    return Finding(verdict, sentence, runs)


def without_renewal(taken: list[str]) -> str:
    """Say what became of copies whose means to renew no script could read."""
    row = results.read("attacks")["theft-by-script"]
    hidden = kinds.out_of_reach(taken, "renew")
    return "".join(
        f" With {STRATEGIES[slug].title} no script can read what renews it. What came of the theft "
        f"there: {row[slug]['reason']}"
        for slug in hidden
    )


@when_measured
def log_out_ends_it() -> Finding:
    ends = {
        slug: events["log-out"]["renewed"]
        for slug, events in results.read("delays").items()
        if "log-out" in events
    }
    late = [slug for slug, end in ends.items() if end["refused_at"] != 0]
    untold = [slug for slug in late if ends[slug]["why"]]
    in_time = [slug for slug in ends if slug not in late]
    sentence = (
        f"A copy outlived the log-out in {of(late, list(ends))} strategies{longest(ends)}: "
        f"{of(*late_among(SESSIONS, late, ends))} ways to keep a session, "
        f"{of(*late_among(TOKENS, late, ends))} kinds of token. With {of(untold, late)} of "
        f"them the server was not even told of the log-out.{undecided(late, ends)}"
    )
    return Finding(graded(in_time, list(ends)), sentence, (DELAYS,))


def longest(ends: dict[str, Any]) -> str:
    """Say for how long the longest-lived copy was good, if any was good at all."""
    seconds = [end["refused_at"] for end in ends.values()]
    if not any(second != 0 for second in seconds):
        return ""
    return f", in one {'for ever' if None in seconds else f'for {words(max(seconds))}'}"


def late_among(
    kind: list[str], late: list[str], ends: dict[str, Any]
) -> tuple[list[str], list[str]]:
    """Return those of a kind with which a copy outlived the log-out, and all of the kind."""
    whole = among(kind, ends)
    return [slug for slug in whole if slug in late], whole


def undecided(late: list[str], ends: dict[str, Any]) -> str:
    """Say that the kind does not decide it, where either kind has some of both outcomes."""
    verdicts = [graded(*late_among(kind, late, ends)) for kind in (SESSIONS, TOKENS)]
    if HOLDS in verdicts or FAILS in verdicts:
        return ""
    return " Whether it is a session or a token does not decide it."


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
    places = [f"with {m['cores']} cores and {results.DATABASES[m['database']]}" for m in machines]
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


CLAIMS = [
    Claim("Sessions live in the server's memory.", server_memory),
    Claim("The browser sends a session's cookie by itself, with every request.", sent_by_itself),
    Claim("Tokens are encrypted.", encrypted),
    Claim("A page keeps the token in localStorage and sends it with every request.", local_storage),
    Claim("Whoever logs out is logged out.", log_out_ends_it),
    Claim("Sessions slow an application down when many use it at the same time.", slowed_by_many),
    Claim("Tokens are more scalable than sessions.", more_scalable),
]
