import pytest
from django.db.models import Model

from casemgr.admin import record_room
from casemgr.core.accounts.models import Membership, Program
from casemgr.core.accounts.rules import Role
from casemgr.core.ui.patient_rows import PatientRowAdmin
from patients.record.models import Patient
from referrals.casework.models import Task
from tests.charts import fill_chart

OF_PATIENTS = [
    model for model, admin in record_room._registry.items() if isinstance(admin, PatientRowAdmin) and model.__name__ != "Disclosure"
]


def rows_of(model: type[Model], patient):
    admin = record_room._registry[model]
    return model._default_manager.filter(**{admin.patient_path: patient.pk})


@pytest.mark.parametrize("model", OF_PATIENTS, ids=lambda model: model.__name__)
def test_the_rows_of_another_caseload_do_not_exist(clinic, sign_in, place, model):
    mine, theirs = clinic.patient(), clinic.patient(team=(clinic.hire(Role.CASE_MANAGER, clinic.north),))
    fill_chart(clinic, mine, 2)
    fill_chart(clinic, theirs, 2)
    browser = sign_in(clinic.case_manager)
    own, other = rows_of(model, mine).first(), rows_of(model, theirs).first()
    assert browser.get(place(own, "change")).status_code == 200
    for page in ("change", "history"):
        assert browser.get(place(other, page)).status_code == 404
    listed = {row.pk for row in browser.get(place(model)).context["cl"].result_list}
    assert own.pk in listed
    assert not listed & set(rows_of(model, theirs).values_list("pk", flat=True))


def test_a_verb_on_a_row_of_another_caseload_answers_like_one_that_does_not_exist(clinic, sign_in, place):
    theirs = clinic.patient(team=(clinic.hire(Role.CASE_MANAGER, clinic.north),))
    fill_chart(clinic, theirs, 1)
    task = Task.objects.get()
    browser = sign_in(clinic.case_manager)
    assert browser.post(place(task, verb="take_task")).status_code == 404
    task.refresh_from_db()
    assert task.owner is None


def test_the_rows_of_another_program_do_not_exist(clinic, sign_in, place):
    patient = clinic.patient()
    other = Program.objects.create(name="Elsewhere")
    task = Task.objects.create(
        patient=patient, program=other, domain="legal", title="x", due_on="2026-03-04", recorded_at=clinic.now, recorded_by=clinic.system
    )
    assert sign_in(clinic.case_manager).get(place(task, "change")).status_code == 404


@pytest.mark.parametrize("model", OF_PATIENTS, ids=lambda model: model.__name__)
def test_an_administrator_opens_no_table_of_patients(clinic, sign_in, place, model):
    clinic.patient(given="Secret")
    answer = sign_in(clinic.administrator).get(place(model))
    assert answer.status_code == 403
    assert "Secret" not in answer.content.decode()


@pytest.mark.parametrize(
    "model", [m for m in OF_PATIENTS if m.__name__ in {"Diagnosis", "Plan", "Goal", "Order", "Dose", "Attendance", "Task"}]
)
def test_the_front_desk_opens_no_clinical_table(clinic, sign_in, place, model):
    assert sign_in(clinic.front_desk).get(place(model)).status_code == 403


def test_a_search_forgives_a_slip_and_stays_within_the_caseload(clinic, sign_in, place):
    mine = clinic.patient(given="Marisol", family="Quintero")
    clinic.patient(given="Marisol", family="Quintero", team=(clinic.hire(Role.CASE_MANAGER, clinic.north),))
    for patient in Patient.objects.all():
        Task.objects.create(
            patient=patient, program=clinic.program, domain="legal", title="x", due_on="2026-03-04", recorded_at=clinic.now,
            recorded_by=clinic.system,
        )  # fmt: skip
    browser = sign_in(clinic.case_manager)
    for model in (Patient, Task):
        found = list(browser.get(place(model), {"q": "marsiol"}).context["cl"].result_list)
        assert len(found) == 1
        assert (found[0].pk if model is Patient else found[0].patient_id) == mine.pk


def test_an_administrator_finds_the_people_of_their_programs_only(clinic, sign_in, place):
    other = Program.objects.create(name="Elsewhere")
    stranger = clinic.hire(Role.NURSE, None, program=other)
    browser = sign_in(clinic.administrator)
    assert browser.get(place(stranger, "change")).status_code == 404
    assert browser.get(place(clinic.nurse, "change")).status_code == 200
    assert browser.get(place(Membership.objects.get(user=stranger), "change")).status_code == 404
