"""Record electrocardiograms."""

from datetime import datetime
from typing import Any

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from patients.health.heart.models import Electrocardiogram
from patients.health.queries import new_fact
from patients.record.models import Patient


@action(Can.RECORD_HEALTH)
def record_electrocardiogram(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> Electrocardiogram:
    """Record an electrocardiogram with its QTc and what follows from it."""
    ecg = new_fact(Electrocardiogram, patient=patient, program=program, by=by, at=at, **facts)
    ecg.save(force_insert=True)
    return ecg
