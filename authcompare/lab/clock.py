"""A clock that the play moves: `now` stands still until somebody moves it."""

from datetime import UTC, datetime, timedelta
from typing import Self

import time_machine

# Every play starts at this moment, so that two runs give the same answers.
START = datetime(2030, 1, 7, 12, tzinfo=UTC)


class Clock:
    """The wall clock of this process. What measures durations (`perf_counter`) goes on."""

    def __init__(self) -> None:
        self._travel = time_machine.travel(START, tick=False)
        self._traveller = self._travel.start()

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self._traveller.shift(by)

    def reset(self) -> None:
        """Go back to where every play starts."""
        self._traveller.move_to(START)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Give this process its own time back."""
        self._travel.stop()


class RealClock(Clock):
    """The time of day, which nobody moves: for measuring what things cost."""

    def __init__(self) -> None:
        pass

    def move(self, by: timedelta) -> None:
        raise RuntimeError("Nobody moves the real clock.")

    def reset(self) -> None:
        """Leave it alone."""

    def __exit__(self, *error: object) -> None:
        """Leave it alone."""
