"""The door: one sentence for what goes wrong, the right exit code, never a traceback."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections import namedtuple

import pytest

from devtools import __main__, commands, entry, signals
from devtools.layout import ROOT
from devtools.problem import Problem
from devtools.secrets_file import development_secrets

Version = namedtuple("Version", "major minor micro")


@pytest.fixture
def door(monkeypatch, tmp_path):
    """Answer commands without changing how pytest itself hears signals."""
    monkeypatch.setattr(entry.signals, "listen", lambda: None)
    monkeypatch.setattr(entry.process, "inherit_orphans", lambda: None)
    monkeypatch.setenv("CASEMGR_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("DEVTOOLS_GOAL", "")

    def answer(name, result):
        def act(*_):
            if isinstance(result, BaseException):
                raise result
            return result

        monkeypatch.setitem(entry.COMMANDS, name, act)
        return entry.answer([name])

    return answer


@pytest.mark.parametrize(
    ("result", "code", "sentence"),
    [
        (5, 5, ""),
        (Problem("the disk is full."), 1, "casemgr: the disk is full.\n"),
        (PermissionError(13, "Permission denied", "/x"), 1, "casemgr: Permission denied: /x\n"),
        (signals.Stopped(signal.SIGINT), 130, ""),
        (signals.Stopped(signal.SIGTERM), 143, ""),
    ],
)
def test_what_a_command_ends_with_is_what_the_shell_sees(door, capsys, result, code, sentence):
    assert door("test", result) == code
    assert capsys.readouterr().err == sentence


def test_stopping_what_runs_is_no_failure(door):
    assert door("run", signals.Stopped(signal.SIGINT)) == 0


def test_an_unknown_command_lists_the_known(capsys):
    assert entry.answer(["fly"]) == 2
    assert "there is no command fly; there are run, test" in capsys.readouterr().err


def test_an_old_python_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", Version(3, 9, 2))
    monkeypatch.setattr(sys, "argv", ["devtools", "test"])
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert __main__.main() == 1
    assert capsys.readouterr().err == (
        "casemgr: needs Python 3.11 or newer, this is 3.9; install one and name it: make test PYTHON=python3.12\n"
    )


def test_an_old_python_makes_way_for_a_newer_one(monkeypatch):
    monkeypatch.setattr(sys, "version_info", Version(3, 9, 2))
    monkeypatch.setattr(sys, "argv", ["devtools", "run"])
    monkeypatch.setattr(shutil, "which", lambda name: "/opt/python3.12" if name == "python3.12" else None)
    replaced = []
    monkeypatch.setattr(os, "execv", lambda program, words: replaced.append(words) or sys.exit(0))
    with pytest.raises(SystemExit):
        __main__.main()
    assert replaced == [["/opt/python3.12", "-m", "devtools", "run"]]


def test_manage_without_a_command_says_how(layout, monkeypatch):
    monkeypatch.delenv("CMD", raising=False)
    with pytest.raises(Problem, match='make manage CMD="showmigrations"'):
        commands.manage(layout, [])


def test_nothing_is_deleted_when_nobody_can_be_asked(clone, monkeypatch):
    monkeypatch.delenv("YES", raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(Problem, match="YES=1 make clean"):
        commands.clean(clone)
    assert clone.state.exists()


def test_clean_deletes_environment_and_state(clone, monkeypatch):
    monkeypatch.setenv("YES", "1")
    clone.venv.mkdir()
    assert commands.clean(clone) == 0
    assert not clone.venv.exists()
    assert not clone.state.exists()


def test_stop_with_nothing_running_says_so(layout, capsys):
    assert commands.stop(layout) == 0
    assert capsys.readouterr().out == "Nothing was running.\n"


def test_secrets_are_made_once_for_their_owner_alone(tmp_path):
    path = tmp_path / "dev.env"
    first = development_secrets(path)
    assert development_secrets(path) == first
    assert len(first["SECRET_KEY"]) > 50
    assert path.stat().st_mode & 0o777 == 0o600


def test_secrets_that_a_person_added_are_kept(tmp_path):
    path = tmp_path / "dev.env"
    path.write_text("# mine\nSMS_TOKEN=a=b\n")
    assert development_secrets(path)["SMS_TOKEN"] == "a=b"


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_a_signal_to_make_alone_reaches_what_it_started(tmp_path, number):
    (tmp_path / "recipe.py").write_text(
        textwrap.dedent(
            """
            import os, time
            from devtools import signals
            signals.listen()
            print(os.getpid(), flush=True)
            try:
                while True:
                    signals.notice_make()
                    time.sleep(0.05)
            except signals.Stopped:
                print("heard", flush=True)
            """
        )
    )
    (tmp_path / "Makefile").write_text(f"run:\n\t@{sys.executable} recipe.py\n")
    make = subprocess.Popen(
        ["make", "run"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert int(make.stdout.readline()) != make.pid
    time.sleep(0.2)
    make.send_signal(number)
    assert make.communicate(timeout=20)[0] == "heard\n"
