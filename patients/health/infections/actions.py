"""Record tests for infections, and vaccinations."""

from datetime import datetime
from typing import Any

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from patients.health.infections.models import InfectionTest, Vaccination
from patients.health.queries import new_fact
from patients.record.models import Patient


@action(Can.RECORD_HEALTH)
def record_infection_test(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> InfectionTest:
    """Record a test for an infection with its result, and how far the person is on the way into care."""
    test = new_fact(InfectionTest, patient=patient, program=program, by=by, at=at, **facts)
    test.save(force_insert=True)
    return test


@action(Can.RECORD_HEALTH)
def record_vaccination(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> Vaccination:
    """Record a vaccination, given here or elsewhere."""
    vaccination = new_fact(Vaccination, patient=patient, program=program, by=by, at=at, **facts)
    vaccination.save(force_insert=True)
    return vaccination
