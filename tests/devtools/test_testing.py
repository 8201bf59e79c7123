"""Checks side by side: each reported by name, a failure with its words, and counted."""

import sys

import pytest

from devtools import foreground, testing
from devtools.problem import Problem
from devtools.testing import Check, run_checks


def said(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_every_check_is_reported_and_the_failed_ones_are_named(layout, capsys):
    wanted = [
        Check("good", said("print('all is well')")),
        Check("bad", said("import os; raise SystemExit(os.environ['WHY'])"), {"WHY": "line 3 is too long"}),
        Check("fine", said("pass")),
    ]
    assert run_checks(layout, wanted, {}) == ["bad"]
    output = capsys.readouterr().out
    assert "passed  good" in output
    assert "passed  fine" in output
    assert "FAILED  bad" in output
    assert "      line 3 is too long\n" in output
    assert "all is well" not in output


def test_a_check_that_is_not_installed_is_one_sentence(layout):
    with pytest.raises(Problem, match="cannot run the check ghost"):
        run_checks(layout, [Check("ghost", ["/no/such/program"])], {})


def test_all_the_checks_are_there(layout):
    names = {check.name for check in testing.checks(layout)}
    assert names >= {"ruff", "format", "floors", "mypy", "migrations", "deployment", "templates"}


@pytest.mark.parametrize(
    ("words", "spread"),
    [([], True), (["tests/core", "-x"], True), (["--pdb"], False), (["-s"], False)],
)
def test_tests_run_side_by_side_unless_somebody_wants_to_look_inside(layout, monkeypatch, words, spread):
    seen = []
    monkeypatch.setattr(foreground, "run", lambda command, **_: seen.extend(map(str, command)) or 3)
    assert testing._pytest(layout, {}, words) == 3
    assert (seen[seen.index("-n") + 1] != "0") is spread
    assert seen[len(seen) - len(words) :] == words
