from datetime import date, timedelta

import pytest
from django.utils import timezone

from patients.consent.actions import record_consent
from patients.restrictions.models import Restriction
from patients.world.actions import record_world_fact
from treatment_plans.family.actions import Guest, record_family_session
from treatment_plans.sessions.actions import Part


@pytest.fixture
def right_now():
    return timezone.now()


@pytest.fixture
def patient(clinic):
    return clinic.patient(team=(clinic.therapist, clinic.case_manager, clinic.nurse, clinic.peer))


@pytest.fixture
def around(clinic, patient, right_now):
    """Return a function that writes down somebody around the person."""

    def _around(name="Renee", relation="sister", may_talk="yes", **facts):
        kept = {"patient": patient, "program": clinic.program, "by": clinic.therapist, "at": right_now - timedelta(days=9)}
        return record_world_fact(of="people", name=name, relation=relation, may_talk=may_talk, **facts, **kept)

    return _around


@pytest.fixture
def consent_to(clinic, patient, right_now):
    """Return a function that records a consent to people around the person."""

    def _consent(*people, at=None, **facts):
        values = {
            "discloser": clinic.program,
            "kind": "specific",
            "recipients": [],
            "people": people,
            "purposes": ["treatment"],
            "categories": ["plan", "appointments"],
            "description": "My plan and when I come",
            "revocation_statement": "Tell us at any time",
            "signed_by": patient.legal_name,
            "signer_relationship": "patient",
            "signed_on": (right_now - timedelta(days=5)).date(),
            "valid_until": date(right_now.year + 1, 1, 1),
            **facts,
        }
        return record_consent(patient=patient, by=clinic.case_manager, at=at or right_now, **values)

    return _consent


@pytest.fixture
def hold(clinic, patient, right_now):
    """Return a function that writes down a session with these people."""

    def _hold(*people, topics=("plan",), was_asked=False, ago=timedelta(hours=2), **part):
        starts = right_now - ago
        return record_family_session(
            part=Part(patient=patient, **{"note": "We spoke about the weekend.", **part}),
            guests=[one if isinstance(one, Guest) else Guest(f"person:{one.pk}") for one in people],
            topics=topics,
            was_asked=was_asked,
            site=clinic.north,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=50),
            by=clinic.therapist,
            at=right_now,
        )

    return _hold


@pytest.fixture
def agree(clinic, patient, right_now):
    """Return a function that writes down what the person asked to be kept from anybody, and the program agreed to some time ago."""

    def _agree(ago=timedelta(days=3), **facts):
        then = right_now - ago
        return Restriction.objects.create(
            patient=patient, program=clinic.program, state="agreed", asked_on=then.date(), asked_by="Rosa", to_whom="anybody",
            purposes=["treatment"], decided_at=then, decided_by=clinic.privacy_officer, decision="Agreed", recorded_at=then,
            recorded_by=clinic.case_manager, **facts,
        )  # fmt: skip

    return _agree
