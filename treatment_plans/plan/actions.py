"""Write a plan: problems, goals in the person's own words, steps that can be measured, and what is done."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User, UserKind
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.diagnoses.models import Axis, Diagnosis
from patients.episodes.models import Episode
from patients.record.models import Patient
from treatment_plans.plan import rules
from treatment_plans.plan.models import Goal, GoalState, Intervention, InterventionKind, Objective, Plan, PlanState, Problem
from treatment_plans.plan.queries import axes_diagnosed, gaps_in, next_version, parts_in_words

INTEGRATED_CARE = "SAMHSA TIP 42; 42 CFR 8.12(f)(4)"
SIGNED_STAYS = "45 CFR 164.312(c)(1); program policy"


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
        version=next_version(patient, program),
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
def activate_plan(*, plan: Plan, one_axis_reason: str = "", signed_name: str = "", by: User, at: datetime) -> Plan:
    """Put a plan into force; the one that held until now ends.

    Where both axes are diagnosed and one is not covered, a reason stands in for it: signed by a person, with the name and the moment.
    """
    Patient.objects.select_for_update(no_key=True).get(pk=plan.patient_id)
    fresh = _going_plan(plan.pk)
    if fresh.state == PlanState.ACTIVE:
        raise Refused(_("This plan is in force already."), code="already_active")
    reason = one_axis_reason.strip()
    if _refuse_gaps(fresh, reason, signed_name, by):
        fresh.one_axis_reason, fresh.one_axis_signed_name = reason, signed_name.strip()
        fresh.one_axis_signed_by, fresh.one_axis_signed_at = by, at
    today = at.astimezone(fresh.program.zone).date()
    Plan.objects.filter(patient=fresh.patient_id, program=fresh.program_id, state=PlanState.ACTIVE).update(
        state=PlanState.ENDED, ended_on=today
    )
    fresh.state = PlanState.ACTIVE
    fresh.save(update_fields=["state", "one_axis_reason", "one_axis_signed_name", "one_axis_signed_by", "one_axis_signed_at"])
    return fresh


@action(Can.WRITE_PLAN)
def ask_for_activation(*, plan: Plan, by: User, at: datetime) -> Plan:
    """Ask the clinic to put a draft into force; what is missing is refused here as it is there, and nobody outside can sign it away."""
    fresh = _open_plan(plan.pk)
    if fresh.state == PlanState.ACTIVE:
        raise Refused(_("This plan is in force already."), code="already_active")
    _refuse_gaps(fresh, "", "", by)
    fresh.activation_asked_at = fresh.activation_asked_at or at
    fresh.save(update_fields=["activation_asked_at"])
    return fresh


@action(Can.WRITE_PLAN)
def end_plan(*, plan: Plan, on: date, by: User, at: datetime) -> Plan:
    """End a plan on a day."""
    fresh = _going_plan(plan.pk)
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
    _going_plan(goal.problem.plan_id)
    if state not in GoalState.values:
        raise Refused(Reason(_("Say whether the goal is achieved, stopped or active."), field="state"))
    Goal.objects.filter(pk=goal.pk).update(state=state)
    goal.state = state
    return goal


@action(Can.WRITE_PLAN)
def meet_objective(*, objective: Objective, on: date | None, by: User, at: datetime) -> Objective:
    """Say on which day an objective was met; with no day, that it is not met after all."""
    plan = _going_plan(objective.goal.problem.plan_id)
    if on is not None and on > at.astimezone(plan.program.zone).date():
        raise Refused(Reason(_("That day is still to come. Say it when the objective is met."), field="on"))
    Objective.objects.filter(pk=objective.pk).update(met_on=on)
    objective.met_on = on
    return objective


def _open_plan(key: int) -> Plan:
    """Lock a plan whose words may change and return it: one that has not ended and that nobody signed."""
    plan = _going_plan(key)
    if plan.signed_at is not None:
        text = _("This plan is signed, and what was signed stays. Start a new version of it.")
        raise Refused(Reason(text, code="plan_signed", source=SIGNED_STAYS))
    return plan


def _going_plan(key: int) -> Plan:
    """Lock a plan and return it, unless it has ended; a signed one still moves on."""
    plan = Plan.objects.select_for_update(no_key=True, of=("self",)).select_related("program").get(pk=key)
    if plan.state == PlanState.ENDED:
        raise Refused(_("This plan has ended. Start a new one."), code="plan_ended")
    return plan


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


def _blank(words: str, field: str, text: str) -> list[Reason]:
    """Return a reason when nothing was written."""
    return [] if words.strip() else [Reason(text, field=field)]


def _before(day: date | None, start: date, field: str) -> list[Reason]:
    """Return a reason when a day lies before the plan starts."""
    if day is None or day >= start:
        return []
    return [Reason(_("That day lies before the plan starts (%(day)s).") % {"day": start.isoformat()}, field=field)]
