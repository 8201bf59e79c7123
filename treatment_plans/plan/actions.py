"""Write a plan: problems, goals in the person's own words, steps that can be measured, and what is done."""

from contextlib import nullcontext
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db.models.functions import Greatest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User, UserKind
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.finishing import Finished, finish
from casemgr.core.refusals import Reason, Refused
from patients.diagnoses.models import Axis, Diagnosis
from patients.episodes.models import Episode
from patients.record.models import Patient
from patients.world.models import Barrier, OwnGoal, Stressor
from treatment_plans.plan import rules
from treatment_plans.plan.checking.queries import (
    against_goal,
    against_intervention,
    against_objective,
    against_problem,
    against_stopped,
    keeps_both_halves,
    name_in_list,
    refuse_for,
)
from treatment_plans.plan.measuring.queries import yardstick_from
from treatment_plans.plan.models import Goal, GoalState, Intervention, Objective, Plan, PlanState, Problem
from treatment_plans.plan.queries import (
    INTEGRATED_CARE,
    axes_diagnosed,
    day_of,
    gaps_in,
    going_plan,
    next_version,
    open_plan,
    parts_in_words,
)


@action(Can.WRITE_PLAN)
def start_plan(
    *,
    patient: Patient,
    program: Program,
    starts_on: date,
    review_on: date,
    strengths: str = "",
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> Plan:
    """Open a draft of a plan for somebody who is or was in care in this program."""
    finish(draft, by=by, at=at)
    if not Episode.objects.filter(patient=patient, program=program).exists():
        raise Refused(Reason(_("This person was never in care in this program. Admit them first."), code="not_in_program"))
    _refuse_early_review(starts_on, review_on)
    return Plan.objects.create(
        patient=patient,
        program=program,
        version=next_version(patient, program),
        starts_on=starts_on,
        review_on=review_on,
        strengths=strengths.strip(),
        recorded_by=by,
        recorded_at=at,
    )


@action(Can.WRITE_PLAN)
def change_plan(
    *, plan: Plan, review_on: date, strengths: str, starts_on: date | None = None, draft: Finished | None = None, by: User, at: datetime
) -> Plan:
    """Change a plan's next review and what it says of the person's strengths; of a draft also the day from which it is to hold."""
    finish(draft, by=by, at=at)
    fresh = open_plan(plan.pk)
    if starts_on is not None and starts_on != fresh.starts_on and fresh.state == PlanState.ACTIVE:
        raise Refused(Reason(_("This plan is in force; its first day stays."), field="starts_on"))
    fresh.starts_on = starts_on or fresh.starts_on
    _refuse_early_review(fresh.starts_on, review_on)
    fresh.review_on, fresh.strengths = review_on, strengths.strip()
    fresh.save(update_fields=["starts_on", "review_on", "strengths"])
    return fresh


@action(Can.WRITE_PLAN)
def add_problem(
    *,
    plan: Plan,
    axis: str,
    title: str,
    diagnosis: Diagnosis | None = None,
    barrier: Barrier | None = None,
    stressor: Stressor | None = None,
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> Problem:
    """Name a problem that the plan treats, and what it rests on."""
    finish(draft, by=by, at=at)
    fresh = open_plan(plan.pk)
    rests_on = {"diagnosis": diagnosis, "barrier": barrier, "stressor": stressor}
    refuse_for(against_problem(fresh, axis, title, **rests_on))
    return Problem.objects.create(plan=fresh, axis=axis, title=title.strip(), **rests_on, recorded_by=by, recorded_at=at)


@action(Can.WRITE_PLAN)
def add_goal(
    *,
    problem: Problem,
    words: str,
    target_on: date | None = None,
    own_goal: OwnGoal | None = None,
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> Goal:
    """Write down a goal in the person's own words."""
    finish(draft, by=by, at=at)
    fresh = open_plan(problem.plan_id)
    refuse_for([*against_stopped(problem), *against_goal(fresh, words, target_on, own_goal)])
    return Goal.objects.create(problem=problem, words=words.strip(), target_on=target_on, own_goal=own_goal, recorded_by=by, recorded_at=at)


@action(Can.WRITE_PLAN)
def add_objective(
    *,
    goal: Goal,
    words: str,
    measure: str = "",
    target_on: date | None = None,
    draft: Finished | None = None,
    by: User,
    at: datetime,
    **yardstick: Any,
) -> Objective:
    """Write down a step towards a goal that can be measured: by a number, a date, or the score of an instrument."""
    finish(draft, by=by, at=at)
    fresh = open_plan(goal.problem.plan_id)
    by_what = yardstick_from(target_on=target_on, **yardstick)
    refuse_for(against_objective(fresh, words, by_what))
    return Objective.objects.create(
        goal=goal, words=words.strip(), measure=measure.strip(), **asdict(by_what), recorded_by=by, recorded_at=at
    )


@action(Can.WRITE_PLAN)
def add_intervention(
    *,
    goal: Goal,
    kind: str,
    description: str = "",
    times: int | None = None,
    per: str = "",
    frequency: str = "",
    caution: str = "",
    cleared_on: date | None = None,
    responsible: User | None = None,
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> Intervention:
    """Say what is done towards a goal, how often and by whom."""
    finish(draft, by=by, at=at)
    fresh = open_plan(goal.problem.plan_id)
    refuse_for(against_intervention(fresh, kind, times, per, cleared_on, day_of(fresh, at)))
    return Intervention.objects.create(
        goal=goal,
        kind=kind,
        kind_name=name_in_list(fresh, kind),
        description=description.strip(),
        times=times,
        per=per,
        frequency=frequency.strip(),
        caution=caution.strip(),
        cleared_on=cleared_on,
        responsible=responsible,
        recorded_by=by,
        recorded_at=at,
    )


@action(Can.WRITE_PLAN)
def activate_plan(
    *, plan: Plan, one_axis_reason: str = "", signed_name: str = "", draft: Finished | None = None, by: User, at: datetime
) -> Plan:
    """Put a plan into force; the one that held until now ends.

    Where both axes are diagnosed and one is not covered, a reason stands in for it: signed by a person, with the name and the moment.
    """
    finish(draft, by=by, at=at)
    Patient.objects.select_for_update(no_key=True).get(pk=plan.patient_id)
    fresh = going_plan(plan.pk)
    if by.kind == UserKind.CLIENT:
        raise Refused(_("Only the clinic puts a plan into force. Ask for it."), code="clinic_decides")
    if fresh.state == PlanState.ACTIVE:
        raise Refused(_("This plan is in force already."), code="already_active")
    today = at.astimezone(fresh.program.zone).date()
    if fresh.starts_on > today:  # the one that holds would end, and nothing hold until then
        text = _("This plan is to hold from %(day)s. Put it into force on that day, or give the draft an earlier day.")
        raise Refused(text % {"day": date_format(fresh.starts_on)}, code="starts_later")
    reason = one_axis_reason.strip()
    if _refuse_gaps(fresh, reason, signed_name, by):
        fresh.one_axis_reason, fresh.one_axis_signed_name = reason, signed_name.strip()
        fresh.one_axis_signed_by, fresh.one_axis_signed_at = by, at
    Plan.objects.filter(patient=fresh.patient_id, program=fresh.program_id, state=PlanState.ACTIVE).update(
        state=PlanState.ENDED, ended_on=Greatest("starts_on", today)
    )
    fresh.state = PlanState.ACTIVE
    fresh.save(update_fields=["state", "one_axis_reason", "one_axis_signed_name", "one_axis_signed_by", "one_axis_signed_at"])
    return fresh


@action(Can.WRITE_PLAN)
def ask_for_activation(*, plan: Plan, by: User, at: datetime) -> Plan:
    """Ask the clinic to put a draft into force; what is missing is refused here as it is there, and nobody outside can sign it away."""
    fresh = open_plan(plan.pk)
    if fresh.state == PlanState.ACTIVE:
        raise Refused(_("This plan is in force already."), code="already_active")
    _refuse_gaps(fresh, "", "", by)
    fresh.activation_asked_at = fresh.activation_asked_at or at
    fresh.save(update_fields=["activation_asked_at"])
    return fresh


@action(Can.WRITE_PLAN)
def end_plan(*, plan: Plan, on: date, by: User, at: datetime) -> Plan:
    """End a plan on a day."""
    fresh = going_plan(plan.pk)
    if on < fresh.starts_on:
        raise Refused(Reason(_("A plan cannot end before it starts (%(day)s).") % {"day": date_format(fresh.starts_on)}, field="on"))
    if on > at.astimezone(fresh.program.zone).date():
        raise Refused(Reason(_("That day is still to come. End the plan on the day itself."), field="on"))
    fresh.state, fresh.ended_on = PlanState.ENDED, on
    fresh.save(update_fields=["state", "ended_on"])
    return fresh


@action(Can.WRITE_PLAN)
def settle_goal(*, goal: Goal, state: str, by: User, at: datetime) -> Goal:
    """Say that a goal is achieved, is no longer pursued, or is open again."""
    plan = going_plan(goal.problem.plan_id)
    if state not in GoalState.values:
        raise Refused(Reason(_("Say whether the goal is achieved, stopped or active."), field="state"))
    with nullcontext() if state == GoalState.ACHIEVED else keeps_both_halves(plan):
        Goal.objects.filter(pk=goal.pk).update(state=state)
    goal.state = state
    return goal


@action(Can.WRITE_PLAN)
def meet_objective(*, objective: Objective, on: date | None, by: User, at: datetime) -> Objective:
    """Say on which day an objective was met; with no day, that it is not met after all."""
    plan = going_plan(objective.goal.problem.plan_id)
    if on is not None and on > at.astimezone(plan.program.zone).date():
        raise Refused(Reason(_("That day is still to come. Say it when the objective is met."), field="on"))
    Objective.objects.filter(pk=objective.pk).update(met_on=on)
    objective.met_on = on
    return objective


def _refuse_gaps(plan: Plan, reason: str, signed_name: str, by: User) -> bool:
    """Refuse a plan that leaves out a disorder, and say whether a signed reason stands in for one of them."""
    diagnosed = axes_diagnosed(plan.patient_id)
    found = gaps_in(plan, diagnosed)
    excusable = rules.needs_one_axis_reason(diagnosed, found)
    if found and not (reason and excusable):
        raise Refused(*[_gap_in_words(gap, excusable=excusable) for gap in found])
    if found and by.kind != UserKind.PERSON:
        text = _("Only a person can sign the reason why a plan covers one disorder. Leave the plan as a draft for the clinic.")
        raise Refused(Reason(text, field="one_axis_reason", code="nobody_signs", source=INTEGRATED_CARE))
    if found and not rules.is_own_name(signed_name, by.full_name):
        text = _("Sign the reason with your own name, as it stands in your account: %(name)s.") % {"name": by.full_name}
        raise Refused(Reason(text, field="signed_name", code="unsigned_reason", source=INTEGRATED_CARE))
    return bool(found)


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
