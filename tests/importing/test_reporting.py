import io
import json
from collections import Counter

from casemgr.importing.reporting import Progress, Totals, report_file
from casemgr.importing.running import BundleReport, Unmapped


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def told(name: str = "one.json", entries: int = 100, **fields) -> BundleReport:
    return BundleReport(name, fields.pop("outcome", "imported"), entries=entries, **fields)


def test_a_person_who_watches_sees_a_bar_with_bundle_entries_and_rate():
    screen, clock = Terminal(), Clock()
    progress = Progress(screen, 4, clock)
    clock.now = 2.0
    progress.step(told(entries=5000))
    assert screen.getvalue() == f"\r[{'█' * 7}{'·' * 23}] bundle 1 of 4 · 5,000 entries · 2,500 a second\x1b[K"


def test_a_log_gets_a_line_now_and_then():
    log, clock = io.StringIO(), Clock()
    progress = Progress(log, 100, clock)
    for second in range(25):
        clock.now = float(second)
        progress.step(told(entries=10))
    progress.end()
    assert log.getvalue() == "bundle 11 of 100 · 110 entries · 11 a second\nbundle 21 of 100 · 210 entries · 10 a second\n"


def test_progress_names_no_file_because_names_of_files_name_people():
    screen = Terminal()
    Progress(screen, 1).step(told("Jordana_Testperson.json"))
    assert "Testperson" not in screen.getvalue()


def test_the_summary_adds_up_and_names_what_was_refused_and_why():
    totals = Totals()
    left = [Unmapped("entry[3]", "Procedure", "urn:uuid:3", "3", "no place yet")]
    totals.add(told(counts={"Patient": Counter(new=1), "Procedure": Counter(unmapped=1)}, unmapped=left))
    totals.add(told(outcome="unchanged", counts={"Patient": Counter(unchanged=2)}))
    totals.add(told("broken.json", outcome="refused", problems=["Entry[0] (Patient 1): Patient.gender “zebra” is none of …"]))
    assert list(totals.lines()) == [
        "1 imported, 1 refused, 1 unchanged",
        "",
        "                                     new   unchanged     changed    unmapped",
        "Patient                                1           2           0           0",
        "Procedure                              0           0           0           1",
        "",
        "Not mapped:",
        "       1 × Procedure: no place yet",
        "",
        "Refused, and nothing of it taken over: broken.json",
        "  Entry[0] (Patient 1): Patient.gender “zebra” is none of …",
    ]


def test_an_import_of_nothing_says_so():
    assert list(Totals().lines()) == ["No bundle was found."]


def test_the_report_has_a_line_for_each_bundle_each_entry_left_out_and_each_note_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "report.jsonl"
    left = [Unmapped("entry[3]", "Procedure", "urn:uuid:3", "3", "no place yet")]
    with report_file(path) as write:
        write(told(counts={"Procedure": Counter(unmapped=1)}, unmapped=left, notes=["look at both"], seconds=0.12345))
    assert path.stat().st_mode & 0o777 == 0o600
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {
            "line": "bundle",
            "bundle": "one.json",
            "outcome": "imported",
            "entries": 100,
            "seconds": 0.123,
            "problems": [],
            "counts": {"Procedure": {"unmapped": 1}},
        },
        {
            "line": "unmapped",
            "bundle": "one.json",
            "entry": "entry[3]",
            "kind": "Procedure",
            "full_url": "urn:uuid:3",
            "resource_id": "3",
            "reason": "no place yet",
        },
        {"line": "note", "bundle": "one.json", "note": "look at both"},
    ]
