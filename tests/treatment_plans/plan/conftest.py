from datetime import date, timedelta

import pytest

from patients.diagnoses.models import Diagnosis
from treatment_plans.plan.actions import add_goal, add_intervention, add_objective, add_problem, start_plan


@pytest.fixture
def by(clinic):
    """Return who writes and when, as every verb wants to know."""
    return {"by": clinic.therapist, "at": clinic.now}


@pytest.fixture
def diagnosed(clinic):
    """Return a function that gives a person an active diagnosis on an axis."""

    def _diagnosed(patient, axis, **facts):
        values = {"code": "F11.20", "title": "Opioid dependence"} if axis == "substance_use" else {"code": "F43.10", "title": "PTSD"}
        return Diagnosis.objects.create(patient=patient, axis=axis, recorded_at=clinic.now, recorded_by=clinic.system, **values | facts)

    return _diagnosed


@pytest.fixture
def draft(clinic, by):
    """Return a function that starts a plan with whole threads on these axes."""

    def _draft(patient, *axes, starts_on=None):
        starts_on = starts_on or date(2026, 3, 1)
        plan = start_plan(patient=patient, program=clinic.program, starts_on=starts_on, review_on=starts_on + timedelta(days=90), **by)
        for axis in axes:
            problem = add_problem(plan=plan, axis=axis, title=f"Problem on {axis}", **by)
            goal = add_goal(problem=problem, words="I want a life of my own", **by)
            add_objective(goal=goal, words="Sleep six hours", **by)
            add_intervention(goal=goal, kind="cbt", **by)
        return plan

    return _draft
