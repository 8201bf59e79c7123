"""Read plans."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.refusals import Reason, Refused
from patients.caseload.queries import care_team_of, patients_seen_by
from patients.diagnoses.models import Certainty, CourseOfDiagnosis, Diagnosis
from patients.record.models import Patient
from patients.world.models import Barrier, OwnGoal, Stressor
from patients.world.models import GoalState as OwnGoalState
from patients.world.queries import facts_of
from treatment_plans.plan import rules
from treatment_plans.plan.catalog.queries import intervention_types as offered_in
from treatment_plans.plan.catalog.rules import Listed
from treatment_plans.plan.models import Goal, GoalState, Intervention, Objective, Plan, PlanState, Problem
from treatment_plans.plan.policy.queries import intervals_of

SIGNED_STAYS = "45 CFR 164.312(c)(1); program policy"
INTEGRATED_CARE = "SAMHSA TIP 42; 42 CFR 8.12(f)(4)"


def plans_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[Plan]:
    """Return the plans of those patients whose chart this user may see, in the programs where that right is held."""
    programs = {membership.program_id for membership in user.reach(can)}
    seen = patients_seen_by(user, can=can)
    return Plan.objects.filter(program__in=programs, patient__in=seen).select_related("patient", "program")


def problems_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[Problem]:
    """Return the problems of the plans that this user may see."""
    return Problem.objects.filter(plan__in=plans_seen_by(user, can=can)).select_related("plan__patient", "plan__program")


def goals_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[Goal]:
    """Return the goals of the plans that this user may see."""
    return Goal.objects.filter(problem__plan__in=plans_seen_by(user, can=can)).select_related(
        "problem__plan__patient", "problem__plan__program"
    )


def objectives_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[Objective]:
    """Return the objectives of the plans that this user may see."""
    return Objective.objects.filter(goal__problem__plan__in=plans_seen_by(user, can=can)).select_related(
        "goal__problem__plan__patient", "goal__problem__plan__program"
    )


def interventions_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[Intervention]:
    """Return the interventions of the plans that this user may see."""
    return Intervention.objects.filter(goal__problem__plan__in=plans_seen_by(user, can=can)).select_related(
        "goal__problem__plan__patient", "goal__problem__plan__program"
    )


def open_plan(key: int) -> Plan:
    """Lock a plan whose words may change and return it: one that has not ended and that nobody signed."""
    plan = going_plan(key)
    if plan.signed_at is not None:
        text = _("This plan is signed, and what was signed stays. Start a new version of it.")
        raise Refused(Reason(text, code="plan_signed", source=SIGNED_STAYS))
    return plan


def going_plan(key: int) -> Plan:
    """Lock a plan and return it, unless it has ended; a signed one still moves on."""
    plan = Plan.objects.select_for_update(no_key=True, of=("self",)).select_related("program").get(pk=key)
    if plan.state == PlanState.ENDED:
        raise Refused(_("This plan has ended. Start a new one."), code="plan_ended")
    return plan


def day_of(plan: Plan, at: datetime) -> date:
    """Return the day that a moment falls on in a plan's program."""
    return at.astimezone(plan.program.zone).date()


def intervention_types(program: Program) -> list[Listed]:
    """Return in one statement what a program offers as interventions and techniques, each with code, name and evidence tag."""
    return offered_in(program)


def active_plan_of(patient: Patient) -> Plan | None:
    """Return the plan in force with all its parts, or nothing."""
    return with_parts(Plan.objects.filter(patient=patient, state=PlanState.ACTIVE)).first()


def with_parts(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """Read problems, goals, objectives and interventions along, in one query each."""
    return plans.select_related("program", "patient", "recorded_by").prefetch_related(
        "problems__diagnosis",
        "problems__barrier",
        "problems__stressor",
        "problems__goals__objectives",
        Prefetch("problems__goals__interventions", queryset=Intervention.objects.select_related("responsible")),
    )


def goals_in_force(patients: Collection[Patient] | Collection[int]) -> QuerySet[Goal]:
    """Return the open goals of the active plans of these patients."""
    return Goal.objects.filter(
        state=GoalState.ACTIVE,
        problem__plan__state=PlanState.ACTIVE,
        problem__plan__patient__in=patients,
        problem__stopped_on__isnull=True,
    ).select_related("problem__plan")


def axes_diagnosed(patient_id: int) -> set[str]:
    """Return the axes on which a patient has an active diagnosis."""
    return set(
        Diagnosis.objects.filter(patient=patient_id, course=CourseOfDiagnosis.ACTIVE)
        .exclude(certainty=Certainty.REFUTED)
        .values_list("axis", flat=True)
    )


def gaps_in(plan: Plan, diagnosed: Collection[str]) -> list[rules.Gap]:
    """Return what a plan still lacks, given the axes on which the person has an active diagnosis; an achieved goal treats nothing more."""
    goals = Goal.objects.filter(state=GoalState.ACTIVE).annotate(
        steps=Count("objectives", filter=Q(objectives__stopped_on__isnull=True), distinct=True),
        means=Count("interventions", filter=Q(interventions__stopped_on__isnull=True), distinct=True),
    )
    problems = Problem.objects.filter(plan=plan, stopped_on__isnull=True).prefetch_related(
        Prefetch("goals", queryset=goals, to_attr="open_goals")
    )
    shapes = [
        rules.ProblemShape(problem.axis, [rules.GoalShape(goal.steps, goal.means) for goal in problem.open_goals]) for problem in problems
    ]
    return rules.gaps(diagnosed, shapes)


def gaps_to_show(plan: Plan, diagnosed: Collection[str]) -> list[rules.Gap]:
    """Return what a draft lacks, and which disorder a plan in force leaves out with nobody's signature under it."""
    if plan.state == PlanState.ENDED:
        return []
    found = gaps_in(plan, diagnosed)
    if plan.state == PlanState.DRAFT:
        return found
    is_signed_for = plan.one_axis_signed_at is not None and rules.needs_one_axis_reason(diagnosed, found)
    return [] if is_signed_for else [gap for gap in found if gap.axis]


def parts_in_words(gap: rules.Gap) -> list[str]:
    """Name the parts that are missing, as a sentence would."""
    names = {
        rules.Part.PROBLEM: _("a problem"),
        rules.Part.GOAL: _("a goal"),
        rules.Part.OBJECTIVE: _("an objective"),
        rules.Part.INTERVENTION: _("an intervention"),
    }
    return [names[part] for part in gap.parts]


def may_cover_one_axis(diagnosed: Collection[str], found: Sequence[rules.Gap]) -> bool:
    """Say whether a reason could stand in for what is missing."""
    return rules.needs_one_axis_reason(diagnosed, found)


def next_review_after(starts_on: date, program_id: int) -> date:
    """Return the day by which a plan that starts on this day should be looked at again, by the program's own interval."""
    return intervals_of(program_id).next_review(starts_on)


def next_version(patient: Patient, program: Program) -> int:
    """Return the number that the next plan of a person in a program gets."""
    last = Plan.objects.filter(patient=patient, program=program).aggregate(last=Max("version"))["last"]
    return (last or 0) + 1


def care_team_users(plan: Plan) -> QuerySet[User]:
    """Return who may be named as responsible for what a plan asks for: the person's care team."""
    return User.objects.filter(pk__in=care_team_of(plan.patient).values("user"), is_active=True).order_by("full_name")


def diagnoses_to_name(plan: Plan) -> QuerySet[Diagnosis]:
    """Return the diagnoses that a problem of a plan may rest on."""
    return Diagnosis.objects.filter(patient=plan.patient_id).exclude(certainty=Certainty.REFUTED).exclude(course=CourseOfDiagnosis.RESOLVED)


def barriers_to_name(plan: Plan) -> QuerySet[Barrier]:
    """Return the barriers that a problem of a plan may rest on: those told in this program that are still in the way."""
    return facts_of(Barrier, plan.patient, [plan.program_id]).filter(resolved_on__isnull=True)


def stressors_to_name(plan: Plan) -> QuerySet[Stressor]:
    """Return what weighs on somebody and a problem of a plan may rest on, as told in this program."""
    return facts_of(Stressor, plan.patient, [plan.program_id]).filter(until__isnull=True)


def own_goals_to_name(plan: Plan) -> QuerySet[OwnGoal]:
    """Return what somebody told in this program that they want for their life."""
    return facts_of(OwnGoal, plan.patient, [plan.program_id]).filter(state=OwnGoalState.HELD)
