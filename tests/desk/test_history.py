import pytest
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from patients.diagnoses.actions import record_diagnosis, revise_diagnosis
from patients.record.actions import change_patient
from referrals.casework.models import Task
from tests.charts import fill_chart


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
