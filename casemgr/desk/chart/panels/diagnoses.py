"""Read the diagnoses of both axes."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import Act, Found, Panel, Programs
from patients.diagnoses.models import Certainty, CourseOfDiagnosis, Diagnosis
from patients.diagnoses.queries import diagnoses_for
from patients.record.models import Patient

MOST = 40


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return what is active or in remission, and not refuted."""
    current = diagnoses_for(patient).exclude(certainty=Certainty.REFUTED).exclude(course=CourseOfDiagnosis.RESOLVED)
    return {"diagnoses": list(current.order_by("axis", "course", "code", "id")[:MOST])}


DIAGNOSES = Panel(
    "diagnoses",
    _("Diagnoses"),
    Can.SEE_CHART,
    read,
    acts=(
        Act(_("All"), "patients:diagnoses", Can.SEE_CHART),
        Act(_("Record"), "patients:add_diagnosis", Can.RECORD_DIAGNOSIS),
    ),
    history=(Diagnosis,),
)
