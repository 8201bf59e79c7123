"""Copy the house to a folder where its rules can be broken, for the tests that show that the rules bite."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from tests.architecture.source import APPS, ROOT

_UNWANTED = shutil.ignore_patterns("test_rules_bite.py", "test_contracts.py")
_TESTS = ("tests/__init__.py", "tests/doors.py", "tests/worlds.py")


def copy_of_the_house(folder: Path, extra: Iterable[str] = ()) -> Path:
    """Copy the four apps, the contracts and what else is named; return where. What is compiled comes along: Python sees what was changed."""
    for name in (*APPS, *extra):
        shutil.copytree(ROOT / name, folder / name, ignore=_UNWANTED)
    for name in (".importlinter", "pyproject.toml", *_TESTS):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def add(folder: Path, name: str, lines: str) -> None:
    """Add lines at the end of a file of the copy; make the file when there is none."""
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(f"\n{lines}\n")
