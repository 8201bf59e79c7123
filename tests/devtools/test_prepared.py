"""What was prepared once is not prepared again, until something that matters changes."""

import pytest

from devtools import testing
from devtools.prepared import Prepared


@pytest.fixture
def note(clone):
    (clone.root / "patients" / "migrations").mkdir(parents=True)
    (clone.root / "patients" / "__init__.py").touch()
    (clone.root / "patients" / "migrations" / "0001_initial.py").write_text("first")
    (clone.running / "postgres").mkdir(parents=True)
    return Prepared(clone, clone.running)


def test_it_is_remembered_until_somebody_forgets_it(note):
    assert not note.done()
    note.remember()
    assert note.done()
    note.forget()
    assert not note.done()


@pytest.mark.parametrize("change", ["patients/migrations/0002_more.py", "patients/migrations/0001_initial.py", "requirements.txt"])
def test_a_change_of_migrations_or_packages_is_noticed(note, clone, change):
    note.remember()
    (clone.root / change).write_text("changed")
    assert not note.done()


def test_without_a_database_of_ours_nothing_is_remembered(note, clone):
    (clone.running / "postgres").rmdir()
    note.remember()
    assert not note.done()


@pytest.fixture
def preparations(monkeypatch):
    """Count how often a database is migrated, without doing it."""
    counted = []
    monkeypatch.setattr(testing, "prepare", lambda _layout, environ: counted.append(environ["DATABASE_URL"]))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    return counted


def test_the_second_test_run_finds_the_migrated_database(layout, preparations):
    for _ in range(2):
        with testing._migrated_services(layout, layout.state / "test") as environ:
            assert environ["TEST_TEMPLATE"] == "casemgr_migrated"
            assert "/casemgr?" in environ["DATABASE_URL"]
    assert len(preparations) == 1
    assert "/casemgr_migrated?" in preparations[0]


def test_an_interrupted_test_run_leaves_nothing_to_trust(layout, preparations):
    directory = layout.state / "test"
    with pytest.raises(KeyboardInterrupt), testing._migrated_services(layout, directory):
        raise KeyboardInterrupt
    assert not (directory / "postgres").exists()
    with testing._migrated_services(layout, directory):
        pass
    assert len(preparations) == 2
