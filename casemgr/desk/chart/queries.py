"""Read one person's chart: always the same number of statements, however much or little there is."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import care_team_of, patients_seen_by
from patients.consent.models import Consent, ConsentRecipient
from patients.diagnoses.models import Certainty, CourseOfDiagnosis, Diagnosis
from patients.diagnoses.queries import diagnoses_for
from patients.episodes.queries import episodes_for
from patients.record.models import Patient
from patients.record.queries import contact_points_for, identifiers_for
from patients.screenings.models import Observation
from patients.screenings.queries import answers_for, observations_for
from referrals.casework.queries import open_tasks, tasks_of
from referrals.referral.queries import referrals_of
from treatment_plans.appointments.models import AppointmentState
from treatment_plans.appointments.queries import appointments_for
from treatment_plans.medication.models import Order, OrderState
from treatment_plans.medication.queries import doses_of, orders_of, statements_of
from treatment_plans.plan.models import Goal, Plan, PlanState
from treatment_plans.sessions.models import Attendance, AttendanceGoal

GATES = (Can.SEE_CHART, Can.SEE_MEDICATION, Can.SEE_CALENDAR, Can.SEE_CASEWORK, Can.SEE_DISCLOSURES)
"""The rights that open panels; whoever may know a person still sees a panel only with its right."""

FEW = 5
DOSE_DAYS = 14


def patient_seen_by(user: User, public_id: uuid.UUID) -> tuple[Patient, frozenset[Can]] | None:
    """Return a patient whom this user may know to be here, and the rights that they hold on this one, in one statement.

    Somebody who works at two sites in two roles holds a right on the patients of one of them only.
    """
    base = user.reach(Can.SEE_PATIENTS)
    same = [right for right in GATES if user.reach(right) == base]
    asked = [right for right in GATES if right not in same and user.may(right)]
    rows = patients_seen_by(user).filter(public_id=public_id).select_related("registered_site")
    seen = {f"may_{right}": Exists(patients_seen_by(user, can=right).filter(pk=OuterRef("pk"))) for right in asked}
    patient = rows.annotate(**seen).first()
    if patient is None:
        return None
    return patient, frozenset([*same, *(right for right in asked if getattr(patient, f"may_{right}"))])


@dataclass
class Chart:
    """Hold everything that the chart shows; what the reader has no right to see was never read."""

    patient: Patient
    rights: frozenset[Can]
    now: datetime
    today: date
    episodes: list[Any] = field(default_factory=list)
    contacts: list[Any] = field(default_factory=list)
    identifiers: list[Any] = field(default_factory=list)
    team: list[Any] = field(default_factory=list)
    diagnoses: list[Any] = field(default_factory=list)
    plan: Plan | None = None
    goals: list[Any] = field(default_factory=list)
    orders: list[Any] = field(default_factory=list)
    doses: list[Any] = field(default_factory=list)
    statements: list[Any] = field(default_factory=list)
    attendances: list[Any] = field(default_factory=list)
    coming: list[Any] = field(default_factory=list)
    past: list[Any] = field(default_factory=list)
    tasks: list[Any] = field(default_factory=list)
    referrals: list[Any] = field(default_factory=list)
    consents: list[Any] = field(default_factory=list)
    observations: list[Any] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)


def read_chart(user: User, patient: Patient, rights: frozenset[Can], *, now: datetime, today: date) -> Chart:
    """Read the panels that these rights open; records of programs in which the reader has no part stay closed."""
    programs = {membership.program_id for membership in user.current_memberships}
    chart = Chart(patient, rights, now, today)
    chart.episodes = list(episodes_for(patient).filter(program__in=programs)[:FEW])
    chart.contacts = list(contact_points_for(patient))
    chart.identifiers = list(identifiers_for(patient))
    chart.team = list(care_team_of(patient).filter(program__in=programs))
    if Can.SEE_CHART in rights:
        _read_clinical(chart, programs)
    if Can.SEE_CHART in rights and Can.SEE_MEDICATION in rights:
        _read_medication(chart, programs)
    if Can.SEE_CALENDAR in rights:
        _read_calendar(chart, programs)
    if Can.SEE_CASEWORK in rights:
        chart.tasks = list(open_tasks(tasks_of(patient)).filter(program__in=programs).order_by("urgency", "due_on", "id")[: FEW + 3])
        chart.referrals = list(referrals_of(patient).filter(program__in=programs)[:FEW])
    if Can.SEE_DISCLOSURES in rights:
        chart.consents = list(_consents(patient, programs)[:FEW])
    return chart


def _read_clinical(chart: Chart, programs: set[int]) -> None:
    """Read diagnoses, the plan, sessions and screenings."""
    patient = chart.patient
    chart.diagnoses = list(_diagnoses(patient))
    chart.plan = Plan.objects.filter(patient=patient, program__in=programs).exclude(state=PlanState.ENDED).order_by("state", "-id").first()
    chart.goals = list(_goals(patient, programs)[: FEW + 3])
    chart.attendances = list(_attendances(patient, programs)[:FEW])
    chart.observations = [_with_unit(observation) for observation in _latest_observations(patient)[: FEW + 1]]
    chart.answers = list(answers_for(patient)[:FEW])


def _read_medication(chart: Chart, programs: set[int]) -> None:
    """Read orders, the doses of the last fortnight, and what others gave."""
    patient = chart.patient
    chart.orders = list(orders_of(patient).filter(program__in=programs)[:FEW])
    since = chart.today - timedelta(days=DOSE_DAYS - 1)
    chart.doses = list(doses_of(patient).filter(order__program__in=programs, for_day__gte=since).select_related("given_by"))
    chart.statements = list(statements_of(patient)[:FEW])


def _read_calendar(chart: Chart, programs: set[int]) -> None:
    """Read the appointments to come and the last ones."""
    appointments = appointments_for(chart.patient).filter(site__program__in=programs)
    to_come = Q(state=AppointmentState.BOOKED, starts_at__gte=chart.now)
    chart.coming = list(appointments.filter(to_come).order_by("starts_at", "pk")[:FEW])
    chart.past = list(appointments.exclude(to_come)[:FEW])


def _diagnoses(patient: Patient) -> QuerySet[Diagnosis]:
    """Return what is active or in remission, and not refuted."""
    current = diagnoses_for(patient).exclude(certainty=Certainty.REFUTED).exclude(course=CourseOfDiagnosis.RESOLVED)
    return current.order_by("axis", "course", "code", "id")[:40]


def _goals(patient: Patient, programs: set[int]) -> QuerySet[Goal]:
    """Return the goals of the plan in force, or in the making, with how many of their objectives are met."""
    plans = Plan.objects.filter(patient=patient, program__in=programs).exclude(state=PlanState.ENDED)
    counted = Goal.objects.filter(problem__plan__in=plans).annotate(
        objectives_set=Count("objectives"), objectives_met=Count("objectives", filter=Q(objectives__met_on__isnull=False))
    )
    return counted.select_related("problem").order_by("problem__axis", "problem_id", "id")


def _attendances(patient: Patient, programs: set[int]) -> QuerySet[Attendance]:
    """Return the last sessions with the goals that each served, read along in the same statement."""
    served = AttendanceGoal.objects.filter(attendance=OuterRef("pk")).order_by("id")
    rows = Attendance.objects.filter(patient=patient, session__site__program__in=programs)
    rows = rows.select_related("session__site", "session__clinician").annotate(served=ArraySubquery(served.values("goal__words")))
    return rows.order_by("-session__starts_at", "-pk")


def _latest_observations(patient: Patient) -> QuerySet[Observation]:
    """Return the latest value of each kind of result, the newest first."""
    latest = observations_for(patient).order_by("kind", "code", "-observed_at", "-id").distinct("kind", "code")
    return Observation.objects.filter(pk__in=latest.values("pk")).order_by("-observed_at", "-id")


def _with_unit(observation: Any) -> Any:
    """Give a result its unit as people write it; UCUM puts what is only counted into braces."""
    observation.unit = "" if observation.value_unit.startswith("{") else observation.value_unit
    return observation


def _consents(patient: Patient, programs: set[int]) -> QuerySet[Consent]:
    """Return the consents, those in force first, with the names of their recipients in the same statement."""
    named = ConsentRecipient.objects.filter(consent=OuterRef("pk")).order_by("id")
    rows = Consent.objects.filter(patient=patient, discloser__in=programs)
    rows = rows.annotate(recipient_names=ArraySubquery(named.values("organization__name")))
    return rows.order_by("state", "-id")


def current_order(orders: list[Order], today: date) -> Order | None:
    """Return the order that runs today."""
    running = (
        order
        for order in orders
        if order.state != OrderState.ENDED and order.starts_on <= today and (order.ends_on is None or order.ends_on > today)
    )
    return next(running, None)


def order_to_give(chart: Chart) -> Order | None:
    """Return the order of which a dose is due today, if one is."""
    order = current_order(chart.orders, chart.today)
    if order is None or order.state != OrderState.ACTIVE:
        return None
    given = sum(dose.mg for dose in chart.doses if dose.for_day == chart.today and dose.substance == order.substance)
    return order if given < order.daily_mg else None
