"""Bring a database up to date inside one process, because importing the program is what takes long.

Runs with the environment's Python: `python -m devtools.prepare`. Standard output is a log; only the progress of
the demonstration clinic is shown to the person.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from pathlib import Path


def main() -> int:
    """Migrate, fill an empty database with the demonstration clinic, and note who may sign in."""
    arguments = _arguments()
    terminal, sys.stderr = sys.stderr, sys.stdout
    import django  # noqa: PLC0415 (only here: everything else in this package works without it)
    from django.core.management import call_command  # noqa: PLC0415

    try:
        django.setup()
        call_command("migrate", interactive=False, verbosity=1)
        if arguments.demo:
            call_command("demo", "--if-empty", stderr=terminal, no_color=True)
            with arguments.sign_ins.open("w") as file:
                call_command("demo", "--signins", stdout=file, no_color=True)
    except Exception:
        traceback.print_exc(file=sys.stdout)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--sign-ins", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
