"""What a strategy is: one way to keep somebody logged in, a flow and what it runs under."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..visitor import Flow


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """One contestant.

    `flow` has the four verbs. `guard` names the REST framework's authentication classes before the
    probe, with spaces between; without one Django's middleware guards it. `clean_up` is the
    command that deletes what is over; where there is none, `no_clean_up` says why. `stores` says in
    words where the server keeps what it must find again. A `control` is weak on purpose and stands
    in no comparison.
    """

    slug: str
    title: str
    about: str
    documentation: str
    flow: Flow
    stores: tuple[str, ...] = ()
    guard: str = ""
    clean_up: str = ""
    no_clean_up: str = "The library has no command for it."
    control: bool = False
    overrides: Mapping[str, Any] = field(default_factory=dict)

    def settings(self, site: Any) -> dict[str, Any]:
        """Return all settings that the strategy's process runs under beside Django's defaults.

        `site` holds the settings of the site itself, of which a strategy takes what it needs.
        """
        raise NotImplementedError

    def urls(self) -> list[Any]:
        """Return the URL patterns: the strategy's own doors, and the probe behind its guard."""
        raise NotImplementedError

    def mint(self, head: bytes, claims: bytes) -> str | None:
        """Sign a token of these two parts with the server's own key; None: it signs none.

        Who can do this is another service that shares the key, not a stranger.
        """
        return None

    def seal(self, content: str, moment: float) -> str | None:
        """Sign a session's content as of a moment, in seconds since 1970; None: it signs none.

        Who can do this is, as with `mint`, another service that shares the key.
        """
        return None
