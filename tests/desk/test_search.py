import json
from datetime import date

import pytest
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from patients.record.models import Identifier


def search(browser, text, **headers):
    return browser.post(reverse("desk:search"), {"q": text}, headers=headers)


def names(page):
    return [str(row.record.patient) for row in page.context["table"].rows]


def test_a_slip_of_the_finger_still_finds_the_person(clinic, sign_in):
    clinic.patient(given="Marisol", family="Quintero")
    clinic.patient(given="Bela", family="Nagy")
    assert names(search(sign_in(clinic.nurse), "marsiol quintreo")) == ["Marisol Quintero"]


def test_a_number_and_a_birth_date_find_the_person(clinic, sign_in):
    patient = clinic.patient(given="Ana", family="Flores", birth_date=date(1980, 7, 14))
    clinic.patient()
    Identifier.objects.create(patient=patient, kind="mrn", value="C-1042", recorded_at=clinic.now, recorded_by=clinic.system)
    browser = sign_in(clinic.front_desk)
    assert names(search(browser, "C-1042")) == ["Ana Flores"]
    assert names(search(browser, "1980-07-14")) == ["Ana Flores"]


@pytest.mark.parametrize("role", [Role.CASE_MANAGER, Role.THERAPIST, Role.PEER])
def test_nobody_of_another_caseload_is_found(clinic, sign_in, role):
    clinic.patient(given="Marisol", family="Quintero", team=(clinic.hire(role, clinic.north),))
    page = search(sign_in(clinic.staff[role]), "Marisol Quintero")
    assert names(page) == []
    assert "Nobody whom you may see is found" in page.content.decode()


def test_an_administrator_finds_nobody_and_is_told_that_the_page_is_not_theirs(clinic, sign_in):
    clinic.patient(given="Marisol", family="Quintero")
    page = search(sign_in(clinic.administrator), "Marisol")
    assert page.status_code == 403
    assert "Quintero" not in page.content.decode()


def test_the_tab_names_nobody(clinic, sign_in):
    clinic.patient(given="Marisol", family="Quintero")
    text = search(sign_in(clinic.nurse), "Quintero").content.decode()
    assert text[text.index("<title>") : text.index("</title>")] == "<title>Search · casemgr"


def test_what_was_searched_for_is_put_on_the_record(clinic, sign_in):
    clinic.patient(given="Marisol", family="Quintero")
    search(sign_in(clinic.nurse), "Quintero")
    event = AuditEvent.objects.get(verb="search")
    assert (event.actor_id, json.loads(event.detail)) == (clinic.nurse.pk, {"found": 1, "text": "Quintero"})


def test_an_empty_search_asks_and_notes_nothing(clinic, sign_in):
    page = search(sign_in(clinic.nurse), "  ")
    assert "Who are you looking for?" in page.content.decode()
    assert not AuditEvent.objects.filter(verb="search").exists()


def test_a_piece_of_the_page_can_be_asked_for_alone(clinic, sign_in):
    clinic.patient(given="Marisol", family="Quintero")
    piece = search(sign_in(clinic.nurse), "Quintero", **{"HX-Request": "true"}).content.decode()
    assert "Marisol Quintero" in piece
    assert "<html" not in piece


@pytest.mark.parametrize("n", [1, 2, 12])
def test_a_search_takes_the_same_statements_however_many_are_found(clinic, sign_in, query_count, n):
    for _ in range(n):
        clinic.patient(family="Quintero")
    browser = sign_in(clinic.nurse)
    with query_count(12):
        assert len(names(search(browser, "Quintero"))) == n


def test_a_letter_that_no_name_has_finds_nobody_and_breaks_nothing(clinic, sign_in):
    assert sign_in(clinic.nurse).post("/search/", {"q": "A\x00na"}).status_code == 200


def test_a_name_in_the_address_is_not_searched_for(clinic, sign_in):
    clinic.patient(given="Marisol", family="Quintero")
    page = sign_in(clinic.nurse).get(reverse("desk:search"), {"q": "Quintero"}).content.decode()
    assert "Marisol" not in page
    assert 'value="Quintero"' not in page
    assert page.count('method="post"') >= 2
    assert not AuditEvent.objects.filter(verb="search").exists()
