"""The gate decides in two places: a statement narrows lists, a rule decides. They must never disagree."""

import contextlib
import random
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from casemgr.core.directory.models import Organization, Participation
from patients.consent.models import Consent, ConsentRecipient, FundraisingChoice
from patients.consent.queries import consents_of, recipient_facts
from patients.disclosures.actions import disclose_many
from patients.disclosures.rules import Question, may_disclose
from patients.episodes.models import Episode
from patients.record.models import Patient
from patients.relations.models import TreatingRelationship
from patients.restrictions.models import Restriction
from patients.restrictions.queries import restrictions_on
from tests.worlds import end_stays

CONSENTS = 600


@pytest.fixture
def crowd(clinic, now, hospital, landlord):
    """Make people with one or two consents each, of every shape that the database lets stand."""
    chance = random.Random(20260304)
    today = date(2026, 3, 4)
    patients = [clinic.patient() for _ in range(CONSENTS * 2 // 3)]
    for patient in patients[::5]:
        end_stays(patient.episodes, today + timedelta(days=chance.choice([-3, 0, 1])))
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
    for patient in patients[::11]:
        Patient.objects.filter(pk=patient.pk).update(deceased_on=today - timedelta(days=chance.choice([0, 1, 30])))
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


def test_later_programs_in_a_consent_of_another_kind_neither_tell_anybody_nor_break_the_list(clinic, now, hospital):
    """A paper handed in by a partner may say so; only a registry consent reaches programs that come later (42 CFR 2.34)."""
    patient = clinic.patient()
    later = Organization.objects.create(
        name="New Program", kind="treatment_program", hipaa_role="covered_entity", address="2 Hill Road", miles_away=5,
        established_on=date(2026, 3, 3),
    )  # fmt: skip
    consent = Consent.objects.create(
        patient=patient, discloser=clinic.program, kind="specific", purposes=["treatment"], categories=["demographics"], description="x",
        revocation_statement="x", redisclosure_statement="x", hipaa_statement="x", signed_by="x", signer_relationship="patient",
        signed_on=date(2026, 3, 1), valid_until=date(2030, 1, 1), later_programs=True, recorded_at=now, recorded_by=clinic.case_manager,
    )  # fmt: skip
    ConsentRecipient.objects.create(consent=consent, organization=hospital, patient=patient)
    Consent.objects.filter(pk=consent.pk).update(state="active")
    asked = {"purpose": "treatment", "categories": {"demographics"}, "description": "x", "via": "api", "by": clinic.case_manager, "at": now}
    assert disclose_many(recipient=later, **asked) == []
    assert [one.patient_id for one in disclose_many(recipient=hospital, **asked)] == [patient.pk]


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
                died_on=Patient.objects.get(pk=patient.pk).deceased_on,
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


RECIPIENTS = {
    "treating clinic": {"kind": "clinic", "hipaa_role": "covered_entity", "address": "x"},
    "plan": {"kind": "health_plan", "hipaa_role": "covered_entity", "address": "x"},
    "helper": {"kind": "other", "address": "x"},
    "exchange": {"kind": "exchange", "is_intermediary": True, "address": "x"},
    "court": {"kind": "justice", "address": "x"},
    "registry": {"kind": "registry", "address": "x"},
    "registry without address": {"kind": "registry"},
    "monitoring": {"kind": "pdmp", "address": "x"},
    "newer program": {
        "kind": "treatment_program", "is_part2_program": True, "address": "x", "miles_away": 200, "established_on": date(2026, 2, 20),
    },
    "far program": {"kind": "treatment_program", "is_part2_program": True, "address": "x", "miles_away": 201, "established_on": date(2026, 3, 1)},
}  # fmt: skip
SHAPES = {
    "tpo": (("treatment", "payment", "operations"), ("demographics", "medications", "plan")),
    "specific": (("treatment", "housing", "fundraising"), ("demographics", "medications", "trauma")),
    "proceedings": (("proceedings",), ("demographics", "legal")),
    "cj_referral": (("justice_monitoring",), ("demographics", "appointments")),
    "registry": (("registry_check",), ("demographics", "medications")),
    "pdmp": (("pdmp_report",), ("demographics", "medications")),
}
PURPOSES = ("treatment", "payment", "housing", "fundraising", "proceedings", "justice_monitoring", "registry_check", "pdmp_report")
HUNDRED = 120


@pytest.fixture
def known(clinic, now):
    """Make recipients of every sort, some of them behind the exchange, today, no more, or not yet."""
    today = now.date()
    made = {name: Organization.objects.create(name=name, **facts) for name, facts in RECIPIENTS.items()}
    for name, since, until in (("treating clinic", -9, None), ("helper", -9, 0), ("plan", 1, None)):
        Participation.objects.create(
            intermediary=made["exchange"],
            participant=made[name],
            since=today + timedelta(days=since),
            until=None if until is None else today + timedelta(days=until),
        )
    return made


def shaped(chance, kind, today):
    """Return what a consent of a kind says, in a shape that may stand or not."""
    purposes, categories = SHAPES[kind]
    grouped = kind in {"tpo", "specific"}
    ends = {"registry": "end of the enrollment", "tpo": "none"}.get(kind, "")
    classes = ["treating_providers", "health_plans", "program_helpers"]
    return {
        "kind": kind,
        "purposes": sorted(chance.sample(purposes, chance.randint(1, len(purposes)))),
        "categories": sorted({"demographics", *chance.sample(categories, chance.randint(1, len(categories)))}),
        "recipient_classes": sorted(chance.sample(classes, chance.randint(0, 2))) if grouped else [],
        "designation": chance.choice(["", "treating_only"]) if grouped else "",
        "later_programs": kind == "registry" and chance.random() < 0.6,
        "hipaa_statement": chance.choice(["", "x", "x"]),
        "fundraising_statement": "x",
        "ends_with": ends,
        "valid_until": None if ends else today + timedelta(days=chance.choice([0, 1, 200])),
        "revocable_after": today if kind == "cj_referral" else None,
        "signed_on": today - timedelta(days=chance.choice([0, 1, 30])),
        **dict.fromkeys(("description", "revocation_statement", "redisclosure_statement", "refusal_statement", "signed_by"), "x"),
    }


@pytest.fixture
def people(clinic, now, known):
    """Make people with relations and consents of every kind to every sort of recipient, as far as the database lets them stand."""
    chance, today = random.Random(20261122), now.date()
    by = {"recorded_at": now, "recorded_by": clinic.case_manager}
    patients = [clinic.patient() for _ in range(HUNDRED)]
    end_stays(Episode.objects.filter(patient__in=patients[::6], discharged_on__isnull=True), today)
    for patient in patients:
        if chance.random() < 0.2:
            FundraisingChoice.objects.create(patient=patient, opted_out=chance.random() < 0.7, **by)
        for name in chance.sample(sorted(known), 3):
            since = today + timedelta(days=chance.choice([-9, -1, 0, 1]))
            until = chance.choice([None, None, max(today, since), since + timedelta(days=5)])
            capacity = chance.choice(["treating_providers", "treating_providers", "health_plans", "program_helpers"])
            TreatingRelationship.objects.create(
                patient=patient, organization=known[name], capacity=capacity, since=since, until=until, **by
            )
        for kind in chance.sample(sorted(SHAPES), 4):
            consent = Consent.objects.create(
                patient=patient, discloser=clinic.program, signer_relationship="patient", **shaped(chance, kind, today), **by
            )
            for name in chance.sample(sorted(known), chance.choice([0, 1, 1, 2])):
                part = "participant" if name in {"helper", "plan"} and chance.random() < 0.5 else "recipient"
                ConsentRecipient.objects.create(consent=consent, organization=known[name], part=part)
            with contextlib.suppress(IntegrityError), transaction.atomic():
                Consent.objects.filter(pk=consent.pk).update(state="active")
                if chance.random() < 0.1:
                    Consent.objects.filter(pk=consent.pk).update(known_false_at=now, known_false_why="x")
    return patients


def test_every_sort_of_recipient_is_reached_in_a_list_exactly_as_one_by_one(clinic, now, known, people):
    facts = {patient.pk: consents_of(patient.pk, at=now) for patient in people}
    reached = dict.fromkeys(known, 0)
    for name, organization in known.items():
        recipient = recipient_facts(organization)
        for purpose in PURPOSES:
            decisions = {
                key: may_disclose(Question(recipient, purpose, frozenset({"demographics"}), now.date(), consents=consents))
                for key, consents in facts.items()
            }
            expected = {key: verdict.consent_id for key, verdict in decisions.items() if verdict.allowed}
            told = disclose_many(
                recipient=organization,
                purpose=purpose,
                categories={"demographics"},
                description="x",
                via="api",
                by=clinic.case_manager,
                at=now,
                limit=1000,
            )
            assert {one.patient_id: one.consent_id for one in told} == expected, (name, purpose)
            reached[name] += len(expected)
    assert all(reached.values()), reached
    assert any(consent.reached for consents in facts.values() for consent in consents)
