import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from casemgr.core.audit import anchors
from casemgr.core.audit.anchors import Contradicted, begin_anew, last_anchor, numbers, read_line, runs, write_anchor
from casemgr.core.audit.models import AuditEvent
from casemgr.core.audit.verifying import last_verification, put_verification_on_record, verify
from casemgr.schedule import anchor_audit, verify_audit


@pytest.fixture
def anchor_file(settings):
    return settings.AUDIT_ANCHOR


def verified(record):
    """Verify and put the result on the record, as every night."""
    result = verify(at=timezone.now())
    put_verification_on_record(result, by=record.clinic.system, at=timezone.now())
    record.seal()
    return result


def test_numbers_are_written_as_runs():
    assert runs([1, 2, 3, 7, 6, 8, 9]) == "1-3,7,6,8-9"
    assert list(numbers("1-3,7,6,8-9")) == [1, 2, 3, 7, 6, 8, 9]
    assert runs([]) == ""
    assert list(numbers("")) == []


def test_an_anchor_is_a_signed_line_tied_to_the_one_before(record, anchor_file):
    record.write(3)
    first = write_anchor(at=timezone.now())
    record.write(2)
    second = write_anchor(at=timezone.now())
    assert (first.first, first.position, second.first, second.position) == (1, 3, 4, 5)
    assert second.previous == first.hash
    assert [read_line(line).number for line in anchor_file.read_text().splitlines()] == [1, 2]
    assert anchor_file.stat().st_mode & 0o777 == 0o600
    assert last_anchor() == second


def test_no_line_is_written_when_there_is_no_news(record, anchor_file):
    assert write_anchor(at=timezone.now()) is None
    record.write(2)
    write_anchor(at=timezone.now())
    before = anchor_file.read_text()
    assert write_anchor(at=timezone.now() + timedelta(hours=1)).number == 1
    assert anchor_file.read_text() == before


def test_much_at_once_is_written_in_several_lines(record, anchor_file, monkeypatch):
    monkeypatch.setattr(anchors, "EVENTS_A_LINE", 4)
    record.write(10)
    assert write_anchor(at=timezone.now()).number == 3
    assert record.places() == []


def test_a_fresh_record_is_no_alarm(record):
    assert verified(record).notes == []
    assert record.places() == []


def test_an_anchor_file_that_is_missing_is_reported(record, anchor_file):
    record.write(3)
    verified(record)
    anchor_file.unlink()
    result = verify(at=timezone.now())
    assert [fault.position for fault in result.faults] == [3]
    assert "line 1 of the anchor file, which the record knew, is not there" in result.faults[0].text


def test_an_anchor_file_that_was_set_back_is_reported(record, anchor_file):
    record.write(3)
    verified(record)
    kept = anchor_file.read_text()
    record.write(3)
    verified(record)
    anchor_file.write_text(kept)
    assert "line 2 of the anchor file, which the record knew, is not there" in record.words()


@pytest.mark.parametrize("change", [lambda said: said | {"position": 2}, lambda said: said | {"at": "2026-01-01T00:00:00+00:00"}])
def test_a_line_that_was_changed_is_reported(record, anchor_file, change):
    for _time in range(3):
        record.write(2)
        write_anchor(at=timezone.now())
    lines = anchor_file.read_text().splitlines()
    lines[1] = json.dumps(change(json.loads(lines[1])))
    anchor_file.write_text("\n".join(lines) + "\n")
    assert "the anchor file was changed before its line 3" in record.words()


def test_half_a_line_that_a_power_cut_left_is_no_alarm(record, anchor_file):
    record.write(2)
    write_anchor(at=timezone.now())
    with anchor_file.open("a") as file:
        file.write('{"at":"2026')
    record.write(2)
    assert write_anchor(at=timezone.now()).position == 4
    assert record.places() == []


def test_nothing_is_anchored_over_what_was_lost_and_the_alarm_is_raised_at_once(record, anchor_file):
    record.write(4)
    anchor_audit()
    record.seal()
    before = anchor_file.read_text()
    record.as_owner("DELETE FROM casemgr_auditevent")
    record.as_owner("DELETE FROM casemgr_auditseal")
    with pytest.raises(Contradicted):
        write_anchor(at=timezone.now())
    anchor_audit()
    anchor_audit()
    last = last_verification()
    assert (last.holds, last.count) == (False, 1)
    assert AuditEvent.objects.filter(verb="verify_audit").count() == 1
    assert anchor_file.read_text() == before


def test_every_night_the_result_goes_on_the_record(record):
    record.write(3)
    verify_audit()
    event = AuditEvent.objects.get(verb="verify_audit")
    assert (event.outcome, event.door, event.actor_id, event.rests_on) == ("done", "schedule", record.clinic.system.pk, "schedule")
    assert (last_verification().rows, last_verification().holds) == (3, True)


def test_after_a_restore_one_says_so_and_begins_anew(record, anchor_file):
    record.write(4)
    write_anchor(at=timezone.now())
    record.as_owner("TRUNCATE casemgr_auditevent, casemgr_auditseal")
    record.write(2)
    assert record.places() != []
    begin_anew(at=timezone.now(), reason="restored the dump of Sunday")
    result = verify(at=timezone.now())
    assert result.faults == []
    assert "restored the dump of Sunday" in result.notes[0]
    assert record.places() == []


def test_a_folder_that_cannot_be_written_is_reported(record, anchor_file):
    record.write(1)
    anchor_file.parent.write_text("a file where the folder should be")
    assert "the anchor file cannot be written" in record.words()


def test_the_command_prints_a_head_for_another_machine_and_checks_one_that_was_kept_there(record, capsys):
    record.write(3)
    call_command("audit_anchor")
    printed = capsys.readouterr().out
    anchor = last_anchor()
    assert printed.strip() == anchor.head()
    call_command("verify_audit", "--no-record", head=[f"3:{anchor.digest}"])
    assert "The audit record holds: 3 events, every seal in place, anchored up to position 3" in capsys.readouterr().out
    with pytest.raises(CommandError, match="does not hold in 1 place"):
        call_command("verify_audit", "--no-record", head=["3:" + "0" * 64])


def test_the_command_names_each_fault_and_fails(record, capsys):
    keys = record.write(5)
    call_command("verify_audit")
    record.seal()
    record.as_owner("UPDATE casemgr_auditevent SET reason = 'changed' WHERE id = %s", keys[4])
    with pytest.raises(CommandError, match="does not hold in 1 place"):
        call_command("verify_audit")
    assert f"position 5, event {keys[4]}: the event or its seal was changed" in capsys.readouterr().out


def test_the_command_says_what_is_missing(db, capsys):
    with pytest.raises(CommandError, match="nothing to anchor"):
        call_command("audit_anchor", "--last")
