"""Read plans."""

from django.db.models import Prefetch, QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from patients.diagnoses.models import Certainty, CourseOfDiagnosis, Diagnosis
from patients.record.models import Patient
from treatment_plans.plan.models import Goal, GoalState, Intervention, Objective, Plan, PlanState, Problem


def plans_seen_by(user: User) -> QuerySet[Plan]:
    """Return the plans of those patients whose chart this user may see."""
    return Plan.objects.filter(patient__in=patients_seen_by(user, can=Can.SEE_CHART)).select_related("patient", "program")


def problems_seen_by(user: User) -> QuerySet[Problem]:
    """Return the problems of the plans that this user may see."""
    return Problem.objects.filter(plan__in=plans_seen_by(user)).select_related("plan__patient", "plan__program")


def goals_seen_by(user: User) -> QuerySet[Goal]:
    """Return the goals of the plans that this user may see."""
    return Goal.objects.filter(problem__plan__in=plans_seen_by(user)).select_related("problem__plan__patient", "problem__plan__program")


def objectives_seen_by(user: User) -> QuerySet[Objective]:
    """Return the objectives of the plans that this user may see."""
    return Objective.objects.filter(goal__problem__plan__in=plans_seen_by(user)).select_related("goal__problem__plan__program")


def plans_for(patient: Patient) -> QuerySet[Plan]:
    """Return a patient's plans, the newest first."""
    return Plan.objects.filter(patient=patient).select_related("program")


def active_plan_of(patient: Patient) -> Plan | None:
    """Return the plan in force with all its parts, or nothing."""
    return with_parts(Plan.objects.filter(patient=patient, state=PlanState.ACTIVE)).first()


def with_parts(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """Read problems, goals, objectives and interventions along, in one query each."""
    return plans.select_related("program", "patient", "recorded_by").prefetch_related(
        "problems__diagnosis",
        "problems__goals__objectives",
        Prefetch("problems__goals__interventions", queryset=Intervention.objects.select_related("responsible")),
    )


def goals_in_force(patients: QuerySet[Patient] | list[Patient]) -> QuerySet[Goal]:
    """Return the open goals of the active plans of these patients."""
    return Goal.objects.filter(
        state=GoalState.ACTIVE, problem__plan__state=PlanState.ACTIVE, problem__plan__patient__in=patients
    ).select_related("problem__plan")


def axes_diagnosed(patient_id: int) -> set[str]:
    """Return the axes on which a patient has an active diagnosis."""
    return set(
        Diagnosis.objects.filter(patient=patient_id, course=CourseOfDiagnosis.ACTIVE)
        .exclude(certainty=Certainty.REFUTED)
        .values_list("axis", flat=True)
    )
