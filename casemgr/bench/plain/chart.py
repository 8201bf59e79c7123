"""Read the rows of one person's chart from plain models."""

from datetime import datetime, timedelta

from django.db.models import Count, Q

from casemgr.bench.plain.pages import Panel, panel
from patients.consent.models import Consent
from patients.record.models import Patient
from patients.screenings.models import Observation, QuestionnaireAnswers
from referrals.casework.models import Task
from referrals.referral.models import Referral
from treatment_plans.appointments.models import Appointment
from treatment_plans.medication.models import Dose, MedicationStatement, Order
from treatment_plans.plan.models import Goal, Plan
from treatment_plans.sessions.models import Attendance

FEW = 5


def chart_panels(patient: Patient, now: datetime) -> list[Panel]:
    """Return the rows of a chart."""
    return [*_person(patient, now), *_clinical(patient), *_medication(patient, now), *_calendar(patient, now), *_casework(patient)]


def _person(patient: Patient, now: datetime) -> list[Panel]:
    """Return where and by whom a person is cared for, and how they are known and reached."""
    team = patient.care_team.filter(Q(until__isnull=True) | Q(until__gt=now.date()), since__lte=now.date())
    return [
        panel("episodes", patient.episodes.select_related("program", "site"), "admitted_on", "discharged_on", most=FEW),
        panel("contacts", patient.contact_points.filter(ended_at__isnull=True), "value", most=20),
        panel("identifiers", patient.identifiers.all(), "value", most=20),
        panel("team", team.select_related("user", "program"), "user", "since", most=20),
    ]


def _clinical(patient: Patient) -> list[Panel]:
    """Return diagnoses, the plan, sessions and screenings."""
    diagnoses = patient.diagnoses.exclude(certainty="refuted").exclude(course="resolved").order_by("axis", "course", "code", "id")
    plans = Plan.objects.filter(patient=patient).exclude(state="ended").order_by("state", "-id")
    goals = Goal.objects.filter(problem__plan__patient=patient).exclude(problem__plan__state="ended").select_related("problem")
    goals = goals.annotate(steps=Count("objectives"), met=Count("objectives", filter=Q(objectives__met_on__isnull=False)))
    attended = Attendance.objects.filter(patient=patient).select_related("session__site", "session__clinician").prefetch_related("goals")
    measured = Observation.objects.filter(patient=patient).exclude(status="entered-in-error")
    latest = measured.order_by("kind", "code", "-observed_at", "-id").distinct("kind", "code")
    answers = QuestionnaireAnswers.objects.filter(patient=patient).exclude(status="entered-in-error")
    return [
        panel("diagnoses", diagnoses, "code", "title", most=40),
        panel("plan", plans, "starts_on", "review_on", most=1),
        panel("goals", goals.order_by("problem__axis", "problem_id", "id"), "problem", "steps", "met", most=FEW + 3),
        panel("attendances", attended.order_by("-session__starts_at", "-pk"), "session", "note", most=FEW),
        panel("observations", Observation.objects.filter(pk__in=latest.values("pk")).order_by("-observed_at", "-id"), most=FEW + 1),
        panel("answers", answers, most=FEW),
    ]


def _medication(patient: Patient, now: datetime) -> list[Panel]:
    """Return orders, the doses of the last fortnight, and what others gave."""
    orders = Order.objects.filter(patient=patient).select_related("product", "site", "prescriber")
    doses = Dose.objects.filter(patient=patient, for_day__gte=now.date() - timedelta(days=13))
    doses = doses.select_related("order__product", "given_by", "lot")
    return [
        panel("orders", orders, "product", "prescriber", "starts_on", most=FEW),
        panel("doses", doses, "for_day", "mg", "given_by", most=60),
        panel("statements", MedicationStatement.objects.filter(patient=patient), "title", most=FEW),
    ]


def _calendar(patient: Patient, now: datetime) -> list[Panel]:
    """Return the appointments to come and the last ones."""
    appointments = Appointment.objects.filter(patient=patient).select_related("site", "clinician")
    to_come = Q(state="booked", starts_at__gte=now)
    return [
        panel("coming", appointments.filter(to_come).order_by("starts_at", "pk"), "starts_at", "clinician", most=FEW),
        panel("past", appointments.exclude(to_come).order_by("-starts_at", "-pk"), "starts_at", "clinician", most=FEW),
    ]


def _casework(patient: Patient) -> list[Panel]:
    """Return tasks, referrals and consents."""
    tasks = Task.objects.filter(patient=patient, state__in=["open", "in_progress"]).select_related("owner")
    referrals = Referral.objects.filter(patient=patient).select_related("organization")
    consents = Consent.objects.filter(patient=patient).prefetch_related("recipients")
    return [
        panel("tasks", tasks.order_by("urgency", "due_on", "id"), "due_on", "owner", most=FEW + 3),
        panel("referrals", referrals.order_by("-id"), "organization", "state", most=FEW),
        panel("consents", consents.order_by("state", "-id"), "description", most=FEW),
    ]
