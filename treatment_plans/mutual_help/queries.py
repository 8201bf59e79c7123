"""Read the directory of mutual help, and what somebody told of it."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from django.db.models import QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.models import CareTeamMember
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.mutual_help.models import MeetingTold, MutualHelpMeeting
from treatment_plans.mutual_help.rules import WEEKS, in_order_of, is_stale, per_week

PEER = "peer"
WEEKS_COUNTED = WEEKS
"""Over how many weeks a page says how often somebody went."""


def meetings_seen_by(user: User, *, can: Can = Can.SEE_PATIENTS) -> QuerySet[MutualHelpMeeting]:
    """Return the meetings in the directories of this user's programs, by day and hour."""
    programs = {membership.program_id for membership in user.reach(can)}
    return MutualHelpMeeting.objects.filter(program__in=programs).order_by("weekday", "starts", "pk")


def meetings_offered(meetings: Collection[MutualHelpMeeting], language: str) -> list[MutualHelpMeeting]:
    """Return meetings in the order in which they are offered to somebody who speaks this language."""
    listed = list(meetings)
    order = in_order_of((row.medication == "yes", row.language == language) for row in listed)
    return [listed[place] for place in order]


def told_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[MeetingTold]:
    """Return the meetings that people told of whose chart this user may see."""
    programs = {membership.program_id for membership in user.reach(can)}
    rows = MeetingTold.objects.filter(patient__in=patients_seen_by(user, can=can), program__in=programs, in_error_why="")
    return rows.select_related("meeting", "patient").order_by("-went_on", "-pk")


def days_told(patient: Patient, programs: Collection[int], today: date) -> list[date]:
    """Return the days of the last weeks on which somebody told of a meeting."""
    since = today - timedelta(weeks=WEEKS)
    rows = MeetingTold.objects.filter(patient=patient, program__in=programs, in_error_why="", went_on__gt=since)
    return list(rows.values_list("went_on", flat=True))


def told_a_week(patient: Patient, programs: Collection[int], today: date) -> float | None:
    """Return how many meetings a week somebody told of; nothing where nothing was told, which says nothing."""
    days = days_told(patient, programs, today)
    return per_week(days, today) if days else None


def with_age(meetings: Iterable[MutualHelpMeeting], today: date) -> list[tuple[MutualHelpMeeting, bool]]:
    """Return meetings, each with whether somebody should ask if it still takes place."""
    return [(row, is_stale(row.checked_on, today)) for row in meetings]


def peers_of(patient: Patient, programs: Collection[int]) -> QuerySet[CareTeamMember]:
    """Return the peer workers on somebody's care team."""
    rows = CareTeamMember.objects.filter(patient=patient, program__in=programs, role=PEER, until__isnull=True)
    return rows.select_related("user").order_by("-is_lead", "since", "pk")
