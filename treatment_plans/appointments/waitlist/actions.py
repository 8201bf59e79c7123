"""Put somebody on the waitlist, and take them off it."""

from collections.abc import Collection
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.record.models import Patient
from treatment_plans.appointments.models import AppointmentKind
from treatment_plans.appointments.waitlist.models import WaitEnd, WaitlistEntry


@action(Can.BOOK_APPOINTMENT)
def wait_for_appointment(
    *,
    patient: Patient,
    program: Program,
    kind: str,
    minutes: int,
    by: User,
    at: datetime,
    site: Site | None = None,
    clinician: User | None = None,
    weekdays: Collection[int] = (),
    earliest: time | None = None,
    latest: time | None = None,
    from_on: date | None = None,
    note: str = "",
) -> WaitlistEntry:
    """Write down that somebody waits for an hour, and which they could take."""
    fresh = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    reasons = [Reason(_("The end must come after the start."), field="latest")] if earliest and latest and earliest >= latest else []
    if kind not in AppointmentKind.values:
        reasons.append(Reason(_("Choose what the meeting is for."), field="kind"))
    if fresh.deceased_on is not None:
        reasons.append(Reason(_("This person has died. No appointment can be booked.")))
    if site is not None and site.program_id != program.pk:
        reasons.append(Reason(_("This site belongs to another program."), field="site"))
    if WaitlistEntry.objects.filter(patient=fresh, program=program, kind=kind, ended_at__isnull=True).exists():
        reasons.append(Reason(_("The person waits for this already."), field="kind", code="waits"))
    if reasons:
        raise Refused(*reasons)
    return WaitlistEntry.objects.create(
        patient=fresh,
        program=program,
        kind=kind,
        minutes=minutes,
        site=site,
        clinician=clinician,
        weekdays=sorted(weekdays),
        earliest=earliest,
        latest=latest,
        from_on=from_on,
        note=note.strip(),
        recorded_by=by,
        recorded_at=at,
    )


@action(Can.BOOK_APPOINTMENT)
def end_waiting(*, entry: WaitlistEntry, why: str, by: User, at: datetime) -> WaitlistEntry:
    """Say why somebody waits no longer; it stays on the record."""
    fresh = WaitlistEntry.objects.select_for_update(no_key=True, of=("self",)).select_related("patient", "program").get(pk=entry.pk)
    if why not in WaitEnd.values:
        raise Refused(Reason(_("Say why the person waits no longer."), field="why"))
    if fresh.ended_at is not None:
        raise Refused(Reason(_("The person waits for this no longer.")))
    fresh.ended_at, fresh.ended_why = at, WaitEnd(why)
    fresh.save(update_fields=["ended_at", "ended_why"])
    return fresh
