"""Open every page of every compartment as every role: words for who holds the right, neither name nor number for all others."""

import pytest
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from patients.compartments.models import RestrictedNote
from tests.patients.compartments.conftest import WORDS

LABELS = {"trauma": "Trauma", "legal": "Legal matters", "partner_violence": "Violence by a partner"}
HELD = {
    Role.THERAPIST: {"trauma", "partner_violence"},
    Role.PRESCRIBER: {"trauma", "partner_violence"},
    Role.CASE_MANAGER: {"legal", "partner_violence"},
    Role.NURSE: {"partner_violence"},
}
"""What opens to whom; a role that is not named here opens none."""

PAGES = ("list", "write", "add")
STATEMENTS = 10


def address(page, patient, compartment, notes):
    name = "patients:restricted_notes" if page == "list" else "patients:write_restricted"
    return f"{reverse(name, args=[patient.public_id])}?in={compartment}" + (f"&to={notes[compartment].pk}" if page == "add" else "")


def wrong_pages(browser, role, patient, notes):
    """Return what a role is told on each page of each compartment that is not exactly what its rights open."""
    held = HELD.get(role, set())
    for page in PAGES:
        for compartment in WORDS:
            answer = browser.get(address(page, patient, compartment, notes))
            body = answer.content.decode()
            status = 200 if compartment in held else 404 if held else 403
            told = {name for name, word in WORDS.items() if word in body}
            named = {name for name, label in LABELS.items() if label in body}
            words = {compartment} if status == 200 and page != "write" else set()
            names = set() if status != 200 else held if page == "list" else {compartment}
            if (answer.status_code, told, named) != (status, words, names):
                yield page, compartment, answer.status_code, told, named


@pytest.mark.parametrize("role", list(Role))
def test_a_role_sees_the_words_of_what_it_holds_and_of_the_rest_neither_name_nor_number(clinic, patient, write, sign_in, role):
    notes = {}
    for compartment in WORDS:
        for _number in range(7):
            notes[compartment] = write(compartment)
    assert list(wrong_pages(sign_in(clinic.staff[role]), role, patient, notes)) == []


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.NURSE, Role.FRONT_DESK, Role.PRIVACY_OFFICER, Role.DIRECTOR])
def test_a_page_is_the_same_whether_a_closed_compartment_holds_notes_or_not(clinic, patient, write, sign_in, role):
    """Of what is closed not even the emptiness is told: the chart and every compartment answer alike before and after a note."""
    browser = sign_in(clinic.staff[role])
    closed = [name for name in WORDS if name not in HELD.get(role, set())]
    addresses = [f"{reverse('patients:restricted_notes', args=[patient.public_id])}?in={name}" for name in closed]
    before = [browser.get(one).status_code for one in addresses]
    for name in closed:
        write(name)
    assert [browser.get(one).status_code for one in addresses] == before
    chart = browser.get(reverse("desk:chart", args=[patient.public_id])).content.decode()
    assert not [word for word in WORDS.values() if word in chart]


def test_a_note_of_another_compartment_cannot_be_added_to(clinic, patient, write, sign_in):
    notes = {name: write(name) for name in WORDS}
    page = f"{reverse('patients:write_restricted', args=[patient.public_id])}?in=partner_violence&to={notes['legal'].pk}"
    assert sign_in(clinic.nurse).get(page).status_code == 404


def test_whoever_is_not_on_the_caseload_finds_nothing(clinic, sign_in):
    stranger = clinic.patient(team=(clinic.peer,))
    answer = sign_in(clinic.therapist).get(reverse("patients:restricted_notes", args=[stranger.public_id]))
    assert answer.status_code == 404


def test_writing_reading_and_adding_on_the_pages(clinic, patient, sign_in):
    browser = sign_in(clinic.prescriber)
    here = reverse("patients:restricted_notes", args=[patient.public_id])
    page = f"{reverse('patients:write_restricted', args=[patient.public_id])}?in=trauma"
    assert "Nothing here yet" in browser.get(f"{here}?in=trauma").content.decode()
    assert browser.post(page, {"body": " "}).status_code == 422
    assert browser.post(page, {"body": WORDS["trauma"]}).headers["Location"] == f"{here}?in=trauma"
    note = RestrictedNote.objects.get()
    browser.post(f"{page}&to={note.pk}", {"body": "Added later"})
    shown = browser.get(f"{here}?in=trauma").content.decode()
    assert shown.count(WORDS["trauma"]) == 1
    assert "Added later" in shown


def test_each_note_that_is_shown_is_on_the_record_by_itself(clinic, patient, write, sign_in):
    note = write("legal")
    added = write("legal", adds_to=note)
    sign_in(clinic.case_manager).get(f"{reverse('patients:restricted_notes', args=[patient.public_id])}?in=legal")
    events = AuditEvent.objects.filter(verb="restricted_note:legal", outcome="seen", patient_id=patient.pk, actor_id=clinic.case_manager.pk)
    assert set(events.values_list("subject", flat=True)) == {f"patients.restrictednote:{row.pk}" for row in (note, added)}


def test_the_number_of_statements_does_not_grow_with_the_notes(clinic, patient, write, sign_in, query_count):
    browser = sign_in(clinic.therapist)
    page = f"{reverse('patients:restricted_notes', args=[patient.public_id])}?in=trauma"
    browser.get(page)
    for wanted in (2, 12):
        while RestrictedNote.objects.filter(adds_to__isnull=True).count() < wanted:
            write("trauma", adds_to=write("trauma"))
        with query_count(STATEMENTS):
            assert browser.get(page).status_code == 200
