"""The verbs with which features take rows over, each asked for what it must refuse."""

from datetime import timedelta

import pytest

from casemgr.core.refusals import Denied, Refused
from patients.diagnoses.actions import take_over_diagnoses_in_bulk
from patients.diagnoses.models import Diagnosis
from patients.record.actions import remember_outside_ids_in_bulk
from patients.screenings.actions import take_over_answers_in_bulk, take_over_observations_in_bulk
from patients.screenings.models import Observation, QuestionnaireAnswers
from treatment_plans.appointments.actions import take_over_appointments_in_bulk
from treatment_plans.appointments.models import Appointment
from treatment_plans.medication.actions import take_over_statements_in_bulk
from treatment_plans.medication.models import MedicationStatement
from treatment_plans.sessions.actions import take_over_visits_in_bulk
from treatment_plans.sessions.models import Session


def diagnosis(clinic, **fields):
    return Diagnosis(**{"axis": "physical", "other_system": "urn:x", "other_code": "1", "title": "told", **fields})


def observation(clinic, **fields):
    return Observation(**{"kind": "other", "code": "1", "title": "told", "observed_at": clinic.now, "value_text": "x", **fields})


def answers(clinic, **fields):
    return QuestionnaireAnswers(**{"questionnaire": "urn:q", "title": "told", "answered_at": clinic.now, **fields})


def statement(clinic, **fields):
    return MedicationStatement(**{"kind": "ordered", "code": "1", "title": "told", "status": "active", "at": clinic.now, **fields})


def appointment(clinic, **fields):
    starts_at = fields.pop("starts_at", clinic.now + timedelta(days=9))
    facts = {"site": clinic.north, "clinician": clinic.therapist, "kind": "other", "starts_at": starts_at, "note": "told"}
    return Appointment(**{**facts, "ends_at": starts_at + timedelta(minutes=30), **fields})


VERBS = [
    (take_over_diagnoses_in_bulk, diagnosis, {"axis": "fifth"}),
    (take_over_diagnoses_in_bulk, diagnosis, {"code": "X00.0"}),
    (take_over_observations_in_bulk, observation, {"kind": "fifth"}),
    (take_over_answers_in_bulk, answers, {"questionnaire": ""}),
    (take_over_statements_in_bulk, statement, {"title": " "}),
    (take_over_appointments_in_bulk, appointment, {"state": "fifth"}),
]


@pytest.mark.parametrize(("verb", "row", "wrong"), VERBS)
def test_rows_that_cannot_be_are_refused_all_together(clinic, verb, row, wrong):
    patient = clinic.patient()
    with pytest.raises(Refused):
        verb(patient=patient, new=[row(clinic), row(clinic, **wrong)], changed=[], by=clinic.system, at=clinic.now)
    assert type(row(clinic)).objects.count() == 0


@pytest.mark.parametrize(("verb", "row", "wrong"), VERBS)
def test_a_row_of_somebody_else_is_not_changed(clinic, verb, row, wrong):
    theirs, mine = clinic.patient(), clinic.patient()
    (made,) = verb(patient=theirs, new=[row(clinic)], changed=[], by=clinic.system, at=clinic.now)
    words = "note" if isinstance(made, Appointment) else "title"
    verb(patient=mine, new=[], changed=[row(clinic, pk=made.pk, **{words: "overwritten"})], by=clinic.system, at=clinic.now)
    made.refresh_from_db()
    assert (made.patient, getattr(made, words)) == (theirs, "told")


def test_a_visit_of_somebody_else_is_not_changed(clinic):
    theirs, mine = clinic.patient(), clinic.patient()

    def visit(title, pk=None):
        return Session(pk=pk, site=clinic.north, title=title, starts_at=clinic.now, ends_at=clinic.now + timedelta(minutes=20))

    (made,) = take_over_visits_in_bulk(patient=theirs, new=[(visit("told"), 20)], changed=[], by=clinic.system, at=clinic.now)
    take_over_visits_in_bulk(patient=mine, new=[], changed=[(visit("overwritten", made.pk), 5)], by=clinic.system, at=clinic.now)
    assert Session.objects.get().title == "told"


def test_two_meetings_at_the_same_time_are_refused(clinic):
    patient = clinic.patient()
    with pytest.raises(Refused, match="Two booked appointments of this person overlap"):
        take_over_appointments_in_bulk(
            patient=patient, new=[appointment(clinic), appointment(clinic)], changed=[], by=clinic.system, at=clinic.now
        )
    assert Appointment.objects.count() == 0


def test_only_the_import_writes_down_outside_ids(clinic):
    with pytest.raises(Denied):
        remember_outside_ids_in_bulk(patient=clinic.patient(), ids=[], by=clinic.director, at=clinic.now)
