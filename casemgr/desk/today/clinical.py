"""Find what waits for those who diagnose and those who talk about results."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import MOST_ROWS, Row, Section, section, way
from patients.diagnoses.models import Diagnosis
from patients.diagnoses.queries import diagnoses_to_look_at_again
from patients.toxicology.models import Analyte, ToxicologyPanel, ToxicologyResult
from patients.toxicology.queries import panels_to_talk_about
from patients.toxicology.rules.reading import UNEXPECTED


def diagnoses_to_look_at(scope: Scope) -> Section:
    """Find the provisional diagnoses whose day has come: four weeks without use, or ninety days since somebody looked (ASM-04)."""
    rows = diagnoses_to_look_at_again(scope.user, scope.today)[: MOST_ROWS + 1]

    def row(diagnosis: Diagnosis) -> Row:
        return Row(
            str(diagnosis),
            diagnosis.patient,
            _("provisional since %(day)s") % {"day": diagnosis.recorded_at.date().isoformat()},
            since=diagnosis.look_again_on,
            since_words=_("due"),
            kind="note",
            state=_("Look again"),
            step=_("Look again"),
            url=way("patients:look_again", diagnosis.patient.public_id, diagnosis.pk),
        )

    return section(
        "look-again",
        gettext_lazy("Diagnoses to look at again"),
        "stethoscope",
        (row(diagnosis) for diagnosis in rows),
        empty=gettext_lazy("No diagnosis waits to be looked at again"),
        empty_help=gettext_lazy("What is provisional comes back four weeks after the last use, ninety days at most (program policy)."),
    )


def results_to_talk_about(scope: Scope) -> Section:
    """Find the specimens with something unexpected that nobody has talked about with the person (MED-09)."""
    found = ToxicologyResult.objects.filter(panel=OuterRef("pk"), reads__in=UNEXPECTED).order_by("id").values("analyte")
    rows = panels_to_talk_about(scope.user).annotate(unexpected=ArraySubquery(found))[: MOST_ROWS + 1]

    def row(panel: Any) -> Row:
        is_late = panel.review_due_on < scope.today
        return Row(
            _("Talk about a specimen"),
            panel.patient,
            _what_showed(panel),
            since=panel.review_due_on,
            since_words=_("due"),
            kind="warn" if is_late else "note",
            state=_("Late") if is_late else _("To talk about"),
            step=_("Talk about it"),
            url=way("desk:toxicology_panel", panel.patient.public_id, panel.pk),
        )

    return section(
        "toxicology",
        gettext_lazy("Unexpected results to talk about"),
        "flask-conical",
        (row(panel) for panel in rows),
        empty=gettext_lazy("No result waits for a conversation"),
        empty_help=gettext_lazy("Results that do not fit what is prescribed stand here until somebody has talked with the person."),
    )


def _what_showed(panel: ToxicologyPanel) -> str:
    """Say what was unexpected."""
    names = list(dict.fromkeys(str(Analyte(name).label) for name in panel.unexpected))  # type: ignore[attr-defined]
    return ", ".join(names) or ", ".join(panel.doubts)
