"""Make what a developer's copy needs and git must not hold: `.env` and the signing keys.

`make setup` runs this as ``python -m authcompare.devsetup``. Running it again changes nothing.
"""

import argparse
import os
import secrets
from pathlib import Path

from dotenv import dotenv_values

from tokens_app.keys import create_ring

ROOT = Path(__file__).resolve().parent.parent
# Nothing that is mistaken for something else when it is read off a screen.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def easy_password() -> str:
    """Return a random password that is easy to type: four groups of four letters and digits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def complete_env(path: Path) -> None:
    """Append to the `.env` file at `path` the variables that it lacks, and make it when absent.

    What stands there is never changed. A new file is the owner's alone to read, and a run that is
    interrupted leaves at worst a file that the next run completes.
    """
    wanted = {
        "DEBUG": "1",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SIGNING_KEYS_FILE": ".signing-keys.json",
        "DEMO_PASSWORD": easy_password(),
    }
    present = dotenv_values(path)
    lines = "".join(f"{name}={value}\n" for name, value in wanted.items() if name not in present)
    if not lines:
        return
    text = path.read_text() if path.exists() else ""
    gap = "\n" if text and not text.endswith("\n") else ""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(gap + lines)


def make_signing_keys(root: Path) -> None:
    """Make the key ring that the `.env` in `root` names, when there is none yet."""
    name = dotenv_values(root / ".env")["SIGNING_KEYS_FILE"]
    if name and not (root / name).exists():
        create_ring(root / name)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> None:
    """Set up the copy of the project in `root`; the only argument understood is `--help`."""
    parser = argparse.ArgumentParser(
        prog="python -m authcompare.devsetup",
        description="Write .env and the signing keys for development, where they are missing.",
    )
    parser.parse_args(arguments)
    complete_env(root / ".env")
    make_signing_keys(root)


if __name__ == "__main__":
    main()
