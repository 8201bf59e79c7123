"""Know where a working copy keeps its things."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devtools.problem import Problem

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Layout:
    """Name every place by what is in it."""

    root: Path
    state: Path

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Layout:
        """Place the state in `.state`, or where CASEMGR_STATE says."""
        state = Path(environ.get("CASEMGR_STATE") or ROOT / ".state").expanduser()
        return cls(ROOT, state.absolute())

    @property
    def venv(self) -> Path:
        """Point to the virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Point to the interpreter of the virtual environment."""
        return self.venv / "bin" / "python"

    @property
    def logs(self) -> Path:
        """Point to the logs of everything that is started."""
        return self.state / "logs"

    @property
    def secrets(self) -> Path:
        """Point to the secrets generated for this working copy."""
        return self.state / "dev.env"

    @property
    def running(self) -> Path:
        """Point to the servers and data of `make run`."""
        return self.state / "run"

    def prepare(self) -> None:
        """Make the state directory, readable by nobody else."""
        try:
            for directory in (self.state, self.logs):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Problem(f"cannot make {self.state} ({error.strerror}); name another place: CASEMGR_STATE=/some/folder.") from error
        if not os.access(self.logs, os.W_OK):
            raise Problem(
                f"{self.state} belongs to another user; delete it as that user or name another place: CASEMGR_STATE=/some/folder."
            )

    def shown(self, path: Path) -> str:
        """Shorten a path that lies inside the working copy."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)
