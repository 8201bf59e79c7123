"""Draw the person's overdoses."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casemgr.core.accounts.rules import Can
from casemgr.desk.recovery.lanes.lane import Kind, Lane, Point, Programs, Series, Shape
from casemgr.desk.recovery.rules import Use
from patients.health.overdoses.models import HospitalUse, Intent, Overdose, OverdoseOf
from patients.record.models import Patient

TO_HOSPITAL = {HospitalUse.EMERGENCY, HospitalUse.ADMITTED}


def read(patient: Patient, programs: Programs, today: date) -> list[Series]:
    """Return each overdose of the person; what was meant as self-harm is shown, but is no use that symptoms are compared with."""
    found = Overdose.objects.filter(patient=patient, program__in=programs, of=OverdoseOf.PERSON, in_error_why="")
    rows = list(found.order_by("happened_on", "pk"))
    points = tuple(Point(row.happened_on, say(row), Shape.SQUARE) for row in rows)
    uses = tuple(Use(row.happened_on, "overdose", say(row)) for row in rows if row.intent != Intent.INTENTIONAL)
    return [Series("overdose", gettext_lazy("Overdose"), Kind.MARKS, points, uses=uses)] if points else []


def say(row: Overdose) -> str:
    """Say what is known of an overdose."""
    parts = [_("Overdose: %(substances)s") % {"substances": row.substances_in_words} if row.substances else _("Overdose")]
    if row.naloxone_doses:
        count = row.naloxone_doses
        parts.append(ngettext("%(count)s dose of naloxone", "%(count)s doses of naloxone", count) % {"count": count})
    if row.hospital in TO_HOSPITAL:
        parts.append(str(row.get_hospital_display()))
    return ", ".join(parts)


OVERDOSE = Lane(Can.SEE_CHART, read)
