"""Processes that take orders: all strategies stand ready, and one at a time does something.

What is measured is measured in turns, round by round, so that whatever else the machine does meets
all of them alike.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from .caches import throwaway_cache
from .contest import Failed, Message, home, start, throwaway_database
from .strategies.base import Strategy


@dataclass
class Player:
    """The process of one strategy, which answers each order with one message."""

    strategy: Strategy
    process: subprocess.Popen[str]
    # What it said of itself at the start.
    hello: Message = field(default_factory=dict)

    def ask(self, **order: object) -> Message:
        """Give an order and wait for the answer. Raises `Failed` where the process broke."""
        process = self.process
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("The process was started without pipes.")
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise Failed(f"{self.strategy.slug} broke:\n{process.stderr.read()}")
        return dict(json.loads(line))


@contextmanager
def ensemble(task: str, strategies: Sequence[Strategy], cache_url: str) -> Iterator[list[Player]]:
    """Start a process for each strategy and yield them all, ready.

    `task` is a generator function of the slug that yields an answer for each of `orders()`.
    """
    with ExitStack() as stack:
        folder, environ = stack.enter_context(home(moving=False))
        environ |= stack.enter_context(throwaway_cache(cache_url))
        players = []
        for strategy in strategies:
            url = stack.enter_context(throwaway_database(folder, strategy.slug))
            own = {
                "DATABASE_URL": url,
                "CACHE_KEY_PREFIX": f"{environ['CACHE_KEY_PREFIX']}:{strategy.slug}",
            }
            process = stack.enter_context(start(strategy, task, environ | own))
            stack.callback(process.kill)
            players.append(Player(strategy, process))
        for player in players:
            player.hello = player.ask(action="hello")
        yield players
