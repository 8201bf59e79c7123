"""Record what was explained."""

from datetime import datetime
from typing import Any

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from patients.health.education.models import Education
from patients.health.queries import new_fact
from patients.record.models import Patient


@action(Can.RECORD_HEALTH)
def record_education(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> Education:
    """Record what was explained to a person, how, and whether they could say it back."""
    education = new_fact(Education, patient=patient, program=program, by=by, at=at, **facts)
    education.save(force_insert=True)
    return education
