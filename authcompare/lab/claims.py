"""What is commonly said of sessions and tokens, and what the runs of the lab say to it.

Each claim is one that introductions make, this project's starting point among them. Its finding is
computed from the results: other results, another finding.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import StatisticsError

from . import results, scaling
from .durations import words
from .figures import told
from .kinds import cookie_sessions, script_tokens

HOLDS, FAILS, UNKNOWN = "holds", "does not hold", "not measured yet"


@dataclass(frozen=True)
class Finding:
    """What the runs say: a verdict, in how far, and the pages that show the run."""

    verdict: str
    sentence: str
    runs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Claim:
    """A sentence as one meets it, and the function that holds it against the results."""

    sentence: str
    check: Callable[[], Finding]


def breached(attack: str, among: list[str]) -> list[str]:
    """Return those strategies that an attack got through to."""
    row = results.read("attacks")[attack]
    return [slug for slug in among if row.get(slug, {}).get("verdict") == "breached"]


def of(part: list[str], whole: list[str]) -> str:
    """Return a share in words: `2 of 5`."""
    return f"{len(part)} of {len(whole)}"


def run_of(attack: str, title: str) -> tuple[str, str]:
    return f"attacks/{attack}/", title


def server_memory() -> Finding:
    facts, sessions = results.read("facts"), cookie_sessions()
    lost = [slug for slug in sessions if not facts[slug]["survives_restart"]]
    sentence = (
        f"Of {len(sessions)} ways to keep a session {len(lost)} lost it when the server's memory "
        "was emptied. Django's default, and ours, is a row in the database."
    )
    verdict = "holds when the cache is the only store" if lost else FAILS
    return Finding(verdict, sentence, (("credentials/", "What each side holds"),))


def sent_by_itself() -> Finding:
    sessions, tokens = cookie_sessions(), script_tokens()
    sentence = (
        f"So it was observed of {len(sessions)} strategies; of the other {len(tokens)} a script "
        "has to add the token. That is why the first kind needs CSRF protection and the second "
        "does not, and why the first can be kept from scripts."
    )
    return Finding(HOLDS, sentence, (("credentials/", "What each side holds"),))


def encrypted() -> Finding:
    tokens = script_tokens()
    read = breached("reading-the-credential", tokens)
    sentence = (
        f"They are signed. Without any key {of(read, tokens)} kinds of token said whose they are; "
        "the rest are random keys, which are no JSON Web Tokens."
    )
    return Finding(FAILS, sentence, (run_of("reading-the-credential", "Reading the credential"),))


def local_storage() -> Finding:
    tokens, sessions = script_tokens(), cookie_sessions()
    taken, kept = breached("theft-by-script", tokens), breached("theft-by-script", sessions)
    sentence = (
        "It works, and one foreign script in the page takes it away: that was so for "
        f"{of(taken, tokens)} strategies with tokens, against {of(kept, sessions)} with cookies. "
        "A refresh token in an HttpOnly cookie leaves the thief minutes instead of days."
    )
    verdict = "holds when no foreign script ever runs in the page"
    return Finding(verdict, sentence, (run_of("theft-by-script", "Theft by script"),))


def log_out_ends_it() -> Finding:
    delays = results.read("delays")
    late = {
        slug: events["log-out"]["renewed"]["refused_at"]
        for slug, events in delays.items()
        if events["log-out"]["renewed"]["refused_at"] != 0
    }
    longest = None if None in late.values() else max(v for v in late.values() if v is not None)
    sentence = (
        f"In {of(list(late), list(delays))} strategies a copy outlived the log-out, the longest "
        f"of them {'for ever' if longest is None else words(longest)}. Whether it is a session "
        "or a token does not decide it: whether the server is told, and asks, does."
    )
    verdict = "holds when the server is told, and asks"
    return Finding(verdict, sentence, (("delays/", "How long a stolen copy lives"),))


def when_measured(check: Callable[[], Finding]) -> Callable[[], Finding]:
    """Leave a finding open for as long as there is nothing to compute it from."""

    def finding() -> Finding:
        try:
            return check()
        except (FileNotFoundError, StatisticsError):
            return Finding(UNKNOWN, "The runs that would tell have not been made yet.")

    return finding


@when_measured
def slowed_by_many() -> Finding:
    people = results.read("load")["users"]
    sessions = scaling.by_people(cookie_sessions(), "per_second")
    tokens = scaling.by_people(script_tokens(), "per_second")
    slow, slow_tokens = scaling.slowed(sessions), scaling.slowed(tokens)
    sentence = (
        f"From {people[0]} to {people[-1]} people at one server process, sessions went from "
        f"{scaling.span(sessions.values())} requests a second in the median, tokens from "
        f"{scaling.span(tokens.values())}. With the most people {of(slow, list(sessions))} ways "
        f"to keep a session and {of(slow_tokens, list(tokens))} kinds of token answered clearly "
        f"less than at their best. The slowest of 100 answers went from {waits(list(sessions))} "
        f"ms with sessions, from {waits(list(tokens))} ms with tokens."
    )
    verdict = "holds for tokens as well" if slow_tokens else HOLDS
    runs = (("load/", "Many people at the same time"),)
    return Finding(verdict if slow else FAILS, sentence, runs)


def waits(slugs: list[str]) -> str:
    return scaling.span(scaling.by_people(slugs, "p99").values())


@when_measured
def more_scalable() -> Finding:
    sessions, tokens = cookie_sessions(), script_tokens()
    second = [scaling.by_second_process(kind) for kind in (sessions, tokens)]
    rows = [scaling.by_rows(kind) for kind in (sessions, tokens)]
    better = [second[1] > scaling.CLEARLY * second[0], rows[0] > scaling.CLEARLY * rows[1]]
    sentence = (
        f"A second server process answered {second[0]} times as much with sessions, {second[1]} "
        f"times with tokens. Among the most log-ins a read took {rows[0]} times as long as among "
        f"the fewest with sessions, {rows[1]} times with tokens. "
    )
    runs = (
        ("load/", "Many people at the same time"),
        ("growth/", "How it grows"),
        ("costs/", "What a request costs"),
    )
    return Finding((FAILS, "holds in part", HOLDS)[sum(better)], sentence + reading(), runs)


def reading() -> str:
    """Say what one read costs, which is another question than how that grows."""
    sessions = scaling.prices(cookie_sessions()).values()
    tokens = scaling.prices(script_tokens())
    dearer = [slug for slug, price in tokens.items() if price > min(sessions)]
    return (
        f"What one read costs is another question: {told(scaling.middle(sessions))} µs in the "
        f"median with sessions, {told(scaling.middle(tokens.values()))} with tokens; the cheapest "
        f"session, {told(min(sessions))} µs, costs less than {of(dearer, list(tokens))} kinds of "
        "token."
    )


CLAIMS = [
    Claim("Sessions live in the server's memory.", server_memory),
    Claim("The browser sends a session's cookie by itself, with every request.", sent_by_itself),
    Claim("Tokens are encrypted.", encrypted),
    Claim("A page keeps the token in localStorage and sends it with every request.", local_storage),
    Claim("Whoever logs out is logged out.", log_out_ends_it),
    Claim("Sessions slow an application down when many use it at the same time.", slowed_by_many),
    Claim("Tokens are more scalable than sessions.", more_scalable),
]
