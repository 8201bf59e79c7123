from datetime import date

import pytest
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from patients.record.actions import add_contact_point
from patients.record.models import ContactPoint, Identifier, Patient

ASKED = {"given_name": "Ana", "family_name": "Flores", "birth_date": "1985-03-02"}
REGISTER = reverse("patients:register")
LOOK = {"look": "1"}

CONTACT_QUERIES = 7
# session, user, memberships, patient, what the page shows, counts of the navigation, the audit row


@pytest.fixture
def desk(clinic, sign_in):
    return sign_in(clinic.front_desk)


@pytest.fixture
def ana(clinic):
    return clinic.patient(given="Ana", family="Flores", birth_date=date(1985, 3, 2))


def _page(name, patient, *more):
    return reverse(f"patients:{name}", args=[patient.public_id, *more])


def _text(answer):
    return answer.content.decode()


def _new(clinic, **changed):
    return {**ASKED, "language": "en", "sex": "unknown", "site": clinic.north.pk, **changed}


def test_registering_begins_with_looking(desk):
    page = desk.get(REGISTER)
    assert "Look for the person" in _text(page)
    assert "New record" not in _text(page)
    assert ("Given name (optional)" in _text(page), "One of the two names is enough" in _text(page)) == (False, True)
    assert "Write at least one name" in _text(desk.post(REGISTER, {"given_name": "", "birth_date": "1985-03-02", **LOOK}))


def test_somebody_unknown_is_registered_and_the_desk_asks_how_to_reach_them(clinic, desk):
    assert "Nobody like this is on record" in _text(desk.post(REGISTER, {**ASKED, **LOOK}))
    answer = desk.post(REGISTER, _new(clinic, chosen_name="Sol", has_no_phone="on"))
    patient = Patient.objects.get()
    assert (patient.display_name, patient.birth_date, patient.has_no_phone) == ("Sol Flores", date(1985, 3, 2), True)
    assert answer.url == _page("contacts", patient)


def test_who_may_admit_goes_on_to_the_admission(clinic, sign_in):
    answer = sign_in(clinic.case_manager).post(REGISTER, _new(clinic, birth_date=""))
    patient = Patient.objects.get()
    assert (patient.birth_date, answer.url) == (None, _page("admit", patient))


def test_a_likeness_is_shown_with_its_reasons_and_must_be_answered(clinic, desk, ana):
    page = _text(desk.post(REGISTER, {**ASKED, "given_name": "Anna", **LOOK}))
    assert "Ana Flores, born 1985, North" in page
    assert "same birth date, similar name" in page
    assert reverse("desk:chart", args=[ana.public_id]) in page
    refused = desk.post(REGISTER, _new(clinic, given_name="Anna", pronouns="she/her"))
    assert refused.status_code == 422
    assert "There may be a record of this person already" in _text(refused)
    assert 'value="she/her"' in _text(refused)
    assert Patient.objects.count() == 1
    desk.post(REGISTER, _new(clinic, given_name="Anna", not_same_as=[str(ana.public_id)]))
    assert Patient.objects.count() == 2


def test_a_likeness_elsewhere_shows_name_year_and_site_but_no_way_in(clinic, desk):
    hidden = clinic.patient(clinic.south, given="Ana", family="Flores", birth_date=date(1985, 3, 2), chosen_name="Solecito")
    page = _text(desk.post(REGISTER, {**ASKED, **LOOK}))
    assert "Ana Flores, born 1985, South" in page
    assert reverse("desk:chart", args=[hidden.public_id]) not in page
    assert "Solecito" not in page
    assert AuditEvent.objects.get(verb="perhaps_the_same_person").patient_id == hidden.pk


def test_an_identifier_finds_the_person_under_another_name(clinic, desk, ana):
    Identifier.objects.create(patient=ana, kind="medicaid", value="NY77", recorded_at=clinic.now, recorded_by=clinic.system)
    assert "same identifier" in _text(desk.post(REGISTER, {"given_name": "Pat", "family_name": "Else", "number": "ny77", **LOOK}))


def test_a_nurse_registers_at_their_own_site_only(clinic, sign_in):
    refused = sign_in(clinic.nurse).post(REGISTER, _new(clinic, site=clinic.south.pk))
    assert refused.status_code == 422
    assert not Patient.objects.exists()


def test_the_record_is_corrected(desk, ana):
    facts = {**ASKED, "language": "es", "sex": "female", "time_zone": "America/Chicago", "chosen_name": "Sol"}
    answer = desk.post(_page("edit", ana), facts)
    ana.refresh_from_db()
    assert (ana.language, ana.chosen_name, ana.time_zone) == ("es", "Sol", "America/Chicago")
    assert answer.url == reverse("desk:chart", args=[ana.public_id])
    assert 'value="Sol"' in _text(desk.get(_page("edit", ana)))


def test_a_wrong_correction_is_told_at_its_field_and_changes_nothing(desk, ana):
    answer = desk.post(_page("edit", ana), {**ASKED, "language": "en", "sex": "female", "time_zone": "Nowhere"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"time_zone": ["This is no time zone. Write one like America/New_York."]}
    ana.refresh_from_db()
    assert ana.sex == "unknown"


def test_a_contact_is_added_changed_and_ended(desk, ana):
    desk.post(_page("add_contact", ana), {"kind": "phone", "value": "212 555 0142", "ok_to_text": "on", "wants_reminders": "on"})
    contact = ContactPoint.objects.get()
    page = _text(desk.get(_page("contacts", ana)))
    assert "+1 212-555-0142" in page
    assert "Reminders since" in page
    desk.post(_page("change_contact", ana, contact.pk), {"is_unsafe": "on", "label": "ex-partner"})
    contact.refresh_from_db()
    assert (contact.is_unsafe, contact.wants_reminders, contact.label) == (True, False, "ex-partner")
    assert "Never use: unsafe" in _text(desk.get(_page("contacts", ana)))
    assert "Nothing is sent to it any more" in _text(desk.get(_page("end_contact", ana, contact.pk)))
    desk.post(_page("end_contact", ana, contact.pk))
    assert "No contact yet" in _text(desk.get(_page("contacts", ana)))


def test_an_unsafe_contact_with_reminders_is_refused_at_both_fields(desk, ana):
    data = {"kind": "phone", "value": "212 555 0142", "is_unsafe": "on", "ok_to_text": "on", "wants_reminders": "on"}
    answer = desk.post(_page("add_contact", ana), data)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"is_unsafe", "wants_reminders"}
    assert not ContactPoint.objects.exists()


def test_a_number_is_added_once(desk, ana):
    for status in (302, 422):
        assert desk.post(_page("add_identifier", ana), {"kind": "mrn", "value": "A-1"}).status_code == status
    assert "A-1" in _text(desk.get(_page("contacts", ana)))


PAGES = ("edit", "contacts", "add_contact", "add_identifier")


@pytest.mark.parametrize("name", PAGES)
def test_the_record_of_another_site_and_of_nobody_answer_alike(clinic, desk, name):
    hidden = clinic.patient(clinic.south)
    nobody = Patient(public_id="00000000-0000-4000-8000-000000000000")
    answers = [desk.get(_page(name, patient)) for patient in (hidden, nobody)]
    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("name", PAGES)
def test_who_may_not_change_a_record_does_not_open_its_forms(clinic, sign_in, ana, name):
    answer = sign_in(clinic.hire(Role.DIRECTOR, None)).get(_page(name, ana))
    assert answer.status_code == 403
    assert "Ana" not in _text(answer)


def test_reading_how_to_reach_somebody_is_on_the_record(clinic, desk, ana):
    desk.get(_page("contacts", ana))
    assert AuditEvent.objects.get(verb="contacts").actor_id == clinic.front_desk.pk


def test_the_contacts_cost_the_same_for_two_and_for_twelve(clinic, desk, ana, now, query_count):
    desk.get(_page("contacts", ana))
    for count in (2, 12):
        while ContactPoint.objects.count() < count:
            number = ContactPoint.objects.count()
            add_contact_point(patient=ana, kind="phone", value=f"212 555 01{number:02}", by=clinic.front_desk, at=now)
        with query_count(CONTACT_QUERIES):
            desk.get(_page("contacts", ana))
