"""What a password may be, and the one form in which it is hashed (NIST SP 800-63B-4 3.1.1.2)."""

import unicodedata
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError


def normalized(password: str | None) -> str | None:
    """Return the form in which a password is hashed and checked.

    One keyboard writes é as one character and another as two: without this a password that was
    set on the one would be wrong on the other.
    """
    return password and unicodedata.normalize("NFKC", password)


class PatternValidator:
    """Refuse what a guesser tries first and no list of common passwords holds at this length.

    That is one short text again and again, and characters in their order: the repetitive and the
    sequential ones (NIST SP 800-63B-4 3.1.1.2 and its appendix A.2). No other mix is asked for.
    """

    def __init__(self, min_length: int) -> None:
        self.min_length = min_length

    def validate(self, password: str, user: Any = None) -> None:
        text = (normalized(password) or "").casefold()
        if self._is_repeated(text) or _is_sequence(text):
            raise ValidationError(
                "This password is one short text again and again, or characters in their order."
                " Take four or five words that do not belong together.",
                "password_pattern",
            )

    def get_help_text(self) -> str:
        return "Your password can’t be one short text again and again or characters in their order."

    def _is_repeated(self, text: str) -> bool:
        # What is repeated may be as long as a password has to be: then it is good by itself.
        longest = min(len(text) // 2, self.min_length - 1)
        return any((text[:n] * len(text))[: len(text)] == text for n in range(1, longest + 1))


def _is_sequence(text: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    # After 9 comes 0, which is nine characters before it.
    return bool(steps) and (steps <= {1, -9} or steps <= {-1, 9})
