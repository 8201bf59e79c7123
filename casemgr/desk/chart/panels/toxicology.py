"""Read the last specimens, with what was unexpected in each."""

from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Act, Found, Panel, Programs
from patients.diagnoses.models import UseReport
from patients.record.models import Patient
from patients.toxicology.models import Analyte, ToxicologyPanel, ToxicologyResult
from patients.toxicology.rules.reading import UNEXPECTED


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return the last specimens."""
    unexpected = ToxicologyResult.objects.filter(panel=OuterRef("pk"), reads__in=UNEXPECTED).order_by("id").values("analyte")
    rows = ToxicologyPanel.objects.filter(patient=patient, program__in=programs).annotate(unexpected=ArraySubquery(unexpected))
    return {"specimens": [_in_words(row) for row in rows.order_by("-collected_at", "-pk")[:FEW]]}


def _in_words(panel: Any) -> Any:
    """Give a specimen the names of what was unexpected."""
    panel.names = list(dict.fromkeys(str(Analyte(name).label) for name in panel.unexpected))
    return panel


TOXICOLOGY = Panel(
    "toxicology",
    _("Toxicology"),
    Can.SEE_CHART,
    read,
    acts=(
        Act(_("All"), "desk:toxicology", Can.SEE_CHART),
        Act(_("Take a specimen"), "desk:add_toxicology", Can.RECORD_SCREENING),
    ),
    history=(ToxicologyPanel, ToxicologyResult, UseReport),
)
