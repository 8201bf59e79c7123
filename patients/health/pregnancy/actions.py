"""Record where a pregnancy stands."""

from datetime import datetime
from typing import Any

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.recording import record_fact
from patients.health.pregnancy.events import PregnancyNoted
from patients.health.pregnancy.models import Pregnancy, PregnancyStatus
from patients.health.queries import new_fact
from patients.record.models import Patient


@action(Can.RECORD_HEALTH)
def record_pregnancy(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> Pregnancy:
    """Record where a pregnancy stands on a day; what was stated before stays beside it."""
    pregnancy = new_fact(Pregnancy, patient=patient, program=program, by=by, at=at, **facts)
    pregnancy.save(force_insert=True)
    if pregnancy.status == PregnancyStatus.PREGNANT:
        record_fact(PregnancyNoted(pregnancy_id=pregnancy.pk, patient_id=patient.pk), at=at)
    return pregnancy
