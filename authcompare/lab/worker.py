"""The process of one strategy: `python -m authcompare.lab.worker SLUG TASK OPTIONS`.

`lab.contest` starts it. What the task yields goes out as lines of JSON; whatever else prints goes
to the error output, so that it cannot be taken for a message.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from django.utils.module_loading import import_string


def orders() -> Iterator[dict[str, Any]]:
    """Yield what `lab.ensemble` asks for, line by line, until it closes the pipe."""
    for line in sys.stdin:
        yield json.loads(line)


def main() -> None:
    """Run a task, a generator function `task(slug, **options)`, and pass its messages on."""
    slug, task, options = sys.argv[1:]
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        try:
            for message in import_string(task)(slug, **json.loads(options)):
                out.write(json.dumps(message) + "\n")
                out.flush()
        except KeyboardInterrupt:
            sys.exit(130)  # The parent was interrupted as well, and says so.


if __name__ == "__main__":
    main()
