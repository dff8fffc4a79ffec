#!/usr/bin/env python
"""Django's command line, with one plain message when the configuration is wrong."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "authcompare.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import ManagementUtility
    except ImportError as error:
        raise SystemExit(
            "This Python has no Django: `make setup` installs it into .venv, and then"
            " `.venv/bin/python manage.py` has it."
        ) from error
    if sys.argv[1:2] == ["test"]:
        # The test values must be in the environment before anything loads the settings.
        import tests.environment  # noqa: F401
    utility = ManagementUtility(sys.argv)
    try:
        utility.execute()
    except ImproperlyConfigured as error:
        if utility.settings_exception is None:
            raise
        sys.exit(str(error))


if __name__ == "__main__":
    main()
