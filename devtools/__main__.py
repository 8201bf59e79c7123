"""Answer the targets of the Makefile."""

# Written so that a Python too old for the rest can still read it and say so.
import os
import shutil
import sys

OLDEST = (3, 11)
NEWER = ("python3.13", "python3.12", "python3.11")


def main():  # type: () -> int
    """Find a Python that is new enough, then do what was asked."""
    if sys.version_info < OLDEST:
        for program in filter(None, map(shutil.which, NEWER)):
            os.execv(program, [program, "-m", "devtools", *sys.argv[1:]])
        found, goal = ".".join(map(str, sys.version_info[:2])), " ".join(sys.argv[1:2]) or "run"
        sys.stderr.write(f"casemgr: needs Python 3.11 or newer, this is {found}; install one and name it: make {goal} PYTHON=python3.12\n")
        return 1
    from devtools.entry import answer  # noqa: PLC0415 (an older Python could not read it)

    return answer(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
