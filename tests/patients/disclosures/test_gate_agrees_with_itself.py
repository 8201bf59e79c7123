"""The gate decides in two places: a statement narrows lists, a rule decides. They must never disagree."""

import contextlib
import random
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from casemgr.core.directory.models import Organization
from patients.consent.models import Consent, ConsentRecipient
from patients.consent.queries import consents_of, recipient_facts
from patients.disclosures.actions import disclose_many
from patients.disclosures.rules import Question, may_disclose
from patients.episodes.models import Episode
from patients.restrictions.models import Restriction
from patients.restrictions.queries import restrictions_on

CONSENTS = 600


@pytest.fixture
def crowd(clinic, now, hospital, landlord):
    """Make people with one or two consents each, of every shape that the database lets stand."""
    chance = random.Random(20260304)
    today = date(2026, 3, 4)
    patients = [clinic.patient() for _ in range(CONSENTS * 2 // 3)]
    for patient in patients[::5]:
        Episode.objects.filter(patient=patient).update(
            discharged_on=today + timedelta(days=chance.choice([-3, 0, 1])), discharge_reason="1"
        )
    consents = []
    for number in range(CONSENTS):
        kind = chance.choice(["tpo", "specific"])
        ends = chance.choice(["", "end of the treatment", " End of the Treatment", "none", "when the flat is found"])
        until = chance.choice([None, today - timedelta(days=1), today, today + timedelta(days=1), date(2030, 1, 1)])
        consents.append(
            Consent(
                patient=patients[number % len(patients)],
                discloser=clinic.program,
                kind=kind,
                purposes=chance.sample(["treatment", "payment", "operations" if kind == "tpo" else "housing"], chance.randint(1, 2)),
                categories=chance.sample(["demographics", "medications", "plan"], chance.randint(1, 3)),
                description="x",
                revocation_statement="x",
                redisclosure_statement="x" if kind == "tpo" else chance.choice(["", "x"]),
                hipaa_statement=chance.choice(["", "x", "x"]),
                refusal_statement="x",
                signed_by="x",
                signer_relationship="patient",
                signed_on=today - timedelta(days=chance.choice([-1, 0, 1, 30])),
                valid_until=until,
                ends_with=ends or ("" if until else "none"),
                recorded_at=now,
                recorded_by=clinic.case_manager,
            )
        )
    Consent.objects.bulk_create(consents)
    ConsentRecipient.objects.bulk_create(
        ConsentRecipient(consent=consent, organization=organization, patient=consent.patient)
        for consent in consents
        for organization in chance.choice([[hospital], [landlord], [hospital, landlord]])
    )
    for consent in consents:
        with contextlib.suppress(IntegrityError), transaction.atomic():
            Consent.objects.filter(pk=consent.pk).update(state="active")
    taken_back = Consent.objects.filter(pk__in=[consent.pk for consent in consents[::7]], state="active")
    taken_back.update(state="revoked", revoked_at=now, revoked_by="x")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE patients_consent, patients_consentrecipient, patients_patient, patients_episode")
    return patients


QUESTIONS = [("treatment", {"demographics"}), ("housing", {"demographics", "plan"}), ("payment", {"medications"})]


def test_a_list_reaches_exactly_whom_the_rule_lets_through_one_by_one(clinic, now, crowd, hospital):
    for hipaa_role in ("covered_entity", "neither"):
        Organization.objects.filter(pk=hospital.pk).update(hipaa_role=hipaa_role)
        hospital.refresh_from_db()
        for purpose, categories in QUESTIONS:
            expected = one_by_one(crowd, hospital, purpose, categories, now)
            told = disclose_many(
                recipient=hospital,
                purpose=purpose,
                categories=categories,
                description="x",
                via="api",
                by=clinic.case_manager,
                at=now,
                limit=1000,
            )
            assert {one.patient_id: one.consent_id for one in told} == expected, (hipaa_role, purpose)
            assert 3 < len(expected) < len(crowd) - 3


def one_by_one(crowd, hospital, purpose, categories, at):
    recipient = recipient_facts(hospital)
    decisions = {
        patient.pk: may_disclose(
            Question(
                recipient,
                purpose,
                frozenset(categories),
                at.date(),
                consents=consents_of(patient.pk, at=at),
                restrictions=restrictions_on(patient.pk),
            )
        )
        for patient in crowd
    }
    return {key: decision.consent_id for key, decision in decisions.items() if decision.allowed}


def restrict(crowd, clinic, hospital, landlord, now):
    """Let every third person ask for something, in every state that the database lets stand."""
    chance = random.Random(8)
    decided = {"decided_at": now, "decided_by": clinic.privacy_officer}
    ended = {**decided, "ended_at": now, "end_note": "x"}
    states = [
        {"state": "asked"},
        {"state": "agreed", **decided},
        {"state": "declined", "decision": "x", **decided},
        {"state": "ended", "end_basis": "patient_orally", **ended},
        {"state": "ended", "end_basis": "program_notice", "records_until": now.date(), **ended},
    ]
    for patient in crowd[::3]:
        owed = chance.random() < 0.3
        to_whom = chance.choice(["named", "health_plans", "anybody"])
        Restriction.objects.create(
            patient=patient,
            program=clinic.program,
            asked_on=now.date(),
            asked_by="x",
            to_whom=to_whom,
            organization=chance.choice([hospital, landlord]) if to_whom == "named" else None,
            purposes=chance.sample(["treatment", "payment", "operations"], chance.randint(1, 2)),
            categories=chance.sample(["demographics", "medications", "plan"], chance.randint(0, 2)),
            is_owed=owed,
            recorded_at=now,
            recorded_by=clinic.case_manager,
            **chance.choice(states[:2] if owed else states),
        )


@pytest.mark.parametrize("kind", ["hospital", "health_plan"])
def test_a_list_leaves_out_exactly_whom_a_restriction_holds_back(clinic, now, crowd, hospital, landlord, kind):
    Organization.objects.filter(pk=hospital.pk).update(kind=kind)
    hospital.refresh_from_db()
    free = {purpose: one_by_one(crowd, hospital, purpose, categories, now) for purpose, categories in QUESTIONS}
    restrict(crowd, clinic, hospital, landlord, now)
    for purpose, categories in QUESTIONS:
        expected = one_by_one(crowd, hospital, purpose, categories, now)
        told = disclose_many(
            recipient=hospital,
            purpose=purpose,
            categories=categories,
            description="x",
            via="api",
            by=clinic.case_manager,
            at=now,
            limit=1000,
        )
        assert {one.patient_id: one.consent_id for one in told} == expected, purpose
        assert set(expected) <= set(free[purpose])
        assert (purpose == "treatment" and len(expected) < len(free[purpose])) or purpose == "payment" or expected == free["housing"]
