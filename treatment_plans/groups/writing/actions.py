"""Write down one meeting of a group: the shared part, and everybody's own, at once or not at all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from treatment_plans.groups import rules
from treatment_plans.groups.models import GroupMeeting, MeetingState
from treatment_plans.groups.queries import keep_out_of, roster_for
from treatment_plans.sessions.actions import Part, record_session
from treatment_plans.sessions.queries import appointments_leading_to


@action(Can.WRITE_SESSION)
def record_meeting(
    *, meeting: GroupMeeting, starts_at: datetime, ends_at: datetime, parts: Sequence[Part], by: User, at: datetime, **facts: Any
) -> GroupMeeting:
    """Write down a meeting with everybody's part in it; the number of statements does not grow with the number of people.

    Everybody on the roster needs a part: nobody is absent because nobody spoke of them. The meeting keeps the times for which it was
    planned and its room was taken; when it really began and ended stands in the session.
    """
    held = GroupMeeting.objects.select_for_update(no_key=True, of=("self",)).select_related("series__site__program")
    fresh = held.get(pk=meeting.pk)
    if fresh.state != MeetingState.PLANNED:
        text = _("This meeting cannot be written down. It is: %(state)s.") % {"state": fresh.get_state_display()}
        raise Refused(text, code="not_planned")
    series = fresh.series
    roster = {place.patient_id: place.patient for place in roster_for(series, starts_at.astimezone(series.site.zone).date(), by)}
    unsaid = [roster[key] for key in rules.unsaid(roster, [part.patient.pk for part in parts])]
    if unsaid:
        text = _("Say whether %(name)s was there.")
        raise Refused(*(Reason(text % {"name": one.display_name}, field="state", part=str(one.public_id)) for one in unsaid))
    booked = appointments_leading_to([part.patient for part in parts], by, starts_at)
    fresh.session = record_session(
        site=series.site,
        clinician=by,
        kind=series.kind,
        starts_at=starts_at,
        ends_at=ends_at,
        title=series.title,
        parts=[replace(part, appointment=part.appointment or booked.get(part.patient.pk)) for part in parts],
        keep_out=keep_out_of(series, by),
        by=by,
        at=at,
        **facts,
    )
    fresh.state = MeetingState.HELD
    fresh.save(update_fields=["session", "state"])
    return fresh
