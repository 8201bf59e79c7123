from datetime import date, timedelta

import pytest

from casemgr.core.accounts.models import Closure, Membership, Site, User
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.directory.models import Organization
from patients.caseload.models import CareTeamMember
from patients.diagnoses.models import Diagnosis
from patients.episodes.models import Episode
from patients.record.models import ContactPoint, Identifier, Patient
from referrals.casework.models import Task
from referrals.referral.models import Referral
from treatment_plans.appointments.models import Appointment

TODAY = date(2026, 3, 4)
ANA = {"given_name": "Ana", "family_name": "Flores", "sex": "unknown", "language": "en", "birth_date": "1980-07-14"}


def add(browser, place, model, patient, **data):
    return browser.post(
        place(model, "add") + (f"?patient={patient.public_id}" if patient else ""),
        {"patient": patient.public_id if patient else "", **data},
    )


def task_of(clinic, patient, **facts):
    said = {
        "program": clinic.program,
        "domain": "legal",
        "title": "Call",
        "due_on": TODAY,
        "recorded_at": clinic.now,
        "recorded_by": clinic.system,
    }
    return Task.objects.create(patient=patient, **{**said, **facts})


def test_a_person_is_registered_through_the_verb(clinic, sign_in, place):
    browser = sign_in(clinic.case_manager)
    answer = browser.post(
        place(Patient, "add"),
        {
            "site": clinic.north.pk,
            "given_name": "Ana",
            "family_name": "Flores",
            "sex": "unknown",
            "language": "en",
            "birth_date": "1980-07-14",
        },
    )
    patient = Patient.objects.get(family_name="Flores")
    assert answer["Location"] == place(patient, "change")
    assert (patient.recorded_by, patient.birth_date) == (clinic.case_manager, date(1980, 7, 14))
    event = AuditEvent.objects.get(verb="register_patient")
    assert (event.outcome, event.door, event.actor_id) == ("done", "admin", clinic.case_manager.pk)


def test_a_second_record_of_the_same_person_is_refused_until_somebody_looked(clinic, sign_in, place):
    clinic.patient(given="Ana", family="Flores", birth_date=date(1980, 7, 14))
    browser = sign_in(clinic.case_manager)
    said = {
        "site": clinic.north.pk,
        "given_name": "Ana",
        "family_name": "Flores",
        "sex": "unknown",
        "language": "en",
        "birth_date": "1980-07-14",
    }
    refused = browser.post(place(Patient, "add"), said)
    assert refused.status_code == 422
    assert 'value="Flores"' in refused.content.decode()
    assert Patient.objects.filter(family_name="Flores").count() == 1
    assert AuditEvent.objects.get(verb="register_patient").outcome == "refused"
    browser.post(place(Patient, "add"), {**said, "is_somebody_else": "on"})
    assert Patient.objects.filter(family_name="Flores").count() == 2


def test_what_is_known_is_corrected_through_the_verb(clinic, sign_in, place):
    patient = clinic.patient(given="Ana", family="Flores")
    browser, address = sign_in(clinic.case_manager), place(patient, verb="change_patient")
    form = browser.get(address).context["form"]
    data = {name: form.initial.get(name) for name in form.fields if form.initial.get(name) not in (None, False)}
    browser.post(address, {**data, "pronouns": "she/her"})
    patient.refresh_from_db()
    assert (patient.pronouns, patient.given_name) == ("she/her", "Ana")


def test_a_number_a_phone_and_an_admission_are_added_from_the_person(clinic, sign_in, place):
    patient = Patient.objects.create(
        given_name="New", family_name="Face", registered_site=clinic.north, recorded_at=clinic.now, recorded_by=clinic.case_manager
    )
    browser = sign_in(clinic.case_manager)
    page = browser.get(place(patient, "change")).content.decode()
    for model in (Identifier, ContactPoint, Episode, CareTeamMember, Appointment, Task, Referral):
        assert f"{place(model, 'add')}?patient={patient.public_id}" in page
    add(browser, place, Identifier, patient, kind="mrn", value="C-1")
    add(browser, place, ContactPoint, patient, kind="phone", value="212-555-0142", ok_to_call="on")
    add(browser, place, Episode, patient, site=clinic.north.pk, admitted_on="2026-03-04", referral_source="1")
    assert Identifier.objects.get(patient=patient).value == "C-1"
    assert ContactPoint.objects.get(patient=patient).ok_to_call is True
    assert Episode.objects.get(patient=patient).admitted_on == TODAY


def test_what_contradicts_itself_is_refused_at_its_field_and_changes_nothing(clinic, sign_in, place):
    patient = clinic.patient()
    browser = sign_in(clinic.case_manager)
    answer = add(
        browser, place, ContactPoint, patient, kind="phone", value="212-555-0142", is_unsafe="on", wants_reminders="on", ok_to_text="on"
    )
    assert answer.status_code == 422
    assert {"is_unsafe", "wants_reminders"} <= set(answer.context["form"].errors)
    assert not ContactPoint.objects.exists()
    assert AuditEvent.objects.get(verb="add_contact_point").outcome == "refused"


def test_what_is_safe_is_changed_and_a_phone_is_given_up(clinic, sign_in, place):
    patient = clinic.patient()
    phone = ContactPoint.objects.create(
        patient=patient, kind="phone", value="212-555-0142", ok_to_call=True, recorded_at=clinic.now, recorded_by=clinic.system
    )
    browser = sign_in(clinic.case_manager)
    browser.post(place(phone, verb="change_contact_point"), {"label": "Mother", "is_shared": "on", "ok_to_text": "on"})
    phone.refresh_from_db()
    assert (phone.label, phone.ok_to_call, phone.is_shared, phone.ok_to_text) == ("Mother", False, True, True)
    browser.post(place(phone, verb="end_contact_point"))
    phone.refresh_from_db()
    assert phone.ended_at == clinic.now


def test_a_colleague_joins_the_care_team_and_leaves_it(clinic, sign_in, place):
    patient = clinic.patient(team=(clinic.case_manager,))
    browser = sign_in(clinic.case_manager)
    add(browser, place, CareTeamMember, patient, program=clinic.program.pk, user=clinic.peer.pk, role="peer", since="2026-03-04")
    member = CareTeamMember.objects.get(user=clinic.peer)
    browser.post(place(member, verb="end_care_team_member"), {"until": "2026-03-10"})
    member.refresh_from_db()
    assert member.until == date(2026, 3, 10)


def test_a_diagnosis_is_recorded_by_who_may_and_by_nobody_else(clinic, sign_in, place):
    patient = clinic.patient()
    said = {"axis": "substance_use", "code": "F11.20", "certainty": "confirmed", "course": "active"}
    assert add(sign_in(clinic.case_manager), place, Diagnosis, patient, **said).status_code == 403
    assert not Diagnosis.objects.exists()
    add(sign_in(clinic.therapist), place, Diagnosis, patient, **said)
    assert Diagnosis.objects.get().title == "Opioid dependence, uncomplicated"


def test_a_task_is_added_taken_postponed_and_finished(clinic, sign_in, place):
    patient = clinic.patient()
    browser = sign_in(clinic.case_manager)
    add(browser, place, Task, patient, program=clinic.program.pk, domain="housing", title="Find a bed", due_on="2026-03-05", urgency="2")
    task = Task.objects.get()
    browser.post(place(task, verb="take_task"))
    browser.post(place(task, verb="postpone_task"), {"due_on": "2026-03-20"})
    task.refresh_from_db()
    assert (task.owner, task.due_on) == (clinic.case_manager, date(2026, 3, 20))
    page = browser.post(place(task, verb="finish_task"), {"outcome": "Moved in"}, follow=True)
    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "Moved in")
    assert place(task, verb="take_task") not in page.content.decode()


def test_a_finished_task_cannot_be_taken_by_an_old_address(clinic, sign_in, place):
    task = task_of(clinic, clinic.patient(), state="done", closed_at=clinic.now)
    answer = sign_in(clinic.case_manager).post(place(task, verb="take_task"))
    assert answer.status_code == 422
    task.refresh_from_db()
    assert task.owner is None


def test_chosen_tasks_are_taken_and_postponed_together(clinic, sign_in, place):
    patient = clinic.patient()
    tasks = [task_of(clinic, patient), task_of(clinic, patient)]
    closed = task_of(clinic, patient, state="done", closed_at=clinic.now, title="Closed")
    browser = sign_in(clinic.case_manager)
    chosen = [task.pk for task in (*tasks, closed)]
    page = browser.post(place(Task), {"action": "take", "_selected_action": chosen}, follow=True).content.decode()
    assert "2 tasks: done." in page
    assert "Closed:" in page
    browser.post(place(Task), {"action": "put_off", "_selected_action": [task.pk for task in tasks]})
    assert list(Task.objects.filter(pk__in=chosen).order_by("pk").values_list("owner", "due_on")) == [
        (clinic.case_manager.pk, TODAY + timedelta(days=7)),
        (clinic.case_manager.pk, TODAY + timedelta(days=7)),
        (None, TODAY),
    ]


def test_tasks_of_another_caseload_are_not_among_the_chosen(clinic, sign_in, place):
    theirs = task_of(clinic, clinic.patient(team=(clinic.hire(Role.CASE_MANAGER, clinic.north),)))
    sign_in(clinic.case_manager).post(place(Task), {"action": "take", "_selected_action": [theirs.pk]})
    theirs.refresh_from_db()
    assert theirs.owner is None


def test_a_director_looks_at_tasks_and_takes_none(clinic, sign_in, place):
    task = task_of(clinic, clinic.patient())
    browser = sign_in(clinic.director)
    page = browser.get(place(task, "change")).content.decode()
    assert place(task, verb="take_task") not in page
    assert browser.post(place(task, verb="take_task")).status_code == 403
    browser.post(place(Task), {"action": "take", "_selected_action": [task.pk]})
    task.refresh_from_db()
    assert task.owner is None


def test_a_referral_is_drafted_and_withdrawn_and_goes_nowhere_without_a_consent(clinic, sign_in, place):
    patient = clinic.patient()
    partner = Organization.objects.create(name="Harbor House", kind="housing")
    browser = sign_in(clinic.case_manager)
    add(browser, place, Referral, patient, program=clinic.program.pk, organization=partner.pk, purpose="housing", service="A bed")
    referral = Referral.objects.get()
    refused = browser.post(place(referral, verb="send_referral"))
    referral.refresh_from_db()
    assert (refused.status_code, referral.state) == (422, "draft")
    browser.post(place(referral, verb="withdraw_referral"))
    referral.refresh_from_db()
    assert referral.state == "withdrawn"


def test_an_appointment_is_booked_moved_and_cancelled(clinic, sign_in, place):
    patient = clinic.patient()
    browser = sign_in(clinic.front_desk)
    add(
        browser, place, Appointment, patient, site=clinic.north.pk, clinician=clinic.therapist.pk, kind="individual",
        starts_at="2026-03-06T10:00", ends_at="2026-03-06T11:00",
    )  # fmt: skip
    appointment = Appointment.objects.get()
    assert appointment.starts_at.isoformat() == "2026-03-06T15:00:00+00:00"
    browser.post(place(appointment, verb="move_appointment"), {"starts_at": "2026-03-06T12:00", "ends_at": "2026-03-06T13:00"})
    appointment.refresh_from_db()
    assert appointment.starts_at.isoformat() == "2026-03-06T17:00:00+00:00"
    browser.post(place(appointment, verb="cancel_appointment"), {"by_patient": "on"})
    appointment.refresh_from_db()
    assert appointment.state == "cancelled_by_patient"


def test_a_patient_is_named_by_words_and_only_one_may_be_meant(clinic, sign_in, place):
    clinic.patient(given="Marisol", family="Quintero")
    clinic.patient(given="Marisol", family="Quintana")
    browser = sign_in(clinic.case_manager)
    said = {"program": clinic.program.pk, "domain": "housing", "title": "x", "due_on": "2026-03-05", "urgency": "2"}
    for text, answer in (("Marisol", "Several people"), ("Nobody Atall", "Nobody whom you may see")):
        page = browser.post(place(Task, "add"), {**said, "patient": text})
        assert page.status_code == 422
        assert answer in page.content.decode()
    assert not Task.objects.exists()
    browser.post(place(Task, "add"), {**said, "patient": "Quintero Marisol"})
    assert str(Task.objects.get().patient) == "Marisol Quintero"


def test_a_patient_of_another_caseload_cannot_be_named(clinic, sign_in, place):
    theirs = clinic.patient(given="Marisol", family="Quintero", team=(clinic.hire(Role.CASE_MANAGER, clinic.north),))
    browser = sign_in(clinic.case_manager)
    page = add(browser, place, Task, theirs, program=clinic.program.pk, domain="housing", title="x", due_on="2026-03-05", urgency="2")
    assert page.status_code == 422
    assert not Task.objects.exists()
    assert "Quintero" not in page.content.decode()


def test_an_organization_is_added_and_changed(clinic, sign_in, place):
    browser = sign_in(clinic.case_manager)
    said = {"name": "Harbor House", "kind": "housing", "hipaa_role": "neither"}
    browser.post(place(Organization, "add"), said)
    partner = Organization.objects.get()
    browser.post(place(partner, verb="change_organization"), {**said, "phone": "555-0101", "is_active": "on"})
    partner.refresh_from_db()
    assert (partner.phone, partner.is_active) == ("555-0101", True)


def test_an_administrator_adds_a_colleague_gives_a_role_takes_it_away_and_shuts_them_out(clinic, sign_in, place):
    browser = sign_in(clinic.administrator)
    browser.post(
        place(User, "add"), {"email": "New@Clinic.test", "full_name": "New Colleague", "language": "en", "password": "a-long-enough-one"}
    )
    person = User.objects.get(email="new@clinic.test")
    assert person.check_password("a-long-enough-one")
    browser.post(
        place(Membership, "add"),
        {"user": person.pk, "program": clinic.program.pk, "site": clinic.north.pk, "role": "nurse", "starts_on": "2026-03-04"},
    )
    role = Membership.objects.get(user=person)
    browser.post(place(role, verb="end_membership"), {"ends_on": "2026-03-31"})
    browser.post(place(person, verb="deactivate_user"))
    role.refresh_from_db()
    person.refresh_from_db()
    assert (role.role, role.ends_on, person.is_active) == ("nurse", date(2026, 3, 31), False)


def test_an_administrator_opens_a_site_and_closes_it_for_a_day(clinic, sign_in, place):
    browser = sign_in(clinic.administrator)
    browser.post(place(Site, "add"), {"program": clinic.program.pk, "name": "West", "time_zone": "America/Chicago"})
    site = Site.objects.get(name="West")
    browser.post(place(Closure, "add"), {"site": site.pk, "day": "2026-07-04", "reason": "Holiday"})
    assert Closure.objects.get(site=site).day == date(2026, 7, 4)


@pytest.mark.parametrize("model", [User, Membership, Site])
def test_nobody_but_an_administrator_touches_accounts(clinic, sign_in, place, model):
    before = model.objects.count()
    answer = sign_in(clinic.case_manager).post(place(model, "add"), {"email": "x@y.test", "full_name": "X", "name": "X"})
    assert answer.status_code == 403
    assert model.objects.count() == before
