"""Read the latest of each score and result."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Act, Found, Panel, Programs
from patients.record.models import Patient
from patients.screenings.assessing.queries import latest_assessments, shown
from patients.screenings.models import Assessment, Observation, QuestionnaireAnswers
from patients.screenings.queries import answers_for, observations_for


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return the latest value of each kind of result, and the last questionnaires."""
    return {
        "observations": [_with_unit(observation) for observation in _latest(patient)[: FEW + 1]],
        "answers": list(answers_for(patient)[:FEW]),
        "assessments": [shown(row) for row in latest_assessments(patient)[:FEW]],
    }


def _latest(patient: Patient) -> QuerySet[Observation]:
    """Return the latest value of each kind of result, the newest first."""
    latest = observations_for(patient).order_by("kind", "code", "-observed_at", "-id").distinct("kind", "code")
    return Observation.objects.filter(pk__in=latest.values("pk")).order_by("-observed_at", "-id")


def _with_unit(observation: Any) -> Any:
    """Give a result its unit as people write it; UCUM puts what is only counted into braces."""
    observation.unit = "" if observation.value_unit.startswith("{") else observation.value_unit
    return observation


SCREENINGS = Panel(
    "screenings",
    _("Screenings and results"),
    Can.SEE_CHART,
    read,
    acts=(
        Act(_("Assessments"), "patients:assessments", Can.SEE_CHART),
        Act(_("All"), "patients:observations", Can.SEE_CHART),
        Act(_("Taken over"), "desk:entries", Can.SEE_CHART, kind="answers"),
        Act(_("Enter a score"), "patients:add_score", Can.RECORD_SCREENING),
        Act(_("Enter a result"), "patients:add_laboratory", Can.RECORD_SCREENING),
    ),
    history=(Observation, Assessment, QuestionnaireAnswers),
)
