"""Show a person, or staff on their behalf, who looked at the chart."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, page
from casemgr.desk.watched.queries import first_moment, who_looked_at
from patients.caseload.queries import patients_seen_by

DAYS = (30, 90, 365, 1095)
"""For how long one may look back: a month, a quarter, a year, three years."""
LANGUAGES = ("en", "es")


@page(Can.SEE_DISCLOSURES)
def who_looked(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show who looked at a chart, when, at what and why, in the person's own language, to read and to print."""
    row = get_object_or_404(patients_seen_by(request.user, can=Can.SEE_DISCLOSURES), public_id=patient)
    now = timezone.now()
    note_read(by=request.user, at=now, what="who_looked", patient_id=row.pk)
    zone = request.program.zone
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdecimal() and int(asked) in DAYS else DAYS[1]
    spoken = request.GET.get("language") if request.GET.get("language") in LANGUAGES else None
    language = spoken or (row.language if row.language in LANGUAGES else translation.get_language())
    with translation.override(language):
        found, is_cut = who_looked_at(row, since=first_moment(now.astimezone(zone).date(), days, zone), zone=zone)
    context = {
        "patient": row,
        "days": found,
        "is_cut": is_cut,
        "back": days,
        "choices": DAYS,
        "language": language,
        "languages": [("en", "English"), ("es", "Español")],
        "now": now,
    }
    return render(request, "desk/watched/who_looked.html", context)
