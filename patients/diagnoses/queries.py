"""Read what a person has, on both axes, and what was used when."""

from collections.abc import Collection
from datetime import date

from django.db.models import Max, QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from patients.diagnoses.models import Axis, Certainty, CourseOfDiagnosis, Diagnosis, DiagnosisEntry, UseReport
from patients.diagnoses.rules.reviewing import TELLS_NOTHING
from patients.record.models import Patient


def diagnoses_for(patient: Patient) -> QuerySet[Diagnosis]:
    """Return everything ever diagnosed, also what was refuted or is over."""
    return Diagnosis.objects.filter(patient=patient)


def active_diagnoses_for(patient: Patient) -> QuerySet[Diagnosis]:
    """Return what is active and not refuted."""
    return diagnoses_for(patient).filter(course=CourseOfDiagnosis.ACTIVE).exclude(certainty=Certainty.REFUTED)


def use_disorders_for(patient: Patient) -> QuerySet[Diagnosis]:
    """Return the substance use disorders that hold, also those in remission, the gravest first."""
    found = diagnoses_for(patient).filter(axis=Axis.SUBSTANCE_USE).exclude(certainty=Certainty.REFUTED)
    return found.exclude(course=CourseOfDiagnosis.RESOLVED).order_by("-criteria_count", "id")


def locked_diagnosis(diagnosis: Diagnosis) -> Diagnosis:
    """Return a diagnosis and its patient as they are now, both held until the transaction ends."""
    held = Diagnosis.objects.select_for_update(of=("self", "patient"), no_key=True)
    return held.select_related("patient").get(pk=diagnosis.pk)


def diagnoses_to_look_at_again(user: User, today: date) -> QuerySet[Diagnosis]:
    """Return the provisional diagnoses, of the people whose diagnoses somebody may revise, whose day has come; the oldest first."""
    seen = patients_seen_by(user, can=Can.RECORD_DIAGNOSIS)
    due = Diagnosis.objects.filter(look_again_on__lte=today, patient__in=seen, patient__deceased_on__isnull=True)
    return due.select_related("patient").order_by("look_again_on", "pk")


def entries_of(diagnoses: Collection[Diagnosis]) -> QuerySet[DiagnosisEntry]:
    """Return the steps in the story of these diagnoses, the newest first."""
    return DiagnosisEntry.objects.filter(diagnosis__in=diagnoses).select_related("recorded_by").order_by("-pk")


def use_of(patient: Patient) -> QuerySet[UseReport]:
    """Return the reports of use, the latest use first."""
    return UseReport.objects.filter(patient=patient).select_related("recorded_by").order_by("-used_on", "-pk")


def last_use_on(patient: Patient) -> date | None:
    """Return the last day on which a substance was used that can be mistaken for, or hide, another illness."""
    told = UseReport.objects.filter(patient=patient).exclude(substance__in=TELLS_NOTHING)
    found: date | None = told.aggregate(last=Max("used_on"))["last"]
    return found


def use_since(patient: Patient, since: date) -> QuerySet[UseReport]:
    """Return the reports of use since a day, the earliest first, as the recovery chart draws them."""
    return UseReport.objects.filter(patient=patient, used_on__gte=since).order_by("used_on", "pk")
