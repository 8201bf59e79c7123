"""Choose the command and turn what goes wrong into one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable

from devtools import commands, process, signals, testing
from devtools.layout import Layout
from devtools.problem import Problem, complain, say
from devtools.run import run

COMMANDS: dict[str, Callable[[Layout, list[str]], int]] = {
    "run": lambda layout, _words: run(layout),
    "test": testing.test,
    "check": testing.check,
    "manage": commands.manage,
    "shell": lambda layout, words: commands.manage(layout, ["shell", *words]),
    "bench": commands.bench,
    "stop": lambda layout, _words: commands.stop(layout),
    "clean": lambda layout, _words: commands.clean(layout),
    "lock": lambda layout, _words: commands.lock(layout),
    "install": commands.install,
}


def answer(words: list[str]) -> int:
    """Run a command and return its exit code."""
    name, *rest = words or ["help"]
    if name not in COMMANDS:
        complain(f"there is no command {name}; there are {', '.join(COMMANDS)}.")
        return 2
    os.environ["DEVTOOLS_GOAL"] = name
    process.inherit_orphans()
    signals.listen()
    try:
        layout = Layout.from_environ()
        layout.prepare()
        return COMMANDS[name](layout, rest)
    except Problem as problem:
        complain(str(problem))
        return 1
    except signals.Stopped as stop:
        say("Stopped.")
        return 0 if name == "run" else stop.exit_code
    except OSError as error:
        complain(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
        return 1
