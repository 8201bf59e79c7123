import io
import json
import tarfile
from pathlib import Path

import pytest

from casemgr.importing import reading
from casemgr.importing.reading import documents, turns_of
from tests.importing.conftest import BUNDLES


def archive(path: Path, members: dict[str, bytes], mode: str = "w:xz") -> Path:
    with tarfile.open(path, mode) as tar:
        for name, raw in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))
    return path


def of(kind: str) -> bytes:
    return json.dumps({"resourceType": "Bundle", "type": "batch", "entry": [{"resource": {"resourceType": kind}}]}).encode()


def found_in(*paths: Path) -> list[reading.Document]:
    return list(documents(paths, turns_of(paths)))


def names(*paths: Path) -> list[str]:
    return [document.name.rsplit("/", 1)[-1] for document in found_in(*paths)]


@pytest.mark.parametrize(
    ("suffix", "mode"), [(".tar.xz", "w:xz"), (".tar.gz", "w:gz"), (".tgz", "w:gz"), (".tar.bz2", "w:bz2"), (".tar", "w")]
)
def test_archives_are_read_with_organizations_first_then_patients_then_the_rest(tmp_path, suffix, mode):
    members = {"a/late.json": of("Observation"), "b/person.json": of("Patient"), "c/hospital.json": of("Organization"), "README": b"hello"}
    path = archive(tmp_path / f"all{suffix}", members, mode)
    assert names(path) == ["hospital.json", "person.json", "late.json"]
    assert [document.raw for document in found_in(path)] == [of("Organization"), of("Patient"), of("Observation")]


def test_folders_files_and_archives_can_be_given_together(tmp_path):
    archive(tmp_path / "inner.tar.gz", {"x.json": of("Patient")}, "w:gz")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "y.json").write_bytes(of("Organization"))
    (tmp_path / ".hidden.json").write_bytes(of("Patient"))
    assert names(tmp_path, BUNDLES / "sam.json") == ["y.json", "inner.tar.gz!x.json", "sam.json"]


def test_a_damaged_archive_is_named_and_stops_nothing_else(tmp_path):
    path = archive(tmp_path / "all.tar.gz", {f"{n}.json": of("Patient") + bytes(str(n), "ascii") * 5000 for n in range(50)}, "w:gz")
    path.write_bytes(path.read_bytes()[:-400])
    documents = found_in(path, BUNDLES / "sam.json")
    assert documents[-1].name.endswith("sam.json")
    assert any(document.trouble.startswith("The archive is damaged:") for document in documents)


def test_what_is_no_archive_is_named(tmp_path):
    path = tmp_path / "all.tar.xz"
    path.write_bytes(b"not an archive")
    (document,) = found_in(path)
    assert document.trouble.startswith("The archive is damaged:")


def test_a_bundle_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 50)
    path = tmp_path / "big.json"
    path.write_bytes(of("Patient"))
    (document,) = found_in(path)
    assert document.trouble == f"It has {len(of('Patient'))} bytes; a bundle of more than 50 is not read. Split it."


def test_lines_of_resources_are_grouped_and_lines_that_are_bundles_stand_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "LINES_AT_ONCE", 2)
    path = tmp_path / "x.ndjson"
    path.write_bytes(b'{"resourceType":"Patient","id":"1"}\n\n{"a":2}\n{"a":3}\n' + of("Patient") + b'\n{"a":5}')
    documents = found_in(path)
    assert [document.name.rsplit(":", 1)[-1] for document in documents] == ["1-3", "4-4", "5", "6-6"]
    assert [[number for number, _raw in document.lines] for document in documents] == [[1, 3], [4], [], [6]]
    assert documents[2].raw.strip() == of("Patient")


def test_a_line_too_long_is_named_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    path = tmp_path / "x.ndjson"
    path.write_bytes(b'{"a": "' + b"x" * 350 + b'"}\n{"a": 2}\n')
    documents = found_in(path)
    assert documents[0].trouble.endswith("a bundle of more than 100 is not read. Split it.")
    assert documents[1].lines == ((2, b'{"a": 2}\n'),)
