"""Let plans live in the demo clinic: signed when they come into force, reviewed by rule, followed by versions, proposed by a partner."""

from datetime import date, datetime, timedelta
from typing import Any

from casemgr.core.accounts.models import ApiClient, User
from casemgr.core.accounts.rules import Role
from casemgr.demo.arrival import staff_of
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from treatment_plans.plan.actions import activate_plan, add_goal, add_intervention, add_objective
from treatment_plans.plan.models import Goal, Plan, PlanState, Problem
from treatment_plans.plan.proposing.actions import propose_plan
from treatment_plans.reviews.actions import put_off_signature, review_plan, sign_plan

REVIEW_EVERY, BEFORE = 90, 2
"""Days between two reviews, and how many days before its day somebody does it."""

PROPOSED = 3
"""Days before today on which the hospital proposes a plan."""

FOUND = (
    "Sleeps better since the group on nightmares. Doses kept but for two days.",
    "Cravings are down. The mornings are still heavy; wants to go on as it is.",
    "Two sessions missed because of the bus. Otherwise on the way.",
    "Back at work three days a week. Panic comes less often, and passes.",
)
SAID = ("I am getting there.", "It helps that nobody rushes me.", "I want the mornings to get lighter.", "")
LOOKED_AT = ["goals", "scores", "sessions", "medication", "wishes"]
NEW_GOAL = "I want to be there when my sister's baby comes"


def sign_as_agreed(life: Life, person: Persona, plan: Plan, by: User, at: datetime) -> None:
    """Let the clinician sign, and the person too: most at once, some later, a few not at all."""
    sign_plan(plan=plan, party="clinician", name=by.full_name, by=by, at=at)
    if person.number % 9 == 4:
        put_off_signature(plan=plan, outcome="later", reason="Wants to read it at home first.", by=by, at=at)
    elif person.number % 13 == 6:
        put_off_signature(
            plan=plan, outcome="declined", reason="“I don't put my name under things any more.” Agrees with the plan.", by=by, at=at
        )
    else:
        way = "paper" if person.number % 2 else "screen"
        sign_plan(plan=plan, party="person", name=f"{person.given} {person.family}", way=way, by=by, at=at)


def keep_plans(life: Life, day: date) -> None:
    """Do what belongs to this day: signatures of those who came today, the reviews that are due, what the hospital proposes."""
    at = life.moment(day, 16, 20)
    if not life.is_past(at):
        return
    for person in life.in_care:
        if person.admitted_on == day:
            _sign_first(life, person, at)
        days = (day - person.admitted_on).days + BEFORE
        if days >= REVIEW_EVERY and days % REVIEW_EVERY == 0 and person.number % 11 != 5:
            _review(life, person, at, changes=days == REVIEW_EVERY and person.number % 5 == 0)
    if life.days_since(day) == PROPOSED:
        _propose(life, at)


def _sign_first(life: Life, person: Persona, at: datetime) -> None:
    """Let the plan of the first day be signed."""
    plan = Plan.objects.filter(patient=person.course.patient, state=PlanState.ACTIVE).first()
    if plan is not None:
        sign_as_agreed(life, person, plan, staff_of(life, person)[Role.THERAPIST], at)


def _review(life: Life, person: Persona, at: datetime, *, changes: bool) -> None:
    """Review a plan with the person; now and then it changes."""
    by = staff_of(life, person)[Role.THERAPIST]
    plan = Plan.objects.select_related("patient", "program").filter(patient=person.course.patient, state=PlanState.ACTIVE).first()
    if plan is None:
        return
    review_plan(
        plan=plan,
        reviewed_on=at.date(),
        looked_at=LOOKED_AT,
        presence="remote" if person.number % 4 == 3 else "present",
        words=FOUND[person.number % len(FOUND)],
        own_words=SAID[person.number % len(SAID)],
        decision="change" if changes else "continue",
        next_review_on=at.date() + timedelta(days=REVIEW_EVERY),
        by=by,
        at=at,
    )
    if changes:
        _change(life, person, Plan.objects.get(follows=plan), by, at)


def _change(life: Life, person: Persona, draft: Plan, by: User, at: datetime) -> None:
    """Put the next version into force, with one goal more."""
    problem = Problem.objects.filter(plan=draft, axis="mental_health").first()
    if problem is not None:
        goal = add_goal(problem=problem, words=NEW_GOAL, by=by, at=at)
        add_objective(goal=goal, words="Takes the bus to her place once a week", by=by, at=at)
        add_intervention(goal=goal, kind="family", frequency="once a month", responsible=by, by=by, at=at)
    plan = activate_plan(plan=draft, by=by, at=at)
    sign_as_agreed(life, person, plan, by, at)
    person.course.goals = list(Goal.objects.filter(problem__plan=plan).order_by("pk"))


def _propose(life: Life, at: datetime) -> None:
    """Let the hospital propose a plan that forgets one half: the clinic sees what is missing."""
    person = next((one for one in life.in_care if life.site_number(one) == 0), None)
    client = ApiClient.objects.filter(client_id="demo-hospital").select_related("user").first()
    if person is None or client is None:
        return
    steps: dict[str, Any] = {"objectives": [{"words": "No visit to the emergency room for 90 days"}], "interventions": [{"kind": "moud"}]}
    problem = {
        "axis": "substance_use",
        "title": "Opioid use after surgery",
        "goals": [{"words": "I want to stay out of the hospital", **steps}],
    }
    propose_plan(
        patient=person.course.patient,
        program=life.clinic.program,
        starts_on=at.date(),
        review_on=at.date() + timedelta(days=REVIEW_EVERY),
        problems=[problem],
        by=client.user,
        at=at,
    )
