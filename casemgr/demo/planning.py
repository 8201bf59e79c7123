"""Write the plans of the demo clinic: both disorders and what else weighs, steps that can be measured, and where people stand."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from casemgr.core.accounts.models import User
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from casemgr.demo.words import MENTAL_HEALTH_GOALS, OBJECTIVES, STRENGTHS, SUBSTANCE_GOALS
from patients.world.models import Barrier
from treatment_plans.plan.actions import activate_plan, add_goal, add_intervention, add_objective, add_problem, start_plan
from treatment_plans.plan.measuring.actions import count_towards
from treatment_plans.plan.models import Goal, Objective, Plan
from treatment_plans.plan.queries import active_plan_of, barriers_to_name
from treatment_plans.plan.standing.actions import note_stage_of_change, rate_standing

REVIEW_DAYS = 90
"""Days until a plan is reviewed, the demo program's own interval."""

LOOK_AGAIN = 40
"""Days after which somebody asks once more where a person stands."""

EVERY = 2
"""Of how many people one has their standing written down: few enough to be written in a second."""

TITLES = {"substance_use": "Opioid use that took over"}
WORDS = {"substance_use": SUBSTANCE_GOALS, "mental_health": MENTAL_HEALTH_GOALS}
STAGES = (("contemplation", "preparation"), ("preparation", "action"), ("action", "maintenance"))
PIECES = {
    "barrier": ("A way to the clinic that can be relied on", "Has not missed a dose for want of a ride", "case_management"),
    "yoga": ("yoga", "Gentle class", "Lower back: no forward folds."),
}


def write_plan(life: Life, person: Persona, by: User, diagnoses: dict[str, Any], at: datetime) -> None:
    """Write one plan for both disorders, and for a barrier where one was told."""
    common: dict[str, Any] = {"by": by, "at": at}
    plan = start_plan(
        patient=person.course.patient,
        program=life.clinic.program,
        starts_on=person.admitted_on,
        review_on=person.admitted_on + timedelta(days=REVIEW_DAYS),
        strengths=life.random.choice(STRENGTHS),
        **common,
    )
    titles = {**TITLES, "mental_health": person.mental_health[1].capitalize()}
    person.course.goals = [_thread(life, person, plan, axis, title, diagnoses[axis], common) for axis, title in titles.items()]
    barrier = barriers_to_name(plan).first()
    if barrier is not None:
        _over_the_barrier(plan, barrier, common)
    if person.number % EVERY == 0:
        _say_where_they_stand(person, plan, diagnoses, common)
    activate_plan(plan=plan, **common)


def look_again(life: Life, day: date) -> None:
    """Ask once more where some people stand, and write down what was counted."""
    at = life.moment(day, 16, 20)
    for person in life.in_care:
        if person.number % EVERY or day != person.admitted_on + timedelta(days=LOOK_AGAIN) or not life.is_past(at):
            continue
        plan = active_plan_of(person.course.patient)
        if plan is None:
            continue
        by = plan.recorded_by
        levels = {"physical": 5 + person.number % 3, "emotional": 5, "spiritual": 6, "behavioral": 6}
        rate_standing(patient=plan.patient, program=plan.program, scale="wheel", levels=levels, on=day, by=by, at=at)
        for objective in Objective.objects.filter(goal__problem__plan=plan, measured_as="number").select_related("goal__problem__plan"):
            count_towards(objective=objective, value=(objective.target_value or Decimal(0)) * 3 / 4, on=day, by=by, at=at)


def _thread(life: Life, person: Persona, plan: Plan, axis: str, title: str, diagnosis: Any, common: dict[str, Any]) -> Goal:
    """Write the thread of one disorder: problem, goal, a step that can be measured, and what is done."""
    ways = {"substance_use": "moud" if person.substance else "motivational", "mental_health": "cbt"}
    problem = add_problem(plan=plan, axis=axis, title=title, diagnosis=diagnosis, **common)
    words, target_on = life.random.choice(WORDS[axis]), person.admitted_on + timedelta(days=180)
    goal = add_goal(problem=problem, words=words, target_on=target_on, **common)
    objective, yardstick = life.random.choice(OBJECTIVES[axis])
    add_objective(goal=goal, words=objective, target_on=person.admitted_on + timedelta(days=60), **yardstick, **common)
    often: dict[str, Any] = {"times": 1 if person.every_weeks == 1 else 2, "per": "week" if person.every_weeks == 1 else "month"}
    add_intervention(goal=goal, kind=ways[axis], responsible=common["by"], **often, **common)
    if axis == "mental_health" and person.number % 5 == 0:
        kind, description, caution = PIECES["yoga"]
        add_intervention(goal=goal, kind=kind, description=description, caution=caution, times=1, per="week", **common)
    return goal


def _over_the_barrier(plan: Plan, barrier: Barrier, common: dict[str, Any]) -> None:
    """Write the thread of a barrier on the social axis."""
    words, objective, kind = PIECES["barrier"]
    problem = add_problem(plan=plan, axis="social", title=str(barrier), barrier=barrier, **common)
    goal = add_goal(problem=problem, words=words, **common)
    add_objective(goal=goal, words=objective, measured_as="date", target_on=plan.starts_on + timedelta(days=30), **common)
    add_intervention(goal=goal, kind=kind, frequency="as needed", **common)


def _say_where_they_stand(person: Persona, plan: Plan, diagnoses: dict[str, Any], common: dict[str, Any]) -> None:
    """Write down the stage of change per disorder, the whole person, and the ASAM dimensions."""
    whom = {"patient": plan.patient, "program": plan.program, "on": plan.starts_on, **common}
    for axis, stage in zip(("substance_use", "mental_health"), STAGES[person.number % len(STAGES)][::-1], strict=True):
        note_stage_of_change(axis=axis, diagnosis=diagnoses[axis], stage=stage, **whom)
    wheel = {"physical": 3 + person.number % 4, "emotional": 2 + person.number % 3, "behavioral": 4}
    rate_standing(scale="wheel", levels=wheel, words={"spiritual": "Wants to think about it first."}, **whom)
    dimensions = {f"dimension_{number}": (person.number + number) % 4 for number in range(1, 6)}
    rate_standing(scale="asam", levels=dimensions, words={"dimension_6": "Wants evenings at home with the children."}, **whom)
