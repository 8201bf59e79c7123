"""Run a command in a process of its own and say what it used.

The kernel counts the largest memory of a process from before it became the command: as long as it is still a copy of its parent.
Children of the process of a test run, which is large itself, would all look as large as that one. A small process lies between, so
that what is weighed is the command. Tried: the child of a process of 600 MB that needs 13 itself is told with 614 the one way, with
13 the other.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

SCALES = """
import json, pathlib, resource, subprocess, sys
slip, *command = sys.argv[1:]
done = subprocess.run(command)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
pathlib.Path(slip).write_text(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
sys.exit(done.returncode)
"""


@dataclass(frozen=True)
class Weighed:
    """What a command said and used: seconds of the processor (seconds on the clock tell how busy the machine is) and most megabytes."""

    done: subprocess.CompletedProcess[str]
    seconds: float
    megabytes: float


def weighed(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Weighed:
    """Run a command to its end and return what it said and used."""
    with TemporaryDirectory() as place:
        slip = Path(place) / "slip.json"
        scales = [sys.executable, "-I", "-c", SCALES, str(slip), *command]
        done = subprocess.run(scales, cwd=cwd, env=env, capture_output=True, text=True, check=False)
        seconds, megabytes = json.loads(slip.read_text())
    return Weighed(done, seconds, megabytes)
