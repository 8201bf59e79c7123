"""Remember that a database is prepared, so that the next start need not import the program to find out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from devtools import lockfile
from devtools.layout import Layout


class Prepared:
    """Keep the note inside the database's own directory: it goes where the data go."""

    def __init__(self, layout: Layout, directory: Path) -> None:
        self._layout = layout
        self._note = directory / "postgres" / "casemgr-prepared"
        self._adopted = directory / "postgres" / "casemgr-granted"

    def once(self) -> bool:
        """Tell whether it was ever prepared since the application has a role of its own, and so has rights at all."""
        return self._adopted.exists()

    def done(self) -> bool:
        """Tell whether this database was prepared by these very migrations and this very demonstration."""
        try:
            return self._note.read_text() == self._fingerprint()
        except OSError:
            return False

    def remember(self) -> None:
        """Note that it is prepared now, if it is a database of ours."""
        if self._note.parent.exists():
            self._note.write_text(self._fingerprint())
            self._adopted.touch()

    def forget(self) -> None:
        """Look again next time, because something is about to change."""
        self._note.unlink(missing_ok=True)

    def _fingerprint(self) -> str:
        return lockfile.fingerprint(*(f"{path}\0{lockfile.read(path)}" for path in _what_decides(self._layout.root)))


def _what_decides(root: Path) -> Iterator[Path]:
    yield root / "requirements.txt"
    for package in sorted(path.parent for path in root.glob("*/__init__.py")):
        yield from sorted(package.rglob("migrations/*.py"))
        yield from sorted(package.rglob("models.py"))
    yield from root.glob("casemgr/core/grants.py")
    yield from sorted((root / "casemgr" / "demo").glob("*.py"))
