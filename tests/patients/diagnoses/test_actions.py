from datetime import date

import pytest

from casemgr.core.audit.history import history_of
from casemgr.core.refusals import Denied, Refused
from patients.diagnoses.actions import record_diagnosis, revise_diagnosis
from patients.diagnoses.models import Diagnosis
from patients.diagnoses.queries import active_diagnoses_for, diagnoses_for


@pytest.fixture
def by(clinic, now):
    return {"by": clinic.therapist, "at": now}


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def depression(patient, by):
    return record_diagnosis(patient=patient, axis="mental_health", code="f321", basis="Low mood for a month.", **by)


def _fields(refused):
    return {reason.field for reason in refused.value.reasons}


def test_a_diagnosis_starts_provisional_with_the_official_title(depression):
    depression.refresh_from_db()
    assert (depression.code, depression.title) == ("F32.1", "Major depressive disorder, single episode, moderate")
    assert (depression.certainty, depression.course, depression.axis) == ("provisional", "active", "mental_health")


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"axis": "substance_use", "code": "F11.2X"}, {"code"}),
        ({"axis": "substance_use", "code": "F32.1"}, {"axis"}),
        ({"axis": "", "code": "F32.1"}, {"axis"}),
        ({"axis": "physical"}, {"code"}),
        ({"axis": "physical", "other_code": "73211009"}, {"other_system", "title"}),
        ({"axis": "substance_use", "code": "F11.20", "other_code": "1", "other_system": "x"}, {"other_code"}),
        ({"axis": "substance_use", "code": "F11.20", "certainty": "?", "course": "?"}, {"certainty", "course"}),
        ({"axis": "substance_use", "code": "F11.20", "onset_on": date(2026, 3, 5)}, {"onset_on"}),
        (
            {"axis": "substance_use", "code": "F11.20", "onset_on": date(2026, 3, 3), "ended_on": date(2026, 3, 1)},
            {"ended_on", "course"},
        ),
    ],
)
def test_what_cannot_be_is_refused(patient, by, facts, fields):
    with pytest.raises(Refused) as refused:
        record_diagnosis(patient=patient, **facts, **by)
    assert _fields(refused) == fields
    assert not Diagnosis.objects.exists()


def test_another_code_system_brings_its_own_title(patient, by):
    found = record_diagnosis(
        patient=patient, axis="physical", other_system="http://snomed.info/sct", other_code="73211009", title="Diabetes mellitus", **by
    )
    assert str(found) == "73211009 Diabetes mellitus"


def test_the_same_code_is_not_active_twice(clinic, patient, depression, by, now):
    with pytest.raises(Refused) as refused:
        record_diagnosis(patient=patient, axis="mental_health", code="F32.1", **by)
    assert _fields(refused) == {"code"}
    record_diagnosis(patient=clinic.patient(), axis="mental_health", code="F32.1", **by)
    revise_diagnosis(diagnosis=depression, certainty="refuted", basis="It was withdrawal.", **by)
    again = record_diagnosis(patient=patient, axis="mental_health", code="F32.1", **by)
    assert list(active_diagnoses_for(patient)) == [again]
    assert set(diagnoses_for(patient)) == {depression, again}


def test_what_was_thought_before_is_kept(depression, by):
    revise_diagnosis(diagnosis=depression, certainty="confirmed", **by)
    revise_diagnosis(diagnosis=depression, certainty="refuted", basis="Gone after four weeks without alcohol.", **by)
    changes, _more = history_of(depression)
    told = [{str(field.name): str(field.after) for field in change.fields} for change in changes]
    assert [facts.get("certainty") for facts in told] == ["Refuted", "Confirmed", "Provisional"]
    assert [change.verb for change in changes] == ["revise_diagnosis", "revise_diagnosis", "record_diagnosis"]


def test_a_refutation_needs_a_basis_and_stays(patient, by):
    opioid = record_diagnosis(patient=patient, axis="substance_use", code="F11.20", **by)
    with pytest.raises(Refused) as refused:
        revise_diagnosis(diagnosis=opioid, certainty="refuted", **by)
    assert _fields(refused) == {"basis"}
    revise_diagnosis(diagnosis=opioid, certainty="refuted", basis="Mistaken for another person.", **by)
    with pytest.raises(Refused) as refused:
        revise_diagnosis(diagnosis=opioid, certainty="confirmed", **by)
    assert _fields(refused) == {"certainty"}
    opioid.refresh_from_db()
    assert opioid.certainty == "refuted"


def test_a_diagnosis_ends_and_comes_back(depression, by):
    over = revise_diagnosis(diagnosis=depression, course="resolved", ended_on=date(2026, 3, 1), **by)
    assert (over.course, over.ended_on) == ("resolved", date(2026, 3, 1))
    back = revise_diagnosis(diagnosis=depression, course="active", **by)
    assert (back.course, back.ended_on) == ("active", None)


def test_who_may_not_diagnose_changes_nothing(clinic, patient, depression, now):
    with pytest.raises(Denied):
        record_diagnosis(patient=patient, axis="substance_use", code="F11.20", by=clinic.case_manager, at=now)
    with pytest.raises(Denied):
        revise_diagnosis(diagnosis=depression, certainty="confirmed", by=clinic.nurse, at=now)
    assert [row.certainty for row in Diagnosis.objects.all()] == ["provisional"]


def test_recording_and_revising_are_cheap(patient, by, query_count):
    assert by["by"].current_memberships
    with query_count(8):
        found = record_diagnosis(patient=patient, axis="substance_use", code="F11.20", **by)
    with query_count(7):
        revise_diagnosis(diagnosis=found, certainty="confirmed", **by)
