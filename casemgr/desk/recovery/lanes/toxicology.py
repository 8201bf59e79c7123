"""Draw toxicology: whether what was found was to be expected, given what is prescribed."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.desk.recovery.lanes.lane import Kind, Lane, Point, Programs, Series, Shape
from casemgr.desk.recovery.rules import Use
from patients.record.models import Patient
from patients.toxicology.models import HowItReads, Outcome, Talk, ToxicologyPanel, ToxicologyResult

NO_USE = frozenset({Talk.EXPLAINED, Talk.HANDLING, Talk.NO_USE_TOLD})
"""What the conversation came to when a result alone must not be taken for use."""


def read(patient: Patient, programs: Programs, today: date) -> list[Series]:
    """Return each specimen that has results, in one statement."""
    rows = ToxicologyResult.objects.filter(panel__patient=patient, panel__program__in=programs, panel__resulted_at__isnull=False)
    rows = rows.select_related("panel").order_by("panel__collected_at", "panel_id", "id")
    panels = [(panel, list(results)) for panel, results in groupby(rows, key=lambda row: row.panel)]
    points = tuple(_point(panel, results) for panel, results in panels)
    uses = tuple(Use(_day(panel), "toxicology", say(panel, results)) for panel, results in panels if speaks_of_use(panel, results))
    note = gettext_lazy("A ring: as expected given what is prescribed. A square: something was not, and is for a conversation.")
    return [Series("toxicology", gettext_lazy("Toxicology"), Kind.MARKS, points, note=note, uses=uses)] if points else []


def speaks_of_use(panel: ToxicologyPanel, results: Sequence[ToxicologyResult]) -> bool:
    """Say whether something positive is explained by no prescription, and no conversation explained it otherwise."""
    return panel.talk not in NO_USE and any(result.reads == HowItReads.UNEXPECTED_POSITIVE for result in results)


def say(panel: ToxicologyPanel, results: Sequence[ToxicologyResult]) -> str:
    """Say what a specimen showed."""
    unexpected = [f"{row.get_analyte_display()}, {row.get_outcome_display().lower()}" for row in results if row.is_unexpected]
    positive = [str(row.get_analyte_display()) for row in results if row.outcome == Outcome.POSITIVE and not row.is_unexpected]
    specimen = panel.get_specimen_display()
    if unexpected:
        return _("%(specimen)s, unexpected: %(what)s") % {"specimen": specimen, "what": "; ".join(unexpected)}
    if positive:
        return _("%(specimen)s, as expected: %(what)s shows") % {"specimen": specimen, "what": ", ".join(positive)}
    return _("%(specimen)s, as expected: nothing shows") % {"specimen": specimen}


def _point(panel: ToxicologyPanel, results: Sequence[ToxicologyResult]) -> Point:
    """Return one specimen."""
    shape = Shape.SQUARE if panel.is_unexpected else Shape.RING
    return Point(_day(panel), say(panel, results), shape)


def _day(panel: ToxicologyPanel) -> date:
    """Return the day on which the specimen was taken."""
    return timezone.localtime(panel.collected_at).date()


TOXICOLOGY = Lane(Can.SEE_CHART, read)
