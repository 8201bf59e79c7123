"""One command at the terminal: its exit code, and its end when ours is asked for."""

import signal
import sys

import pytest

from devtools import foreground
from tests.devtools.conftest import all_gone

WRAPPER = """
    import sys
    from devtools import foreground, signals

    foreground.PATIENCE, foreground.GRACE = 0.2, 0.5
    signals.listen()
    code = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGINT, signal.SIG_IGN);"
        "print(os.getpid(), flush=True); time.sleep(600)"
    )
    try:
        foreground.run([sys.executable, "-c", code])
    except signals.Stopped as stop:
        sys.exit(stop.exit_code)
"""


@pytest.mark.parametrize(("code", "expected"), [("pass", 0), ("raise SystemExit(5)", 5), ("import os; os.kill(os.getpid(), 15)", 143)])
def test_the_exit_code_is_the_commands(code, expected):
    assert foreground.run([sys.executable, "-c", code]) == expected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_hears_nothing_is_ended_all_the_same(program, number):
    wrapper = program(WRAPPER)
    child = int(wrapper.stdout.readline())
    wrapper.send_signal(number)
    assert wrapper.wait(20) == 128 + number
    assert all_gone([child])
