from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from casemgr.core.accounts.models import User, UserKind
from casemgr.core.outbox.draining import drain
from casemgr.core.refusals import Refused
from patients.consent.actions import confirm_consent
from patients.consent.models import Consent
from patients.consent.papers.actions import attach_scan, hand_in_consent, match_paper, settle_handed_in
from patients.consent.papers.queries import Meant
from patients.consent.queries import drafts_waiting_for
from referrals.casework.models import Task
from tests.patients.consent.papers import organizations, paper

PDF = b"%PDF-1.7 signed"


@pytest.fixture
def known(db):
    return organizations()


@pytest.fixture
def handed_in(clinic, known, now):
    """Return a function that hands a paper in as the hospital's system does."""
    partner = User.objects.create(kind=UserKind.CLIENT, email="p@partner.test", full_name="Mercy", organization=known["hospital"])

    def _handed_in(patient):
        meant = Meant(patient.given_name, patient.family_name, patient.birth_date)
        sent = hand_in_consent(person=meant, discloser=clinic.program, by=partner, at=now, **paper("specific", known))
        (waits,) = match_paper(paper=sent, by=clinic.system, at=now)
        return waits.consent

    return _handed_in


def why_not(draft, clinic, now, **facts):
    with pytest.raises(Refused) as refused:
        settle_handed_in(consent=draft, holds=True, by=clinic.case_manager, at=now, **facts)
    return [reason.field for reason in refused.value.reasons]


def test_a_partners_paper_holds_only_after_somebody_says_with_which_original_it_agrees(clinic, handed_in, now):
    draft = handed_in(clinic.patient())
    assert why_not(draft, clinic, now) == ["compared"]
    assert why_not(draft, clinic, now, original_seen_on=date(2026, 3, 3)) == ["compared"]
    assert why_not(draft, clinic, now, compared=True) == ["original_seen_on"]
    assert why_not(draft, clinic, now, compared=True, original_seen_on=date(2026, 2, 28)) == ["original_seen_on"]
    assert why_not(draft, clinic, now, compared=True, original_seen_on=date(2026, 3, 5)) == ["original_seen_on"]
    settle_handed_in(consent=draft, holds=True, compared=True, original_seen_on=date(2026, 3, 3), by=clinic.case_manager, at=now)
    draft.refresh_from_db()
    assert (draft.state, draft.compared_by, draft.compared_at) == ("active", clinic.case_manager, now)


def test_a_scan_on_file_is_an_original_too(clinic, handed_in, now):
    draft = handed_in(clinic.patient())
    attach_scan(consent=draft, of="consent", content=PDF, by=clinic.case_manager, at=now)
    settle_handed_in(consent=draft, holds=True, compared=True, by=clinic.case_manager, at=now)
    draft.refresh_from_db()
    assert (draft.state, draft.original_seen_on) == ("active", None)


def test_plain_sql_cannot_let_it_hold_either(clinic, handed_in, now):
    draft = Consent.objects.filter(pk=handed_in(clinic.patient()).pk)
    seen = {"compared_by": clinic.case_manager, "compared_at": now}
    for facts in ({}, seen):
        with pytest.raises(IntegrityError, match="first compared"), transaction.atomic():
            draft.update(state="active", **facts)
    with pytest.raises(IntegrityError, match="compared_consent_says_by_whom_and_when"), transaction.atomic():
        draft.update(original_seen_on=date(2026, 3, 3))
    draft.update(state="active", original_seen_on=date(2026, 3, 3), **seen)
    with pytest.raises(IntegrityError, match="not written anew"), transaction.atomic():
        draft.update(original_seen_on=date(2026, 3, 4))


def test_a_draft_taken_over_from_another_system_is_compared_too(clinic, handed_in, known, now):
    facts = paper("specific", known)
    facts.pop("recipients")
    draft = Consent.objects.create(patient=clinic.patient(), discloser=clinic.program, recorded_at=now, recorded_by=clinic.system, **facts)
    draft.named_recipients.create(organization=known["hospital"])
    with pytest.raises(Refused, match="saw the original"):
        confirm_consent(consent=draft, compared=True, by=clinic.case_manager, at=now)


def test_what_waits_is_one_task_for_whoever_is_in_charge(clinic, handed_in, now):
    patient = clinic.patient()
    draft = handed_in(patient)
    drain(at=now)
    task = Task.objects.get(patient=patient)
    assert (task.title, task.due_on, task.key) == (
        "Hospital handed in a consent: compare it with the signed paper",
        date(2026, 3, 7),
        f"consent:handed_in:{draft.pk}",
    )
    assert list(drafts_waiting_for(clinic.case_manager)) == [draft]
    assert list(drafts_waiting_for(clinic.front_desk)) == []
    settle_handed_in(consent=draft, holds=False, why="No such paper", by=clinic.case_manager, at=now)
    assert list(drafts_waiting_for(clinic.case_manager)) == []


def test_the_page_says_who_compared_it_with_what(clinic, handed_in, now, sign_in):
    patient = clinic.patient()
    draft = handed_in(patient)
    settle_handed_in(consent=draft, holds=True, compared=True, original_seen_on=date(2026, 3, 3), by=clinic.case_manager, at=now)
    text = sign_in(clinic.case_manager).get(reverse("patients:consent", args=[patient.public_id, draft.pk])).content.decode()
    assert "original seen on" in text
