from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent
from patients.disclosures.bases.models import AuditAccess, CourtOrder, EmergencyDisclosure, ResearchApproval
from patients.disclosures.models import Disclosure
from patients.disclosures.without_consent.actions import disclose_in_emergency, record_court_order
from patients.restrictions.actions import ask_restriction
from patients.restrictions.models import Restriction

OVERVIEW_QUERIES = 11
# session, user, memberships, clocks in the menu, audit row, emergencies, requests, court orders, audits, research, reviewed


@pytest.fixture
def rosa(clinic):
    return clinic.patient(given="Rosa", family="Lane")


def emergency(clinic, patient, **changes):
    return disclose_in_emergency(
        patient=patient, program=clinic.program, recipient_name="Dr. Osei", recipient_facility="St. Anne", profession="nurse",
        nature="Overdose", categories=["medications"], by=clinic.nurse, at=timezone.now(), **changes,
    )  # fmt: skip


def test_a_nurse_tells_in_an_emergency_on_one_screen(clinic, rosa, sign_in):
    desk, page = sign_in(clinic.nurse), reverse("patients:tell_in_emergency", args=[rosa.public_id])
    assert (
        reverse("patients:tell_in_emergency", args=[rosa.public_id])
        in desk.get(reverse("desk:chart", args=[rosa.public_id])).content.decode()
    )
    shown = desk.get(page)
    assert "Four facts, or nothing" in shown.content.decode()
    facts = {"program": clinic.program.pk, "no_consent_because": "cannot_be_had", "categories": ["medications"]}
    refused = desk.post(page, facts)
    assert refused.status_code == 422
    for words in ("name of the medical person", "where that person works", "Only medical personnel", "what the emergency is"):
        assert words in refused.content.decode()
    assert not EmergencyDisclosure.objects.exists()
    told = desk.post(
        page, {**facts, "recipient_name": "Dr. Osei", "recipient_facility": "St. Anne", "profession": "nurse", "nature": "Overdose"}
    )
    assert told.status_code == 302
    assert Disclosure.objects.get().basis == "emergency"
    assert EmergencyDisclosure.objects.get().disclosed_by == clinic.nurse


def test_whoever_tells_over_a_restriction_is_told_what_to_say(clinic, rosa, sign_in):
    ask_restriction(
        patient=rosa, program=clinic.program, asked_by="Rosa", asked_on=date(2026, 3, 1), to_whom="health_plans", purposes=["payment"],
        paid_in_full=True, services="x", by=clinic.case_manager, at=timezone.now(),
    )  # fmt: skip
    facts = {
        "program": clinic.program.pk, "profession": "ambulance", "no_consent_because": "cannot_be_had", "categories": ["medications"],
        "recipient_name": "Dr. Osei", "recipient_facility": "St. Anne", "nature": "Overdose",
    }  # fmt: skip
    answer = sign_in(clinic.nurse).post(reverse("patients:tell_in_emergency", args=[rosa.public_id]), facts, follow=True)
    assert "do not further use or disclose" in answer.content.decode()


def test_the_privacy_officer_reviews_it(clinic, rosa, sign_in):
    row = emergency(clinic, rosa)
    desk = sign_in(clinic.privacy_officer)
    page = reverse("patients:review_emergency", args=[rosa.public_id, row.pk])
    assert page in desk.get(reverse("patients:without_consent")).content.decode()
    assert all(words in desk.get(page).content.decode() for words in ("Overdose", "<dd>Nurse</dd>"))
    assert desk.post(page, {"review": ""}).status_code == 422
    assert desk.post(page, {"review": "It was one"}).status_code == 302
    assert desk.get(reverse("patients:without_consent")).context["waiting"] == []
    assert sign_in(clinic.nurse).get(reverse("patients:without_consent")).status_code == 403


def test_a_court_order_shows_what_it_lacks_and_hands_over_when_it_lacks_nothing(clinic, rosa, sign_in):
    desk = sign_in(clinic.privacy_officer)
    add = reverse("patients:add_court_order", args=[rosa.public_id])
    assert desk.post(add, {"program": clinic.program.pk}).status_code == 422
    facts = {
        "program": clinic.program.pk, "kind": "civil", "court": "County Court", "case_number": "C-7", "ordered_on": "2026-03-01",
        "notice_given": "on", "categories": ["plan"], "subpoena": "Subpoena 4",
    }  # fmt: skip
    assert desk.post(add, facts).status_code == 302
    lacking = CourtOrder.objects.get()
    page = reverse("patients:court_order", args=[rosa.public_id, lacking.pk])
    shown = desk.get(page).content.decode()
    assert "It opens nothing" in shown
    assert "42 CFR 2.64" in shown
    assert desk.post(page, {"categories": ["plan"]}).status_code == 422
    assert desk.post(add, {**facts, "findings": ["no_other_way", "need_outweighs_harm"]}).status_code == 302
    whole = CourtOrder.objects.latest("pk")
    page = reverse("patients:court_order", args=[rosa.public_id, whole.pk])
    assert "Every element is there" in desk.get(page).content.decode()
    assert desk.post(page, {"categories": ["plan"]}).status_code == 302
    assert list(Disclosure.objects.order_by("id").values_list("outcome", "basis")) == [
        ("withheld", "court_order"),
        ("disclosed", "court_order"),
    ]
    end = reverse("patients:end_court_order", args=[rosa.public_id, whole.pk])
    assert desk.post(end, {"because": ""}).status_code == 422
    assert desk.post(end, {"because": "Quashed"}).status_code == 302


def test_audits_and_research_are_let_in_and_ended(clinic, hospital, sign_in):
    desk = sign_in(clinic.privacy_officer)
    audit = {
        "program": clinic.program.pk, "organization": hospital.pk, "auditor": "Ms. Ito", "authority": "payer", "begins_on": "2026-03-01",
        "ends_on": "2090-03-31", "categories": ["plan"], "copies_leave": "on",
    }  # fmt: skip
    refused = desk.post(reverse("patients:add_audit"), audit)
    assert refused.status_code == 422
    assert "agreed in writing" in refused.content.decode()
    assert desk.post(reverse("patients:add_audit"), {**audit, "agreed_on": "2026-02-01", "destroy_by": "2090-04-01"}).status_code == 302
    research = {
        "program": clinic.program.pk, "organization": hospital.pk, "title": "Staying in care", "researcher": "Dr. Hall",
        "approval_kind": "common_rule", "approval_reference": "IRB 9", "approved_on": "2026-01-01", "categories": ["plan"],
    }  # fmt: skip
    assert desk.post(reverse("patients:add_research"), research).status_code == 302
    shown = desk.get(reverse("patients:without_consent")).content.decode()
    assert "Ms. Ito" in shown
    assert "Staying in care" in shown
    for name, row in (("end_audit", AuditAccess.objects.get()), ("end_research", ResearchApproval.objects.get())):
        assert desk.post(reverse(f"patients:{name}", args=[row.pk]), {"because": "Done"}).status_code == 302
    shown = desk.get(reverse("patients:without_consent")).content.decode()
    assert "Nobody audits and no research runs" in shown


def test_a_report_is_written_from_the_chart(clinic, rosa, sign_in):
    desk, page = sign_in(clinic.case_manager), reverse("patients:report_to_authority", args=[rosa.public_id])
    facts = {"program": clinic.program.pk, "kind": "crime", "authority": "City police", "incident": "A window was broken"}
    assert desk.post(page, {**facts, "fields_named": ["child"]}).status_code == 422
    assert desk.post(page, {**facts, "fields_named": ["name"]}).status_code == 302
    assert Disclosure.objects.get().fields_released == ["incident", "name"]


def test_the_list_narrows_to_one_ground(clinic, rosa, sign_in):
    emergency(clinic, rosa)
    desk, page = sign_in(clinic.privacy_officer), reverse("patients:disclosures")
    shown = desk.get(page, {"basis": "emergency"})
    assert [row.basis for row in shown.context["table"].data] == ["emergency"]
    for words in ("Medical emergency", "Only as 42 CFR part 2 permits", "Dr. Osei, St. Anne"):
        assert words in shown.content.decode()
    assert "Nothing was told" in desk.get(page, {"basis": "qsoa"}).content.decode()
    assert len(desk.get(page, {"basis": "nonsense"}).context["table"].data) == 1


@pytest.mark.parametrize("people", [2, 12])
def test_the_overview_costs_the_same_for_few_and_many(clinic, sign_in, query_count, people):
    for _ in range(people):
        patient = clinic.patient()
        emergency(clinic, patient)
        record_court_order(patient=patient, program=clinic.program, court="Court", by=clinic.privacy_officer, at=timezone.now())
        Restriction.objects.create(
            patient=patient, program=clinic.program, asked_on=date(2026, 3, 1), asked_by="x", to_whom="anybody", purposes=["payment"],
            recorded_at=timezone.now(), recorded_by=clinic.system,
        )  # fmt: skip
    desk = sign_in(clinic.privacy_officer)
    desk.get(reverse("patients:without_consent"))
    with query_count(OVERVIEW_QUERIES):
        desk.get(reverse("patients:without_consent"))
    assert AuditEvent.objects.filter(verb="disclosures_without_consent").count() == 2
