from datetime import time, timedelta

import pytest

from treatment_plans.groups.actions import give_place, start_series
from treatment_plans.groups.queries import meetings_of
from treatment_plans.plan.actions import activate_plan, add_goal, add_intervention, add_objective, add_problem, start_plan


@pytest.fixture
def found(clinic):
    """Return a function that founds a group that met for the first time today, three hours ago."""

    def _found(**facts):
        local = (clinic.now - timedelta(hours=3)).astimezone(clinic.north.zone)
        values = {
            "site": clinic.north,
            "title": "Dual Recovery",
            "starts_on": local.date(),
            "begins_at": time(local.hour, 0),
            "facilitators": [clinic.therapist],
            "by": clinic.therapist,
            "at": clinic.now,
        }
        return start_series(**values | facts)

    return _found


@pytest.fixture
def join(clinic):
    def _join(series, *people, **facts):
        known = {"on": series.starts_on, "by": clinic.therapist, "at": clinic.now}
        return [give_place(series=series, patient=person, **known | facts) for person in people]

    return _join


@pytest.fixture
def goal_of(clinic):
    """Return a function that gives a person a plan in force with one goal, and returns the goal."""

    def _goal_of(patient, words="I want a room"):
        known = {"by": clinic.therapist, "at": clinic.now}
        today = clinic.now.astimezone(clinic.program.zone).date()
        plan = start_plan(patient=patient, program=clinic.program, starts_on=today, review_on=today + timedelta(days=90), **known)
        goal = add_goal(problem=add_problem(plan=plan, axis="social", title="Room", **known), words=words, **known)
        add_objective(goal=goal, words="Apply", **known)
        add_intervention(goal=goal, kind="case_management", **known)
        activate_plan(plan=plan, **known)
        return goal

    return _goal_of


@pytest.fixture
def first_meeting():
    return lambda series: meetings_of(series).order_by("starts_at").first()
