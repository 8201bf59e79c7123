"""Several programs together: watched, and all ended, however stubborn and however the launcher ends."""

import os
import signal
import sys

import pytest

from devtools.problem import Problem
from devtools.supervisor import Supervisor, last_line
from tests.devtools.conftest import all_gone, eventually, pids_in

LAUNCHER = """
    import sys
    from pathlib import Path
    from devtools import process, signals
    from devtools.supervisor import Supervisor

    STUBBORN = '''
    import os, pathlib, signal, sys, time
    folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    if name == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if name == "parent" and os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        name = "runaway"
    (folder / (name + ".new")).write_text(str(os.getpid()))
    (folder / (name + ".new")).rename(folder / (name + ".pid"))
    time.sleep(600)
    '''

    folder = Path(sys.argv[1])
    process.inherit_orphans()
    signals.listen()
    try:
        with Supervisor(folder / "logs", grace=0.5) as supervisor:
            for name in ("polite", "stubborn", "parent"):
                supervisor.start(name, [sys.executable, "-c", __import__("textwrap").dedent(STUBBORN), folder, name])
            print("ready", flush=True)
            supervisor.watch()
    except signals.Stopped as stop:
        print("stopped by", stop.number.name, flush=True)
    finally:
        process.sweep()
"""


def started(folder, program):
    launcher = program(LAUNCHER, folder)
    assert launcher.stdout.readline() == "ready\n"
    assert eventually(lambda: len(pids_in(folder)) == 4)
    return launcher, pids_in(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_being_told_to_stop_leaves_nothing_running(tmp_path, program, number):
    launcher, children = started(tmp_path, program)
    launcher.send_signal(number)
    assert launcher.wait(20) == 0
    assert launcher.stdout.read() == f"stopped by {number.name}\n"
    assert all_gone(children)


def test_impatient_ctrl_c_does_not_break_the_stopping(tmp_path, program):
    launcher, children = started(tmp_path, program)
    for _ in range(3):
        launcher.send_signal(signal.SIGINT)
    assert launcher.wait(20) == 0
    assert all_gone(children)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux's")
def test_a_killed_launcher_takes_the_polite_ones_along(tmp_path, program):
    launcher, children = started(tmp_path, program)
    by_name = dict(zip(sorted(path.stem for path in tmp_path.glob("*.pid")), children, strict=True))
    launcher.kill()
    assert eventually(lambda: all_gone([by_name["polite"], by_name["parent"]]))
    for pid in (by_name["stubborn"], by_name["runaway"]):
        os.kill(pid, signal.SIGKILL)


def test_a_program_that_ends_by_itself_is_named_with_its_log(tmp_path):
    with Supervisor(tmp_path) as supervisor:
        supervisor.start("web server", [sys.executable, "-c", "raise SystemExit('no such table: patient')"])
        with pytest.raises(Problem, match=r"the web server stopped unexpectedly; see .*web-server\.log, .*no such table"):
            supervisor.watch()


def test_logs_of_the_run_before_are_kept(tmp_path):
    for word in ("first", "second"):
        with Supervisor(tmp_path) as supervisor:
            child = supervisor.start("worker", [sys.executable, "-c", f"print({word!r})"])
            child.running.wait()
    assert ((tmp_path / "worker.previous.log").read_text(), child.log.read_text()) == ("first\n", "second\n")


def test_a_log_without_words_is_not_quoted(tmp_path):
    (tmp_path / "empty.log").write_text("\n\n")
    assert last_line(tmp_path / "empty.log") == "."


def test_of_a_log_the_fatal_words_are_quoted(tmp_path):
    (tmp_path / "db.log").write_text("LOG: starting\nFATAL: no space left\nLOG: shut down\n")
    assert last_line(tmp_path / "db.log") == ", which says: FATAL: no space left"
