"""The browser for the tests: found, brought by root, or asked for in one sentence."""

import os
import shutil

import pytest

from devtools import browser, foreground
from devtools.problem import Problem


@pytest.fixture
def bare(monkeypatch):
    """Pretend that this machine has no browser, and note what would be run."""
    machine = {"commands": [], "has": set()}
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/usr/bin/{name}" if name in machine["has"] else None)
    monkeypatch.setattr(browser, "MAC", browser.Path("/nowhere"))
    monkeypatch.delenv("CHROMIUM", raising=False)

    def run(command, **_):
        machine["commands"].append([str(word) for word in command])
        if "install" in command:
            machine["has"].add("chromium")
        return 0

    monkeypatch.setattr(foreground, "run", run)
    return machine


def test_the_one_that_the_person_names_wins(tmp_path):
    named = tmp_path / "chrome"
    named.touch(mode=0o755)
    assert browser.find({"CHROMIUM": str(named)}) == named


def test_a_wrong_name_is_one_sentence(tmp_path):
    with pytest.raises(Problem, match=r"CHROMIUM names .*, which is not a program"):
        browser.find({"CHROMIUM": str(tmp_path / "none")})


def test_an_ordinary_user_is_told_how_to_get_one(bare, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    bare["has"].add("apt-get")
    with pytest.raises(Problem, match=r"needs? the browser Chromium, .*apt-get install -y chromium"):
        browser.must_be_possible()
    assert bare["commands"] == []


def test_root_gets_one_installed(bare, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    bare["has"].add("apt-get")
    assert str(browser.ensure(tmp_path / "log")) == "/usr/bin/chromium"
    assert ["update" in words or "install" in words for words in bare["commands"]] == [True, True]
    assert "installing chromium with apt-get" in capsys.readouterr().out


def test_root_elsewhere_is_told_how(bare, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(Problem, match="CHROMIUM=/path/to/chromium"):
        browser.ensure(tmp_path / "log")
