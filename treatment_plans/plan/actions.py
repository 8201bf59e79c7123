"""Write a plan: problems, goals in the person's own words, steps that can be measured, and what is done."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.diagnoses.models import Axis, Diagnosis
from patients.episodes.models import Episode
from patients.record.models import Patient
from treatment_plans.plan import rules
from treatment_plans.plan.models import Goal, GoalState, Intervention, InterventionKind, Objective, Plan, PlanState, Problem
from treatment_plans.plan.queries import axes_diagnosed, gaps_in, parts_in_words

INTEGRATED_CARE = "SAMHSA TIP 42; 42 CFR 8.12(f)(4)"


@action(Can.WRITE_PLAN)
def start_plan(
    *, patient: Patient, program: Program, starts_on: date, review_on: date, strengths: str = "", by: User, at: datetime
) -> Plan:
    """Open a draft of a plan for somebody who is or was in care in this program."""
    if not Episode.objects.filter(patient=patient, program=program).exists():
        raise Refused(Reason(_("This person was never in care in this program. Admit them first."), code="not_in_program"))
    _refuse_early_review(starts_on, review_on)
    return Plan.objects.create(
        patient=patient,
        program=program,
        starts_on=starts_on,
        review_on=review_on,
        strengths=strengths.strip(),
        recorded_by=by,
        recorded_at=at,
    )


@action(Can.WRITE_PLAN)
def change_plan(*, plan: Plan, review_on: date, strengths: str, by: User, at: datetime) -> Plan:
    """Change a plan's next review and what it says of the person's strengths."""
    fresh = _open_plan(plan.pk)
    _refuse_early_review(fresh.starts_on, review_on)
    fresh.review_on, fresh.strengths = review_on, strengths.strip()
    fresh.save(update_fields=["review_on", "strengths"])
    return fresh


@action(Can.WRITE_PLAN)
def add_problem(*, plan: Plan, axis: str, title: str, diagnosis: Diagnosis | None = None, by: User, at: datetime) -> Problem:
    """Name a problem that the plan treats."""
    fresh = _open_plan(plan.pk)
    reasons = _blank(title, "title", _("Say what the problem is."))
    if axis not in Axis.values:
        reasons.append(Reason(_("Say to which axis the problem belongs."), field="axis"))
    if diagnosis is not None and diagnosis.patient_id != fresh.patient_id:
        reasons.append(Reason(_("This diagnosis is another person's. Choose one of this person's own."), field="diagnosis"))
    if reasons:
        raise Refused(*reasons)
    return Problem.objects.create(plan=fresh, axis=axis, title=title.strip(), diagnosis=diagnosis, recorded_by=by, recorded_at=at)


@action(Can.WRITE_PLAN)
def add_goal(*, problem: Problem, words: str, target_on: date | None = None, by: User, at: datetime) -> Goal:
    """Write down a goal in the person's own words."""
    fresh = _open_plan(problem.plan_id)
    reasons = _blank(words, "words", _("Write the goal down in the person's own words."))
    reasons += _before(target_on, fresh.starts_on, "target_on")
    if reasons:
        raise Refused(*reasons)
    return Goal.objects.create(problem=problem, words=words.strip(), target_on=target_on, recorded_by=by, recorded_at=at)


@action(Can.WRITE_PLAN)
def add_objective(*, goal: Goal, words: str, measure: str = "", target_on: date | None = None, by: User, at: datetime) -> Objective:
    """Write down a step towards a goal that can be measured."""
    fresh = _open_plan(goal.problem.plan_id)
    reasons = _blank(words, "words", _("Say what will be different, so that one can tell when it is reached."))
    reasons += _before(target_on, fresh.starts_on, "target_on")
    if reasons:
        raise Refused(*reasons)
    return Objective.objects.create(
        goal=goal, words=words.strip(), measure=measure.strip(), target_on=target_on, recorded_by=by, recorded_at=at
    )


@action(Can.WRITE_PLAN)
def add_intervention(
    *,
    goal: Goal,
    kind: str,
    description: str = "",
    frequency: str = "",
    responsible: User | None = None,
    by: User,
    at: datetime,
) -> Intervention:
    """Say what is done towards a goal, how often and by whom."""
    _open_plan(goal.problem.plan_id)
    if kind not in InterventionKind.values:
        raise Refused(Reason(_("Choose what is done from the list."), field="kind"))
    return Intervention.objects.create(
        goal=goal,
        kind=kind,
        description=description.strip(),
        frequency=frequency.strip(),
        responsible=responsible,
        recorded_by=by,
        recorded_at=at,
    )


@action(Can.WRITE_PLAN)
def activate_plan(*, plan: Plan, one_axis_reason: str = "", by: User, at: datetime) -> Plan:
    """Put a plan into force; the one that held until now ends."""
    Patient.objects.select_for_update(no_key=True).get(pk=plan.patient_id)
    fresh = _open_plan(plan.pk)
    if fresh.state == PlanState.ACTIVE:
        raise Refused(_("This plan is in force already."), code="already_active")
    reason = one_axis_reason.strip()
    diagnosed = axes_diagnosed(fresh.patient_id)
    found = gaps_in(fresh, diagnosed)
    if found and not (reason and rules.needs_one_axis_reason(diagnosed, found)):
        raise Refused(*[_gap_in_words(gap, excusable=rules.needs_one_axis_reason(diagnosed, found)) for gap in found])
    today = at.astimezone(fresh.program.zone).date()
    Plan.objects.filter(patient=fresh.patient_id, program=fresh.program_id, state=PlanState.ACTIVE).update(
        state=PlanState.ENDED, ended_on=today
    )
    fresh.state, fresh.one_axis_reason = PlanState.ACTIVE, reason if found else ""
    fresh.save(update_fields=["state", "one_axis_reason"])
    return fresh


@action(Can.WRITE_PLAN)
def end_plan(*, plan: Plan, on: date, by: User, at: datetime) -> Plan:
    """End a plan on a day."""
    fresh = _open_plan(plan.pk)
    if on < fresh.starts_on:
        raise Refused(Reason(_("A plan cannot end before it starts (%(day)s).") % {"day": fresh.starts_on.isoformat()}, field="on"))
    if on > at.astimezone(fresh.program.zone).date():
        raise Refused(Reason(_("That day is still to come. End the plan on the day itself."), field="on"))
    fresh.state, fresh.ended_on = PlanState.ENDED, on
    fresh.save(update_fields=["state", "ended_on"])
    return fresh


@action(Can.WRITE_PLAN)
def settle_goal(*, goal: Goal, state: str, by: User, at: datetime) -> Goal:
    """Say that a goal is achieved, is no longer pursued, or is open again."""
    _open_plan(goal.problem.plan_id)
    if state not in GoalState.values:
        raise Refused(Reason(_("Say whether the goal is achieved, stopped or active."), field="state"))
    Goal.objects.filter(pk=goal.pk).update(state=state)
    goal.state = state
    return goal


@action(Can.WRITE_PLAN)
def meet_objective(*, objective: Objective, on: date | None, by: User, at: datetime) -> Objective:
    """Say on which day an objective was met; with no day, that it is not met after all."""
    plan = _open_plan(objective.goal.problem.plan_id)
    if on is not None and on > at.astimezone(plan.program.zone).date():
        raise Refused(Reason(_("That day is still to come. Say it when the objective is met."), field="on"))
    Objective.objects.filter(pk=objective.pk).update(met_on=on)
    objective.met_on = on
    return objective


def _open_plan(key: int) -> Plan:
    """Lock a plan and return it, unless it has ended."""
    plan = Plan.objects.select_for_update(no_key=True, of=("self",)).select_related("program").get(pk=key)
    if plan.state == PlanState.ENDED:
        raise Refused(_("This plan has ended. Start a new one."), code="plan_ended")
    return plan


def _gap_in_words(gap: rules.Gap, *, excusable: bool) -> Reason:
    """Say what is missing on which axis, and what to do."""
    missing = _(" and ").join(parts_in_words(gap))
    if not gap.axis:
        return Reason(_("The plan still needs %(missing)s.") % {"missing": missing}, code="plan_incomplete", source=INTEGRATED_CARE)
    words = {"axis": Axis(gap.axis).label, "missing": missing}
    text = _("%(axis)s: there is an active diagnosis, and the plan still needs %(missing)s for it.")
    if excusable:
        text += " " + _("Add it, or say why the plan covers one disorder only.")
    return Reason(text % words, field="one_axis_reason" if excusable else "", code=f"missing_{gap.axis}", source=INTEGRATED_CARE)


def _refuse_early_review(starts_on: date, review_on: date) -> None:
    """Refuse a review that does not lie after the start."""
    if review_on <= starts_on:
        raise Refused(Reason(_("The review must come after the day on which the plan starts."), field="review_on"))


def _blank(words: str, field: str, text: str) -> list[Reason]:
    """Return a reason when nothing was written."""
    return [] if words.strip() else [Reason(text, field=field)]


def _before(day: date | None, start: date, field: str) -> list[Reason]:
    """Return a reason when a day lies before the plan starts."""
    if day is None or day >= start:
        return []
    return [Reason(_("That day lies before the plan starts (%(day)s).") % {"day": start.isoformat()}, field=field)]
