"""The lists of pinned packages: complete, hashed, explained, and bound to no index."""

import re

import pytest

from devtools.layout import ROOT
from devtools.lockfile import fingerprint, pick, stanzas

LOCKS = ("requirements.txt", "requirements-dev.txt")


def text(name: str) -> str:
    return (ROOT / name).read_text()


def wanted(name: str) -> set[str]:
    lines = [line.split(";")[0].strip() for line in text(name).splitlines() if line.strip() and line[0] not in "#-"]
    return {re.split(r"[\[<>=~! ]", line)[0].lower() for line in lines}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_carries_a_hash(name):
    pins = stanzas(text(name))
    assert len(pins) > 30
    assert [package for package, stanza in pins.items() if not re.search(r"--hash=sha256:[0-9a-f]{64}", stanza)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_line_names_an_index_or_a_place(name):
    assert re.findall(r"https?://|--index|--extra|--find-links|--trusted|file:| @ ", text(name)) == []


def test_both_lists_agree_on_versions():
    runtime, everything = (stanzas(text(name)) for name in LOCKS)
    assert {name: everything.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_what_was_asked_for_is_pinned_and_explained(name):
    asked = wanted(name)
    assert len(asked) > 10
    explained = set(re.findall(r"^\| `([^`\[]+)", text("docs/dependencies.md"), re.MULTILINE))
    assert asked - set(stanzas(text(name.replace(".in", ".txt")))) == set()
    assert asked - explained == set()


def test_nothing_is_explained_that_is_not_there():
    explained = set(re.findall(r"^\| `([^`\[]+)", text("docs/dependencies.md"), re.MULTILINE))
    assert explained - wanted("requirements.in") - wanted("requirements-dev.in") == set()


def test_a_lock_is_split_into_packages_without_their_comments():
    lock = "# made by hand\none==1 ; python_version < '3.13' \\\n    --hash=sha256:aa\n    # via two\ntwo[x]==2 \\\n    --hash=sha256:bb\n"
    assert stanzas(lock) == {
        "one": "one==1 ; python_version < '3.13' \\\n    --hash=sha256:aa\n",
        "two": "two[x]==2 \\\n    --hash=sha256:bb\n",
    }
    assert pick(lock, ["two"]).startswith("two[x]==2")


def test_the_fingerprint_changes_with_any_text():
    assert len({fingerprint("a", "b"), fingerprint("ab"), fingerprint("a", "c")}) == 3
