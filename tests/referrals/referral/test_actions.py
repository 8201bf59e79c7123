from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from casemgr.core.accounts.models import Membership, Program, Site, User
from casemgr.core.accounts.rules import Role
from casemgr.core.refusals import Denied, Refused
from patients.consent.actions import revoke_consent
from patients.disclosures.models import Disclosure
from patients.episodes.models import Episode
from referrals.referral.actions import answer_referral, complete_referral, draft_referral, send_referral, withdraw_referral
from referrals.referral.models import Referral


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def test_a_draft_tells_nobody_anything(draft):
    referral = draft()
    assert (referral.state, referral.sent_at, referral.disclosure_id) == ("draft", None, None)
    assert not Disclosure.objects.exists()


def test_a_referral_is_sent_on_a_consent_and_accounted_for_with_what_it_tells(draft, consent, clinic, shelter, now):
    patient = clinic.patient()
    given = consent(patient)
    sent = send_referral(referral=draft(patient), by=clinic.case_manager, at=now)
    account = Disclosure.objects.get()
    assert (sent.state, sent.sent_at, sent.disclosure_id) == ("sent", now, account.pk)
    assert (account.outcome, account.patient_id, account.recipient_id, account.purpose) == ("disclosed", patient.pk, shelter.pk, "housing")
    assert sorted(account.categories) == ["contact", "demographics", "housing"]
    assert (account.consent_id, account.description, account.via) == (given.pk, "Referral: A bed", "referral")


def test_without_a_consent_nothing_is_sent_and_the_sentence_says_what_is_missing(draft, clinic, now):
    referral = draft()
    with pytest.raises(Refused) as refused:
        send_referral(referral=referral, by=clinic.case_manager, at=now)
    assert str(refused.value) == "No consent is on file."
    referral.refresh_from_db()
    assert (referral.state, referral.sent_at, referral.disclosure_id) == ("draft", None, None)
    account = Disclosure.objects.get()
    assert (account.outcome, account.patient_id) == ("withheld", referral.patient_id)


def test_a_consent_that_does_not_reach_far_enough_is_named_part_by_part(draft, consent, clinic, now):
    patient = clinic.patient()
    consent(patient, categories=["demographics"])
    with pytest.raises(Refused) as refused:
        send_referral(referral=draft(patient), by=clinic.case_manager, at=now)
    assert str(refused.value) == "The consent does not reach this information."
    with pytest.raises(Refused) as refused:
        send_referral(referral=draft(patient, purpose="employment"), by=clinic.case_manager, at=now)
    assert set(codes(refused)) == {"purpose", "category"}
    assert not Referral.objects.exclude(state="draft").exists()


def test_a_revoked_consent_sends_nothing(draft, consent, clinic, now):
    patient = clinic.patient()
    referral = draft(patient)
    revoke_consent(consent=consent(patient), revoked_by=patient.display_name, by=clinic.case_manager, at=now)
    with pytest.raises(Refused):
        send_referral(referral=referral, by=clinic.case_manager, at=now + timedelta(minutes=1))
    referral.refresh_from_db()
    assert referral.state == "draft"


def test_another_program_s_consent_does_not_open_this_program_s_record(draft, consent, clinic, now):
    patient = clinic.patient()
    other = Program.objects.create(name="Hill Street Program")
    hill = Site.objects.create(program=other, name="Hill")
    Membership.objects.create(user=clinic.case_manager, program=other, site=hill, role=Role.CASE_MANAGER, starts_on=date(2024, 1, 1))
    Episode.objects.create(
        patient=patient, program=other, site=hill, admitted_on=date(2026, 1, 5), recorded_at=now, recorded_by=clinic.system
    )
    both = User.objects.get(pk=clinic.case_manager.pk)
    consent(patient, discloser=other, by=both)
    referral = draft(patient, by=both)
    with pytest.raises(Refused) as refused:
        send_referral(referral=referral, by=both, at=now)
    assert codes(refused) == ["no_consent"]
    referral.refresh_from_db()
    assert referral.state == "draft"
    assert not Disclosure.objects.filter(outcome="disclosed").exists()


def test_a_referral_goes_its_way_once(draft, consent, clinic, now):
    patient = clinic.patient()
    consent(patient)
    by = clinic.case_manager
    referral = draft(patient)
    with pytest.raises(Refused) as refused:
        answer_referral(referral=referral, state="accepted", by=by, at=now)
    assert str(refused.value) == "This referral is “Draft”, so it cannot become “Accepted”."
    send_referral(referral=referral, by=by, at=now)
    with pytest.raises(Refused):
        send_referral(referral=referral, by=by, at=now)
    assert Disclosure.objects.filter(outcome="disclosed").count() == 1
    with pytest.raises(Refused) as refused:
        answer_referral(referral=referral, state="declined", by=by, at=now)
    assert codes(refused) == ["no_reason"]
    with pytest.raises(Refused) as refused:
        answer_referral(referral=referral, state="completed", by=by, at=now)
    assert codes(refused) == ["no_answer"]
    later = now + timedelta(days=2)
    accepted = answer_referral(referral=referral, state="accepted", answer="A bed from Friday.", by=by, at=later)
    assert (accepted.state, accepted.answered_at, accepted.answer) == ("accepted", later, "A bed from Friday.")
    assert complete_referral(referral=referral, by=by, at=later).state == "completed"
    with pytest.raises(Refused):
        withdraw_referral(referral=referral, by=by, at=later)
    with pytest.raises(DatabaseError), transaction.atomic():
        Referral.objects.update(state="draft")


def test_a_draft_can_be_withdrawn_and_is_never_sent_then(draft, consent, clinic, now):
    patient = clinic.patient()
    consent(patient)
    referral = draft(patient)
    withdraw_referral(referral=referral, by=clinic.case_manager, at=now)
    with pytest.raises(Refused):
        send_referral(referral=referral, by=clinic.case_manager, at=now)
    assert not Disclosure.objects.exists()


def test_a_referral_that_cannot_be_right_is_refused_with_everything_at_once(clinic, now, shelter):
    shelter.is_active = False
    with pytest.raises(Refused) as refused:
        draft_referral(
            patient=clinic.patient(),
            program=clinic.program,
            organization=shelter,
            purpose="x",
            service=" ",
            by=clinic.case_manager,
            at=now,
        )
    assert codes(refused) == ["inactive", "no_purpose", "no_service"]
    assert not Referral.objects.exists()


@pytest.mark.parametrize("role", [Role.PEER, Role.NURSE, Role.FRONT_DESK, Role.DIRECTOR])
def test_who_may_not_refer_sends_nothing(draft, consent, clinic, now, role):
    patient = clinic.patient()
    consent(patient)
    referral = draft(patient)
    with pytest.raises(Denied):
        send_referral(referral=referral, by=clinic.staff[role], at=now)
    referral.refresh_from_db()
    assert referral.state == "draft"
    assert not Disclosure.objects.exists()
