"""Print which role may do what."""

from typing import Any

from django.core.management.base import BaseCommand

from casemgr.core.accounts.rules import RIGHTS, Role
from casemgr.core.action import REGISTRY
from casemgr.core.features import import_every


class Command(BaseCommand):
    """Print the matrix of verbs and roles from the registry itself."""

    help = "Print the matrix of verbs and roles from the registry itself."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a Markdown table."""
        import_every("actions")
        self.stdout.write("| verb | right | " + " | ".join(role.value for role in Role) + " |")
        self.stdout.write("|---" * (len(Role) + 2) + "|")
        for name, (can, _verb) in sorted(REGISTRY.items()):
            marks = " | ".join("x" if can in RIGHTS[role] else "" for role in Role)
            self.stdout.write(f"| {name.replace('.actions.', '.')} | {can} | {marks} |")
