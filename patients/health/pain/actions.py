"""Record pain, score it, and plan against it without opioids."""

from datetime import datetime
from typing import Any

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from patients.health.pain.models import PainProblem, PainScore, PainStep
from patients.health.queries import new_fact
from patients.record.models import Patient


@action(Can.RECORD_HEALTH)
def record_pain(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> PainProblem:
    """Record a lasting pain: where, how it began, and who first prescribed an opioid for it."""
    pain = new_fact(PainProblem, patient=patient, program=program, by=by, at=at, **facts)
    pain.save(force_insert=True)
    return pain


@action(Can.RECORD_HEALTH)
def score_pain(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> PainScore:
    """Record the score of the PEG on a day."""
    score = new_fact(PainScore, patient=patient, program=program, by=by, at=at, **facts)
    score.save(force_insert=True)
    return score


@action(Can.RECORD_HEALTH)
def plan_pain_step(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> PainStep:
    """Plan a step against pain without opioids."""
    step = new_fact(PainStep, patient=patient, program=program, by=by, at=at, **facts)
    step.save(force_insert=True)
    return step
