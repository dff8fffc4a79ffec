"""What is commonly said of sessions and tokens, and what the runs of the lab say to it.

Each claim is one that introductions make, this project's starting point among them. Its finding is
computed from the results: other results, another finding.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import kinds, results
from .durations import words
from .findings import FAILS, HOLDS, Finding, among, graded, of, titles, when_measured
from .measured_claims import more_scalable, slowed_by_many
from .strategies import SESSIONS, STRATEGIES, TOKENS

HOLDINGS = ("credentials/", "What each side holds")
DELAYS = ("delays/", "How long a stolen copy lives")


@dataclass(frozen=True)
class Claim:
    """A sentence as one meets it, and the function that holds it against the results."""

    sentence: str
    check: Callable[[], Finding]


def played(attack: str, slugs: list[str]) -> tuple[list[str], list[str]]:
    """Return those strategies that an attack got through to, and all whom it was played on."""
    row = results.read("attacks").get(attack, {})
    whole = among(slugs, row)
    return [slug for slug in whole if row[slug]["verdict"] == "breached"], whole


def run_of(attack: str, title: str) -> tuple[str, str]:
    return f"attacks/{attack}/", title


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


CLAIMS = [
    Claim("Sessions live in the server's memory.", server_memory),
    Claim("The browser sends a session's cookie by itself, with every request.", sent_by_itself),
    Claim("Tokens are encrypted.", encrypted),
    Claim("A page keeps the token in localStorage and sends it with every request.", local_storage),
    Claim("Whoever logs out is logged out.", log_out_ends_it),
    Claim("Sessions slow an application down when many use it at the same time.", slowed_by_many),
    Claim("Tokens are more scalable than sessions.", more_scalable),
]
