"""Write down at which hours of the week somebody cannot come, and until when that held."""

from collections.abc import Collection
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.record.models import Patient
from treatment_plans.appointments.busy.models import BusyTime, BusyWith


@action(Can.BOOK_APPOINTMENT)
def record_busy_time(
    *,
    patient: Patient,
    program: Program,
    reason: str,
    weekdays: Collection[int],
    starts: time,
    ends: time,
    since: date,
    by: User,
    at: datetime,
    note: str = "",
) -> BusyTime:
    """Write down hours of the week at which somebody cannot come; whoever books is told."""
    reasons = []
    if reason not in BusyWith.values:
        reasons.append(Reason(_("Choose what keeps the person."), field="reason"))
    if not weekdays:
        reasons.append(Reason(_("Choose weekdays."), field="weekdays"))
    if starts == ends:
        reasons.append(Reason(_("The end must come after the start."), field="ends"))
    if reasons:
        raise Refused(*reasons)
    return BusyTime.objects.create(
        patient=patient,
        program=program,
        reason=reason,
        weekdays=sorted(weekdays),
        starts=starts,
        ends=ends,
        since=since,
        note=note.strip(),
        recorded_by=by,
        recorded_at=at,
    )


@action(Can.BOOK_APPOINTMENT)
def end_busy_time(*, busy: BusyTime, on: date, by: User, at: datetime) -> BusyTime:
    """Say from which day on these hours are free again."""
    fresh = BusyTime.objects.select_for_update(no_key=True, of=("self",)).select_related("patient", "program").get(pk=busy.pk)
    if on < fresh.since:
        raise Refused(Reason(_("This day is before the one on which it began."), field="on"))
    fresh.ended_on = on
    fresh.save(update_fields=["ended_on"])
    return fresh
