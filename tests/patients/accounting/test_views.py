import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from casemgr.core.accounts.models import Program
from casemgr.core.audit.models import AuditEvent
from patients.accounting.models import Handout, RecordsRequest

pytestmark = pytest.mark.usefixtures("_at_that_moment")

WORK_LIST_QUERIES = 6
# session, user, memberships, requests with their people, audit row, counts of the navigation
PERSON_LIST_QUERIES = 6
# session, user, memberships, patient, audit row, requests


@pytest.fixture
def at(clinic):
    """Return a function that names an address about a person."""

    def _at(name, patient, *more):
        return reverse(f"patients:{name}", args=[patient.public_id, *more])

    return _at


def test_a_request_from_the_desk_to_the_answer(clinic, sign_in, at, consent, tell):
    patient = clinic.patient(given="Rosa", family="Lane")
    consent(patient)
    tell(patient)
    desk, officer = sign_in(clinic.front_desk), sign_in(clinic.privacy_officer)
    page = desk.get(at("take_records_request", patient))
    assert page.status_code == 200
    facts = {"program": clinic.program.pk, "kind": "accounting", "received_on": "2026-03-03", "asked_how": "mail", "regime": "hipaa"}
    sent = desk.post(at("take_records_request", patient), {**facts, "wishes": "Who got my test results?"})
    asked = RecordsRequest.objects.get()
    assert sent.headers["Location"] == at("records_request", patient, asked.pk)
    seen = desk.get(sent.headers["Location"]).content.decode()
    assert "Who got my test results?" in seen
    assert "Print (PDF)" not in seen
    listed = officer.get(reverse("patients:records_requests_list")).content.decode()
    assert at("records_request", patient, asked.pk) in listed
    early = officer.post(at("answer_records_request", patient, asked.pk), {"delivery": "mail"})
    assert early.status_code == 422
    assert "Make the list first" in early.content.decode()
    more = officer.post(at("extend_records_request", patient, asked.pk), {"reason": "Files elsewhere"})
    assert more.status_code == 302
    pdf = officer.post(at("hand_out_for_request", patient, asked.pk), {"language": "en", "paper_form": "pdf"})
    assert pdf["Content-Type"] == "application/pdf"
    assert (Handout.objects.get().request, Handout.objects.get().regime) == (asked, "hipaa")
    assert officer.post(at("answer_records_request", patient, asked.pk), {"delivery": "in_person"}).status_code == 302
    seen = officer.get(at("records_request", patient, asked.pk)).content.decode()
    for words in ("Answered", "Handed over here", "Files elsewhere", at("handout", patient, Handout.objects.get().pk)):
        assert words in seen
    assert at("records_request", patient, asked.pk) not in officer.get(reverse("patients:records_requests_list")).content.decode()
    assert (
        at("records_request", patient, asked.pk)
        in officer.get(reverse("patients:records_requests_list"), {"show": "closed"}).content.decode()
    )
    verbs = set(AuditEvent.objects.filter(patient_id=patient.pk).values_list("verb", flat=True))
    assert {"take_records_request", "extend_records_request", "hand_out_accounting", "answer_records_request", "records_request"} <= verbs


def test_a_closed_request_hands_nothing_out_any_more(clinic, sign_in, at, ask):
    patient = clinic.patient()
    asked = ask(patient)
    officer = sign_in(clinic.privacy_officer)
    assert officer.post(at("withdraw_records_request", patient, asked.pk), {"outcome": ""}).status_code == 422
    assert officer.post(at("withdraw_records_request", patient, asked.pk), {"outcome": "Not needed"}).status_code == 302
    again = officer.post(at("hand_out_for_request", patient, asked.pk), {"language": "en", "paper_form": "pdf"})
    assert again.headers["Location"] == at("records_request", patient, asked.pk)
    assert not Handout.objects.exists()


def test_a_copy_of_the_record_can_be_denied_and_asks_for_no_list(clinic, sign_in, at, ask):
    patient = clinic.patient()
    asked = ask(patient, kind="access")
    officer = sign_in(clinic.privacy_officer)
    page = officer.get(at("records_request", patient, asked.pk)).content.decode()
    assert "Deny in writing" in page
    assert "Print (PDF)" not in page
    assert officer.post(at("deny_access_request", patient, asked.pk), {"outcome": "45 CFR 164.524(a)(3)"}).status_code == 302
    assert "Denied in writing" in officer.get(at("records_request", patient, asked.pk)).content.decode()


def test_what_is_late_says_so(clinic, sign_in, at, ask):
    patient = clinic.patient()
    asked = ask(patient, kind="access", received_on=date(2026, 1, 1))
    officer = sign_in(clinic.privacy_officer)
    for address in (at("records_request", patient, asked.pk), reverse("patients:records_requests_list")):
        assert "Overdue" in officer.get(address).content.decode()
    assert "More time" not in officer.get(at("records_request", patient, asked.pk)).content.decode()


def test_the_fee_is_asked_for_only_where_there_may_be_one(clinic, sign_in, at, ask):
    patient = clinic.patient()
    first, second = ask(patient), ask(patient)
    officer = sign_in(clinic.privacy_officer)
    assert "Fee in dollars" not in officer.get(at("answer_records_request", patient, first.pk)).content.decode()
    assert "Fee in dollars" in officer.get(at("answer_records_request", patient, second.pk)).content.decode()


@pytest.mark.parametrize("people", [2, 12])
def test_the_work_list_costs_the_same_however_long(clinic, sign_in, ask, query_count, people):
    for number in range(people):
        ask(clinic.patient(), received_on=date(2026, 3, 4) - timedelta(days=number))
    officer = sign_in(clinic.privacy_officer)
    officer.get(reverse("patients:records_requests_list"))
    with query_count(WORK_LIST_QUERIES):
        shown = officer.get(reverse("patients:records_requests_list")).content.decode()
    days = re.findall(r'<time datetime="(2026-\d\d-\d\d)"', shown)
    assert days[1::2] == sorted(days[1::2])
    assert len(days) == 2 * people


@pytest.mark.parametrize("requests", [2, 12])
def test_the_list_of_one_person_costs_the_same_however_long(clinic, sign_in, at, ask, query_count, requests):
    patient = clinic.patient()
    for _ in range(requests):
        ask(patient)
    desk = sign_in(clinic.front_desk)
    desk.get(at("records_requests", patient))
    with query_count(PERSON_LIST_QUERIES):
        assert desk.get(at("records_requests", patient)).status_code == 200


def test_empty_lists_say_what_will_stand_there(clinic, sign_in, at):
    assert "No requests here" in sign_in(clinic.privacy_officer).get(reverse("patients:records_requests_list")).content.decode()
    assert "No requests here" in sign_in(clinic.front_desk).get(at("records_requests", clinic.patient())).content.decode()
    assert "Nothing was handed out yet." in sign_in(clinic.privacy_officer).get(at("hand_out", clinic.patient())).content.decode()


def test_of_another_program_nothing_is_seen(clinic, sign_in, at, ask):
    patient = clinic.patient()
    asked = ask(patient)
    other = Program.objects.create(name="Hill Program")
    officer = sign_in(clinic.hire("privacy_officer", None, program=other))
    assert officer.get(at("records_request", patient, asked.pk)).status_code == 404
    assert at("records_request", patient, asked.pk) not in officer.get(reverse("patients:records_requests_list")).content.decode()


def test_the_account_leads_to_paper_and_requests(clinic, sign_in, at):
    patient = clinic.patient(language="es")
    page = sign_in(clinic.case_manager).get(at("accounting", patient)).content.decode()
    assert 'name="language" value="es"' in page
    assert at("hand_out", patient) in page
    assert at("records_requests", patient) in page
