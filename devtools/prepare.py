"""Bring a database up to date inside one process, because importing the program is what takes long.

Runs with the environment's Python: `python -m devtools.prepare`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> None:
    """Migrate, fill an empty database with the demonstration clinic, and note who may sign in."""
    arguments = _arguments()
    import django  # noqa: PLC0415 (only here: everything else in this package works without it)
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", interactive=False, verbosity=1)
    if arguments.demo:
        call_command("demo", "--if-empty")
        with arguments.sign_ins.open("w") as file:
            call_command("demo", "--signins", stdout=file)
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--sign-ins", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
