import pytest

from casemgr.core.accounts.models import Program
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.refusals import Denied, Refused
from patients.compartments.actions import write_restricted_note
from patients.compartments.models import RestrictedNote
from tests.patients.compartments.conftest import WORDS

MAY_WRITE = {
    "trauma": {Role.THERAPIST, Role.PRESCRIBER},
    "legal": {Role.CASE_MANAGER},
    "partner_violence": {Role.CASE_MANAGER, Role.THERAPIST, Role.NURSE, Role.PRESCRIBER},
}


@pytest.mark.parametrize("compartment", MAY_WRITE)
def test_who_holds_the_right_of_a_compartment_writes_into_it_and_nobody_else(clinic, write, compartment):
    wrote = set()
    for role in Role:
        try:
            write(compartment, by=clinic.staff[role])
            wrote.add(role)
        except Denied:
            pass
    assert wrote == MAY_WRITE[compartment]
    assert RestrictedNote.objects.count() == len(wrote)


def test_a_right_held_in_another_program_does_not_count_here(clinic, write):
    with pytest.raises(Denied):
        write("trauma", program=Program.objects.create(name="Hill Program"))


@pytest.mark.parametrize(("facts", "field"), [({"body": " \n"}, "body"), ({"compartment": "gossip"}, "compartment")])
def test_a_note_without_words_or_in_no_compartment_is_refused(clinic, patient, right_now, facts, field):
    values = {"compartment": "trauma", "body": "x", "patient": patient, "program": clinic.program, **facts}
    with pytest.raises(Refused) as refused:
        write_restricted_note(by=clinic.therapist, at=right_now, **values)
    assert [reason.field for reason in refused.value.reasons] == [field]
    assert not RestrictedNote.objects.exists()


def test_an_addendum_belongs_to_a_note_of_the_same_person_and_compartment(clinic, write):
    note = write("trauma")
    assert write("trauma", adds_to=note, body="More").adds_to == note
    for facts in ({"patient": clinic.patient()}, {"compartment": "partner_violence"}):
        values = {"compartment": "trauma", **facts}
        with pytest.raises(Refused) as refused:
            write(values.pop("compartment"), adds_to=note, by=clinic.therapist, **values)
        assert [reason.field for reason in refused.value.reasons] == ["adds_to"]


def test_the_record_of_a_note_says_who_and_of_whom_and_no_word(clinic, patient, write):
    write("legal")
    event = AuditEvent.objects.get(verb="write_restricted_note")
    assert (event.actor_id, event.patient_id, event.outcome) == (clinic.case_manager.pk, patient.pk, "done")
    assert WORDS["legal"] not in str([list(row.values()) for row in AuditEvent.objects.values()])
