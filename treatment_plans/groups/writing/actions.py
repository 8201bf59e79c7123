"""Write down one meeting of a group: the shared part, and everybody's own, at once or not at all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.finishing import Finished
from casemgr.core.refusals import Reason, Refused
from treatment_plans.groups import rules
from treatment_plans.groups.models import GroupMeeting, MeetingState
from treatment_plans.groups.queries import keep_out_of, places_without_part, roster_for
from treatment_plans.sessions.actions import Part, record_session
from treatment_plans.sessions.models import Session
from treatment_plans.sessions.naming.queries import leaders_of
from treatment_plans.sessions.queries import appointments_leading_to

AS_BEFORE = ("site", "kind", "starts_at", "ends_at", "title", "modality", "techniques", "shared_text", "homework", "note_format")
"""What a session of parts written later takes over from the first one of the meeting."""


@action(Can.WRITE_SESSION)
def record_meeting(
    *, meeting: GroupMeeting, starts_at: datetime, ends_at: datetime, parts: Sequence[Part], by: User, at: datetime, **facts: Any
) -> GroupMeeting:
    """Write down a meeting with everybody's part in it; the number of statements does not grow with the number of people.

    Everybody on the roster needs a part: nobody is absent because nobody spoke of them. The meeting keeps the times for which it was
    planned and its room was taken; when it really began and ended stands in the session.
    """
    fresh = _held(meeting)
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


@action(Can.WRITE_SESSION)
def add_parts(*, meeting: GroupMeeting, parts: Sequence[Part], draft: Finished | None = None, by: User, at: datetime) -> Session:
    """Write the parts that whoever wrote a meeting down could not write, because they may not see these people.

    The parts stand in a session of their own with the same times and shared part: each writer signs their own words, and sees nobody
    else's; what was written and signed before stays as it is. Of somebody who left the roster meanwhile a part is written when the writer
    says so.
    """
    fresh = _held(meeting)
    first = fresh.session
    if fresh.state != MeetingState.HELD or first is None:
        raise Refused(_("First write the meeting down."), code="not_held")
    known = {place.patient_id: place.patient for place in places_without_part(fresh, by, on_day=False)}
    foreign = [part.patient for part in parts if part.patient.pk not in known]
    if foreign:
        text = _("%(name)s has a part already, or never had a place in this group.")
        raise Refused(*(Reason(text % {"name": one.display_name}, field="state", part=str(one.public_id)) for one in foreign))
    booked = appointments_leading_to([part.patient for part in parts], by, first.starts_at)
    shared = {name: getattr(first, name) for name in AS_BEFORE}
    return record_session(
        clinician=by,
        parts=[replace(part, appointment=part.appointment or booked.get(part.patient.pk)) for part in parts],
        led_with=[user for user in leaders_of(first, *([first.clinician] if first.clinician else [])) if user.pk != by.pk],
        keep_out=keep_out_of(fresh.series, by),
        draft=draft,
        by=by,
        at=at,
        **shared,
    )


def _held(meeting: GroupMeeting) -> GroupMeeting:
    """Hold a meeting and return it as it stands, so that two do not write the same part."""
    rows = GroupMeeting.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("series__site__program", "session__clinician", "session__site").get(pk=meeting.pk)
