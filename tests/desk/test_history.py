import pytest
from django.apps import apps
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.history import _say, is_tracked
from casemgr.core.audit.models import AuditEvent
from casemgr.core.grants import OURS
from casemgr.desk.history.queries import SOURCES
from patients.diagnoses.actions import record_diagnosis, revise_diagnosis
from patients.instruments.data import instruments
from patients.merging.queries import patient_columns
from patients.record.actions import change_patient
from patients.record.models import Patient
from patients.screenings.models import Assessment
from referrals.casework.models import Task
from tests.charts import fill_chart
from treatment_plans.sessions.models import Attendance

EXCEPTED = {
    "casemgr.Clock": "it counts the days of something that has a history of its own",
    "patients.AllowedReader": "who may read a restricted chart is told by the page of the restriction, to those who keep it",
    "patients.ChartRestriction": "why a chart is closed is told by the page of the restriction, to those who keep it",
    "patients.Complaint": "it is for the privacy officer, not for those of whom it complains",
    "patients.Conflict": "a tie of a colleague to a person is for those who keep the list",
    "patients.CourtOrder": "it is for those who carry it out; what was told on it is in the accounting",
    "patients.EmergencyDisclosure": "what was told in an emergency, and its review, are in the accounting",
    "patients.GlassBreak": "who broke the glass is told by the record of access",
    "patients.IncidentPerson": "who was reached by an incident is for the privacy officer",
    "patients.Merge": "it is told by the page of the merge and by the record of access",
    "patients.PossibleDuplicate": "it compares two records and says nothing of one",
    "patients.RecordsRequest": "what a person asked about the own record is told on the page of requests, with its clock",
    "patients.TabletLink": "the assessments that it opens are here",
    "patients.Transmission": "what was sent is in the accounting; this is the envelope",
    "treatment_plans.CounselingNote": "it is its author's; not even that it exists is told to others (45 CFR 164.501)",
    "treatment_plans.CounselingOpening": "it is told where counseling notes are opened",
}
"""Tables of a person's record whose changes the history of the chart does not tell, each with the reason."""


def tables_of_a_record():
    """Return every table with a person in it, and those whose rows hang on one of these, with a history that the database keeps."""
    ours = [model for model in apps.get_models() if model._meta.app_label in OURS and not hasattr(model, "pgh_tracked_model")]
    found = {column.model for column in patient_columns()} | {Patient}
    while more := [m for m in ours if m not in found and any(f.related_model in found for f in m._meta.concrete_fields if f.is_relation)]:
        found.update(more)
    return {model for model in found if is_tracked(model)}


def test_every_table_of_a_record_is_in_the_history_or_excepted_with_a_reason():
    told_of, kept = {source.model for _right, source in SOURCES}, tables_of_a_record()
    assert sorted(model._meta.label for model in kept - told_of if model._meta.label not in EXCEPTED) == []
    assert sorted(EXCEPTED.keys() - {model._meta.label for model in kept - told_of}) == []


def history(browser, patient, **query):
    return browser.get(reverse("desk:history", args=[patient.public_id]), query)


def told(page):
    return [
        (change.what, change.label, change.who, {f.name: (f.before, f.after) for f in change.fields}) for change in page.context["changes"]
    ]


def test_every_change_says_who_and_what_it_was_before(clinic, sign_in, now):
    patient = clinic.patient(given="Ana", family="Flores")
    diagnosis = record_diagnosis(patient=patient, axis="substance_use", code="F11.20", by=clinic.therapist, at=now)
    revise_diagnosis(diagnosis=diagnosis, certainty="confirmed", by=clinic.therapist, at=now)
    change_patient(patient=patient, pronouns="they/them", by=clinic.therapist, at=now)
    changes = told(history(sign_in(clinic.therapist), patient))
    assert ("diagnosis", "update", clinic.therapist.full_name, {"certainty": ("Provisional", "Confirmed")}) in changes
    assert ("patient", "update", clinic.therapist.full_name, {"pronouns": ("", "they/them")}) in changes
    assert {(what, label) for what, label, _who, _fields in changes} >= {
        ("patient", "insert"),
        ("episode of care", "insert"),
        ("diagnosis", "insert"),
    }


def test_what_was_changed_past_the_program_itself_is_there_too(clinic, sign_in):
    patient = clinic.patient()
    task = Task.objects.create(
        patient=patient,
        program=clinic.program,
        domain="legal",
        title="Call",
        due_on="2026-03-04",
        recorded_at=clinic.now,
        recorded_by=clinic.system,
    )
    Task.objects.filter(pk=task.pk).update(title="Call again")
    assert ("task", "update", "", {"what": ("Call", "Call again")}) in told(history(sign_in(clinic.case_manager), patient))


def test_an_assessment_is_in_the_history_once_it_is_no_draft_and_never_when_a_compartment_keeps_it(clinic, sign_in, now):
    patient = clinic.patient()
    said = {"patient": patient, "program": clinic.program, "started_at": now, "recorded_at": now, "recorded_by": clinic.system}
    draft = Assessment.objects.create(instrument="phq9", version="1.0", answers={"1": 2}, **said)
    done = {"state": "complete", "completed_at": now}
    Assessment.objects.create(instrument="gad7", version="1.0", total=7, **done, **said)
    apart = next(told.id for told in instruments().values() if told.compartment)
    Assessment.objects.create(instrument=apart, version="1.0", total=3, **done, **said)
    Assessment.objects.filter(pk=draft.pk).update(answers={"1": 2, "2": 1})
    changes = [fields for what, _label, _who, fields in told(history(sign_in(clinic.therapist), patient)) if what == "assessment"]
    assert [fields["instrument"][1] for fields in changes] == ["gad7"]


def test_the_front_desk_reads_no_history_of_clinical_facts(clinic, sign_in):
    patient = clinic.patient()
    fill_chart(clinic, patient, 2)
    page = history(sign_in(clinic.front_desk), patient)
    kinds = {change.what for change in page.context["changes"]}
    assert kinds == {"patient", "identifier", "contact point", "episode of care", "care team member", "appointment"}


def test_the_history_of_a_patient_of_another_caseload_does_not_exist(clinic, sign_in):
    theirs = clinic.patient(team=(clinic.hire(Role.THERAPIST, clinic.north),))
    assert history(sign_in(clinic.therapist), theirs).status_code == 404
    assert not AuditEvent.objects.filter(verb="history").exists()


def test_reading_the_history_is_put_on_the_record(clinic, sign_in):
    patient = clinic.patient()
    history(sign_in(clinic.nurse), patient)
    assert AuditEvent.objects.get(verb="history").patient_id == patient.pk


def test_a_long_history_is_walked_page_by_page_without_a_gap(clinic, sign_in):
    patient = clinic.patient()
    fill_chart(clinic, patient, 6)
    browser, seen, page = sign_in(clinic.case_manager), [], None
    page = history(browser, patient)
    seen += [change.key for change in page.context["changes"]]
    while page.context["next_url"]:
        page = browser.get(reverse("desk:history", args=[patient.public_id]) + page.context["next_url"])
        seen += [change.key for change in page.context["changes"]]
    assert len(seen) == len(set(seen))
    assert len(seen) > 100


@pytest.mark.parametrize("n", [2, 12])
def test_a_history_takes_the_same_statements_however_long_it_is(clinic, sign_in, query_count, n):
    patient = clinic.patient()
    for i in range(n):
        Task.objects.create(
            patient=patient, program=clinic.program, domain="legal", title=f"{i}", due_on="2026-03-04", owner=clinic.peer,
            recorded_at=clinic.now, recorded_by=clinic.system,
        )  # fmt: skip
    browser = sign_in(clinic.case_manager)
    with query_count(13):
        history(browser, patient)


def test_the_history_of_one_panel_tells_of_its_facts_only(clinic, sign_in):
    patient = clinic.patient()
    fill_chart(clinic, patient, 2)
    changes = history(sign_in(clinic.case_manager), patient, of="diagnoses").context["changes"]
    assert {change.what for change in changes} == {"diagnosis"}
    assert {change.what for change in history(sign_in(clinic.front_desk), patient, of="diagnoses").context["changes"]} == set()


def test_a_panel_that_does_not_exist_is_everything(clinic, sign_in):
    patient = clinic.patient()
    assert history(sign_in(clinic.case_manager), patient, of="nonsense").context["of"] is None


def test_named_parts_are_told_in_words_not_as_the_machine_keeps_them():
    kept = Attendance._meta.get_field("carried")
    assert _say(kept, {"plan": {"on": "2026-09-04", "from": 468}}, {}) == "plan (on: 2026-09-04, from: 468)"
    assert _say(kept, {}, {}) == ""
    assert _say(kept, [{"name": "Ana"}, "two"], {}) == "name: Ana, two"
