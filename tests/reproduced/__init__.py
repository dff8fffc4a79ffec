"""Every breach of a library's own strategy once more, by a plain script over a real socket.

Nothing here is the arena's: the server is gunicorn, the client is the standard library's, and the
cookies and tokens are sent by hand. Where `results/attacks.json` says "breached" of a contestant
that comes from a library, a test here does it; `test_completeness.py` holds that.
"""

from collections.abc import Callable
from typing import Any

import pytest

# Attack and contestant of each script.
REPRODUCED: set[tuple[str, str]] = set()


def breaches(attack: str, *contestants: str) -> Callable[[Any], Any]:
    """Run a script against these contestants; it stands for these cells of the matrix."""
    REPRODUCED.update((attack, contestant) for contestant in contestants)
    return pytest.mark.parametrize("server", contestants, indirect=True)
