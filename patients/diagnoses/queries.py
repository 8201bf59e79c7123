"""Read what a person has, on both axes."""

from django.db.models import QuerySet

from patients.diagnoses.models import Certainty, CourseOfDiagnosis, Diagnosis
from patients.record.models import Patient


def diagnoses_for(patient: Patient) -> QuerySet[Diagnosis]:
    """Return everything ever diagnosed, also what was refuted or is over."""
    return Diagnosis.objects.filter(patient=patient)


def active_diagnoses_for(patient: Patient) -> QuerySet[Diagnosis]:
    """Return what is active and not refuted."""
    return diagnoses_for(patient).filter(course=CourseOfDiagnosis.ACTIVE).exclude(certainty=Certainty.REFUTED)


def locked_diagnosis(diagnosis: Diagnosis) -> Diagnosis:
    """Return a diagnosis and its patient as they are now, both held until the transaction ends."""
    held = Diagnosis.objects.select_for_update(of=("self", "patient"), no_key=True)
    return held.select_related("patient").get(pk=diagnosis.pk)
