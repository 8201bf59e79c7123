"""Look at, tie down and end processes."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Container, Iterable
from pathlib import Path

LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None) if LINUX else None


def die_with_parent(number: signal.Signals, nice: int = 0) -> Callable[[], None]:
    """Let the kernel signal a child when its parent is gone, even after `kill -9`; step back by `nice`."""
    prctl, parent = _libc.prctl if _libc is not None else None, os.getpid()

    def tie() -> None:
        os.nice(nice)
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            os._exit(1)

    return tie


def inherit_orphans() -> None:
    """Become the parent of descendants whose own parent ends, so that none is lost from sight."""
    if _libc is not None:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with_make() -> None:
    """End with the `make` that started this, should it be killed.

    Only for `make`: any other parent may end on purpose and leave this running in the background.
    """
    if _libc is not None and name_of(os.getppid()) in {"make", "gmake"}:
        _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


def name_of(pid: int) -> str:
    """Return the short name of a process, empty when unknown."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def command_of(pid: int) -> str:
    """Return the command line of a process, empty when there is none."""
    if LINUX:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    listing = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listing.stdout


def alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not LINUX or _state_and_parent(pid)[0] not in {"Z", "X", ""}


def signal_quietly(pid: int, number: signal.Signals, *, group: bool = False) -> bool:
    """Send a signal and tell whether anybody was there."""
    try:
        (os.killpg if group else os.kill)(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait for a process that need not be a child of this one."""
    until = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def end_groups(groups: Iterable[int], belongs: str, seconds: float = 5.0) -> int:
    """End process groups that a killed run left behind, if their command line shows that they are ours; count them."""
    ours = [group for group in groups if belongs in command_of(group)]
    for group in ours:
        signal_quietly(group, signal.SIGTERM, group=True)
    for group in ours:
        wait_gone(group, seconds)
        signal_quietly(group, signal.SIGKILL, group=True)
    return len(ours)


def group_alive(group: int) -> bool:
    """Tell whether a process group has any member that is not a zombie."""
    if not LINUX:
        return _group_answers(group)
    return any(_group_of(pid) == group and alive(pid) for pid in _all_pids())


def sweep(spare: Container[int] = ()) -> list[int]:
    """Kill whatever still has this process as its parent, again until nothing is left."""
    killed: list[int] = []
    while LINUX:
        children = [pid for pid in _all_pids() if pid not in spare and _state_and_parent(pid)[1] == os.getpid()]
        if not children:
            break
        for pid in children:
            signal_quietly(pid, signal.SIGKILL)
            killed.append(pid)
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                continue
    return killed


def catches(pid: int, number: signal.Signals) -> bool:
    """Tell whether a process has a handler for a signal."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) & 1 << (number - 1))
    except OSError:
        pass
    return False


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _state_and_parent(pid: int) -> tuple[str, int]:
    fields = _stat(pid)
    return (fields[0], int(fields[1])) if fields else ("", 0)


def _group_of(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[2]) if fields else 0


def _group_answers(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
