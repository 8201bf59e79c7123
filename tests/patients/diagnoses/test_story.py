from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from casemgr.core.refusals import Denied, Refused
from patients.diagnoses.actions import (
    add_evidence,
    look_at_diagnosis_again,
    record_diagnosis,
    record_use,
    revise_diagnosis,
    take_over_diagnoses_in_bulk,
)
from patients.diagnoses.models import Diagnosis, DiagnosisEntry
from patients.diagnoses.queries import diagnoses_to_look_at_again, last_use_on, use_since
from patients.diagnoses.rules import Specifiers

DAY = timedelta(days=1)


@pytest.fixture
def by(clinic, now):
    return {"by": clinic.therapist, "at": now}


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def today(now):
    return now.date()


@pytest.fixture
def panic(patient, by):
    return record_diagnosis(patient=patient, axis="mental_health", code="F41.0", basis="Three attacks seen.", **by)


@pytest.fixture
def opioid(patient, by):
    found = Specifiers("opioid", criteria_count=6, on_maintenance=True)
    return record_diagnosis(patient=patient, axis="substance_use", code="F11.20", certainty="confirmed", specifiers=found, **by)


def _fields(refused):
    return {reason.field for reason in refused.value.reasons}


def _kinds(diagnosis):
    return [entry.kind for entry in DiagnosisEntry.objects.filter(diagnosis=diagnosis).order_by("id")]


def test_the_story_says_from_what_to_what_on_which_basis(clinic, panic, by):
    add_evidence(
        diagnosis=panic, source="collateral", weight="against", words="Only on mornings without dose.", by=clinic.nurse, at=by["at"]
    )
    revise_diagnosis(diagnosis=panic, certainty="refuted", basis="It was withdrawal.", **by)
    refuted, evidence, recorded = panic.entries.all()
    assert refuted.moves == [("Provisional", "Refuted")]
    assert (refuted.words, refuted.recorded_by) == ("It was withdrawal.", clinic.therapist)
    assert (evidence.source, evidence.weight, evidence.recorded_by) == ("collateral", "against", clinic.nurse)
    assert (recorded.kind, recorded.words, recorded.moves) == ("recorded", "Three attacks seen.", [])


def test_a_step_is_never_changed(panic):
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        panic.entries.update(words="Something else")


def test_new_use_moves_the_day_to_look_again_and_nothing_else(patient, panic, opioid, by, today):
    panic.refresh_from_db()
    assert panic.look_again_on == today + 90 * DAY
    record_use(patient=patient, substance="opioid", used_on=today - 3 * DAY, **by)
    panic.refresh_from_db()
    assert panic.look_again_on == today + 25 * DAY
    record_use(patient=patient, substance="tobacco", used_on=today, **by)
    record_use(patient=patient, substance="alcohol", used_on=today - 9 * DAY, **by)
    panic.refresh_from_db()
    assert panic.look_again_on == today + 25 * DAY
    assert _kinds(panic) == ["recorded", "put_off"]
    assert last_use_on(patient) == today - 3 * DAY
    assert [use.substance for use in use_since(patient, today - 5 * DAY)] == ["opioid", "tobacco"]
    opioid.refresh_from_db()
    assert (opioid.course, opioid.certainty, opioid.look_again_on) == ("active", "confirmed", None)


def test_a_second_look_that_leaves_it_open_sets_the_next_day(clinic, patient, panic, by, today):
    later = by["at"] + 91 * DAY
    assert list(diagnoses_to_look_at_again(clinic.therapist, later.date())) == [panic]
    assert not diagnoses_to_look_at_again(clinic.therapist, today + 89 * DAY)
    assert not diagnoses_to_look_at_again(clinic.case_manager, later.date())
    look_at_diagnosis_again(diagnosis=panic, words="Still drinks on weekends.", by=clinic.therapist, at=later)
    assert not diagnoses_to_look_at_again(clinic.therapist, later.date())
    panic.refresh_from_db()
    assert (panic.looked_on, panic.look_again_on) == (later.date(), later.date() + 90 * DAY)
    with pytest.raises(Refused) as refused:
        look_at_diagnosis_again(diagnosis=panic, words=" ", **by)
    assert _fields(refused) == {"words"}
    revise_diagnosis(diagnosis=panic, certainty="confirmed", by=clinic.therapist, at=later)
    panic.refresh_from_db()
    assert panic.look_again_on is None
    with pytest.raises(Refused):
        look_at_diagnosis_again(diagnosis=panic, words="x", **by)


def test_remission_and_return_keep_code_and_suggestion_apart(opioid, by, today):
    found = Specifiers("opioid", criteria_count=6, remission_since=today - 200 * DAY)
    row = revise_diagnosis(diagnosis=opioid, course="remission", specifiers=found, **by)
    assert (row.code, row.suggested_code, row.remission_since) == ("F11.20", "F11.21", today - 200 * DAY)
    row = revise_diagnosis(diagnosis=row, code="f1121", **by)
    assert (row.code, row.title) == ("F11.21", "Opioid dependence, in remission")
    assert row.entries.first().moves == [("F11.20", "F11.21")]
    row = revise_diagnosis(diagnosis=row, course="active", **by)
    assert (row.remission_since, row.suggested_code) == (None, "F11.20")


@pytest.mark.parametrize(
    ("axis", "code", "found", "fields"),
    [
        ("mental_health", "F41.0", Specifiers("panic", criteria_count=3), {"criteria"}),
        ("mental_health", "F41.0", Specifiers("panic", on_maintenance=True), {"on_maintenance"}),
        ("social", "Z59.00", Specifiers(relation_to_use="unclear"), {"relation_to_use"}),
        ("mental_health", "F41.0", Specifiers("panic", onset_age=130), {"onset_age"}),
        ("mental_health", "F41.0", Specifiers("panic", remission_since=date(2026, 1, 1)), {"remission_since"}),
        ("mental_health", "F41.0", Specifiers("panic", first_treated_on=date(2027, 1, 1)), {"first_treated_on"}),
        ("substance_use", "F11.20", Specifiers("opioid", criteria_count=12), {"criteria_count"}),
        ("substance_use", "F11.20", Specifiers("opioid", criteria=("greed", "craving")), {"criteria"}),
        ("mental_health", "F31.9", Specifiers("bipolar_1", pole="south", relation_to_use="?"), {"pole", "relation_to_use"}),
    ],
)
def test_what_cannot_be_said_of_an_illness_is_refused(patient, by, axis, code, found, fields):
    with pytest.raises(Refused) as refused:
        record_diagnosis(patient=patient, axis=axis, code=code, specifiers=found, **by)
    assert _fields(refused) == fields
    assert not Diagnosis.objects.exists()


@pytest.mark.parametrize(
    ("which", "wrong"),
    [
        ("opioid", {"criteria_count": 3}),
        ("opioid", {"criteria_count": 12}),
        ("opioid", {"severity": "mild"}),
        ("opioid", {"certainty": "refuted", "basis": ""}),
        ("opioid", {"remission_since": date(2026, 1, 1)}),
        ("opioid", {"onset_on": date(2010, 1, 1), "onset_age": 20}),
        ("opioid", {"onset_age": 121}),
        ("opioid", {"onset_on": date(2010, 1, 1), "first_treated_on": date(2009, 1, 1)}),
        ("panic", {"criteria_count": 6, "severity": "severe"}),
        ("panic", {"controlled_environment": True}),
        ("panic", {"certainty": "confirmed"}),
        ("panic", {"looked_on": date(2030, 1, 1)}),
        ("panic", {"axis": "social", "relation_to_use": "unclear", "look_again_on": None}),
    ],
)
def test_the_database_refuses_what_must_never_be(request, which, wrong):
    row = request.getfixturevalue(which)
    with pytest.raises(IntegrityError), transaction.atomic():
        Diagnosis.objects.filter(pk=row.pk).update(**wrong)


def test_what_another_system_tells_keeps_what_was_said_here(clinic, patient, opioid, panic, now):
    system = {"by": clinic.system, "at": now}
    told = {"axis": "mental_health", "code": "F41.0", "title": "Panic", "certainty": "confirmed", "course": "active", "basis": "Told."}
    again = Diagnosis(pk=panic.pk, patient=patient, recorded_at=panic.recorded_at, recorded_by=panic.recorded_by, **told)
    ours = Diagnosis(
        pk=opioid.pk, patient=patient, recorded_at=opioid.recorded_at, recorded_by=opioid.recorded_by,
        axis="physical", code="", other_system="urn:x", other_code="1", title="Opioids", certainty="confirmed", course="remission", basis="T",
    )  # fmt: skip
    new = Diagnosis(axis="mental_health", code="F32.1", title="Depression", basis="Taken over from elsewhere.")
    take_over_diagnoses_in_bulk(patient=patient, new=[new], changed=[again, ours], **system)
    opioid.refresh_from_db()
    assert (opioid.axis, opioid.criteria_count, opioid.on_maintenance, opioid.course) == ("substance_use", 6, True, "remission")
    assert _kinds(panic) == ["recorded", "taken_over"]
    found = Diagnosis.objects.get(code="F32.1")
    assert (found.disorder, found.look_again_on) == ("depression", now.date() + 90 * DAY)
    assert _kinds(found) == ["taken_over"]


def test_who_may_not_says_nothing(clinic, panic, patient, now, today):
    with pytest.raises(Denied):
        add_evidence(diagnosis=panic, source="interview", weight="for", words="x", by=clinic.front_desk, at=now)
    with pytest.raises(Denied):
        look_at_diagnosis_again(diagnosis=panic, words="x", by=clinic.nurse, at=now)
    with pytest.raises(Denied):
        record_use(patient=patient, substance="opioid", used_on=today, by=clinic.front_desk, at=now)


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"substance": "tea"}, {"substance"}),
        ({"used_on": date(2030, 1, 1)}, {"used_on"}),
        ({"source": "rumor", "route": "thought"}, {"source", "route"}),
    ],
)
def test_use_that_cannot_be_is_refused(patient, by, today, facts, fields):
    with pytest.raises(Refused) as refused:
        record_use(patient=patient, **({"substance": "opioid", "used_on": today} | facts), **by)
    assert _fields(refused) == fields
