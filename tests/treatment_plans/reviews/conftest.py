from datetime import date, timedelta

import pytest

from patients.diagnoses.models import Diagnosis
from treatment_plans.plan.actions import activate_plan, add_goal, add_intervention, add_objective, add_problem, start_plan

AXES = ("substance_use", "mental_health")


@pytest.fixture
def by(clinic):
    """Return who writes and when, as every verb wants to know."""
    return {"by": clinic.therapist, "at": clinic.now}


@pytest.fixture
def in_force(clinic, by):
    """Return a function that puts a plan for both disorders into force, thirty days ago unless another day is said."""

    def _in_force(patient=None, axes=AXES, starts_on=None, **reason):
        patient = patient or clinic.patient()
        starts_on = starts_on or (clinic.now.date() - timedelta(days=30))
        plan = start_plan(patient=patient, program=clinic.program, starts_on=starts_on, review_on=starts_on + timedelta(days=90), **by)
        for axis in axes:
            Diagnosis.objects.create(
                patient=patient, axis=axis, code="F11.20", title=axis, recorded_at=clinic.now, recorded_by=clinic.system
            )
            goal = add_goal(problem=add_problem(plan=plan, axis=axis, title=f"Problem on {axis}", **by), words="I want to sleep", **by)
            add_objective(goal=goal, words="Sleep six hours", target_on=date(2027, 1, 1), **by)
            add_intervention(goal=goal, kind="cbt", frequency="weekly", responsible=clinic.therapist, **by)
        return activate_plan(plan=plan, **reason, **by)

    return _in_force
