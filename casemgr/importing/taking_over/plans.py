"""Take over a care plan as a draft, for the clinic to make its own."""

from datetime import date, timedelta

from casemgr.importing.keys import key_of_reference
from casemgr.importing.mapping.by_type import TABLES
from casemgr.importing.mapping.care_plans import CarePlanFacts, GoalFacts
from casemgr.importing.parsing import Entry
from casemgr.importing.queries import State
from casemgr.importing.taking_over.work import Work
from patients.diagnoses.models import Diagnosis
from patients.record.models import ExternalId, Patient
from treatment_plans.plan.actions import add_goal, add_intervention, add_problem, start_plan
from treatment_plans.plan.models import Goal, Intervention, Plan, Problem

REVIEW_DAYS = 30
"""Days after the import by which somebody should have looked at a plan that was taken over. The figure is ours."""

UNSAID = "To be said in the person's own words. Taken over from: {title}"


def take_over_plans(work: Work) -> None:
    """Open a draft for each new plan; add to a draft what a changed plan tells anew."""
    for place, entry in work.entries("CarePlan", State.NEW):
        facts: CarePlanFacts = entry.facts
        starts_on = min(facts.starts_on, work.today)
        plan = start_plan(
            patient=work.patient_of(place),
            program=work.site.program,
            starts_on=starts_on,
            review_on=work.today + timedelta(days=REVIEW_DAYS),
            by=work.by,
            at=work.at,
        )
        work.comparison.rows[place] = plan.pk
        _fill(work, plan, entry)
        work.notes.append(
            f"{entry.label.capitalize()} (CarePlan) was taken over as a draft: the clinic completes it and puts it into force."
        )
    for place, entry in work.entries("CarePlan", State.CHANGED):
        _fill(work, Plan.objects.get(pk=work.comparison.rows[place]), entry)


def _fill(work: Work, plan: Plan, entry: Entry) -> None:
    """Put problems, goals and what is done into the draft, each once."""
    facts: CarePlanFacts = entry.facts
    problems = [_problem(work, plan, d.axis, d.title, d) for d in _diagnoses(work, plan.patient, entry)]
    if not problems:
        problems = [_problem(work, plan, facts.axis, facts.title, None)]
    goals = facts.goals or (GoalFacts(UNSAID.format(title=facts.title), None),)
    rows = [_goal(work, problems[0], goal, plan.starts_on) for goal in goals]
    known = set(Intervention.objects.filter(goal=rows[0]).values_list("description", flat=True))
    for step in facts.steps:
        if step.description not in known:
            add_intervention(goal=rows[0], kind=step.kind, description=step.description, by=work.by, at=work.at)


def _problem(work: Work, plan: Plan, axis: str, title: str, diagnosis: Diagnosis | None) -> Problem:
    known = Problem.objects.filter(plan=plan, title=title).first()
    return known or add_problem(plan=plan, axis=axis, title=title, diagnosis=diagnosis, by=work.by, at=work.at)


def _goal(work: Work, problem: Problem, facts: GoalFacts, not_before: date) -> Goal:
    target_on = facts.target_on if facts.target_on and facts.target_on >= not_before else None
    known = Goal.objects.filter(problem=problem, words=facts.words).first()
    return known or add_goal(problem=problem, words=facts.words, target_on=target_on, by=work.by, at=work.at)


def _diagnoses(work: Work, patient: Patient, entry: Entry) -> list[Diagnosis]:
    """Return the diagnoses that the plan is for."""
    facts: CarePlanFacts = entry.facts
    keys = [key for reference in facts.addresses if (key := _row(work, reference, entry)) is not None]
    return list(Diagnosis.objects.filter(patient=patient, pk__in=keys))


def _row(work: Work, reference: str, entry: Entry) -> int | None:
    """Return the key of the diagnosis that a reference means."""
    place = work.bundle.at(reference, "Condition")
    if place is not None:
        return work.comparison.rows.get(place)
    key = key_of_reference(reference, entry.full_url, work.bundle.source)
    row = ExternalId.objects.filter(system=key.system, value=key.value, target=TABLES["Condition"]).first() if key else None
    return row.target_id if row else None
