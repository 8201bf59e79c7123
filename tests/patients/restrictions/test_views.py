from datetime import date

import pytest
from django.urls import reverse

from patients.restrictions.models import Restriction
from tests.patients.restrictions.conftest import PAID

PAGE_QUERIES = 7
# session, user, memberships, open break-glass windows, patient, audit row, restrictions


def test_a_request_is_written_down_decided_and_ended_on_its_pages(clinic, sign_in):
    rosa = clinic.patient(given="Rosa", family="Lane")
    care, officer = sign_in(clinic.case_manager), sign_in(clinic.privacy_officer)
    page = reverse("patients:restrictions", args=[rosa.public_id])
    assert "Nothing was asked for" in care.get(page).content.decode()
    ask = reverse("patients:ask_restriction", args=[rosa.public_id])
    assert "the privacy officer decides" in care.get(ask).content.decode().lower()
    facts = {"program": clinic.program.pk, "to_whom": "health_plans", "asked_by": "Rosa Lane", "asked_on": "2026-03-01"}
    refused = care.post(ask, facts)
    assert refused.status_code == 422
    assert "treatment, payment or operations" in refused.content.decode()
    assert care.post(ask, {**facts, "purposes": ["payment"], "words": "Not my plan"}).status_code == 302
    row = Restriction.objects.get()
    decide = reverse("patients:decide_restriction", args=[rosa.public_id, row.pk])
    assert care.get(decide).status_code == 403
    assert decide not in care.get(page).content.decode()
    assert decide in officer.get(page).content.decode()
    assert officer.post(decide, {"agree": "no"}).status_code == 422
    assert officer.post(decide, {"agree": "yes"}).status_code == 302
    end = reverse("patients:end_restriction", args=[rosa.public_id, row.pk])
    assert officer.post(end, {"end_basis": "patient_orally", "end_note": ""}).status_code == 422
    assert officer.post(end, {"end_basis": "patient_orally", "end_note": "On the telephone"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.end_note) == ("ended", "On the telephone")
    assert "Ended or not agreed" in officer.get(page).content.decode()


def test_who_asks_for_more_than_is_owed_hears_which_part_holds_already(clinic, sign_in):
    rosa = clinic.patient()
    facts = {
        "program": clinic.program.pk, "to_whom": "health_plans", "asked_by": "Rosa Lane", "asked_on": "2026-03-01", "paid_in_full": "on",
        "services": "Counseling",
    }  # fmt: skip
    care, ask = sign_in(clinic.case_manager), reverse("patients:ask_restriction", args=[rosa.public_id])
    for purposes, said in ((["payment"], "recorded and holds at once"), (["payment", "treatment"], "as a request of its own. The privacy")):
        page = care.post(ask, {**facts, "purposes": purposes}, follow=True).content.decode()
        assert said in page
    assert page.count("The law binds to it: paid in full") == 2
    assert page.count("data-row-link") == 0
    assert Restriction.objects.filter(is_owed=False).get().purposes == ["treatment"]


def test_what_is_owed_offers_no_refusal_and_no_notice(clinic, sign_in, ask):
    rosa = clinic.patient()
    row = ask(rosa, **PAID)
    officer = sign_in(clinic.privacy_officer)
    decide = officer.get(reverse("patients:decide_restriction", args=[rosa.public_id, row.pk])).content.decode()
    assert "The program must agree" in decide
    assert "Do not agree" not in decide
    end = officer.get(reverse("patients:end_restriction", args=[rosa.public_id, row.pk])).content.decode()
    assert "The program gave notice" not in end


@pytest.mark.parametrize("requests", [2, 12])
def test_the_page_costs_the_same_for_few_and_many(clinic, sign_in, ask, query_count, requests):
    rosa = clinic.patient()
    for day in range(1, requests + 1):
        ask(rosa, asked_on=date(2026, 2, day))
    care = sign_in(clinic.case_manager)
    page = reverse("patients:restrictions", args=[rosa.public_id])
    care.get(page)
    with query_count(PAGE_QUERIES):
        care.get(page)
