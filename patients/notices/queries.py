"""Read who has which notice, and who does not have the present one."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.deadlines.models import Clock, ClockKind
from patients.caseload.queries import patients_seen_by
from patients.episodes.models import Episode
from patients.notices.models import NoticeGiven
from patients.notices.rules import Wording, version_on, wording
from patients.record.models import Patient

OWED = (ClockKind.NOTICE_OWED, ClockKind.NOTICE_RENEWAL)
"""Clocks that a notice stops."""


def current_version(today: date) -> str:
    """Return the version that is given on this day."""
    return version_on(today)


def present_wording(today: date, language: str) -> Wording:
    """Return the words that are given on this day."""
    return wording(version_on(today), language)


def notices_of(patient: Patient) -> QuerySet[NoticeGiven]:
    """Return the notices that a person was given, the newest first."""
    return NoticeGiven.objects.filter(patient=patient).select_related("program", "recorded_by")


def has_notice(patient_id: int, program_id: int, version: str) -> bool:
    """Say whether a person was given this version by this program."""
    return NoticeGiven.objects.filter(patient=patient_id, program=program_id, version=version).exists()


def stays_without_notice(user: User, today: date) -> QuerySet[Episode]:
    """Return the open stays, of people whom somebody may see, in which the present notice was not given yet."""
    reach = user.reach(Can.GIVE_NOTICE)
    programs = {membership.program_id for membership in reach}
    seen = patients_seen_by(user, can=Can.GIVE_NOTICE)
    return _without(version_on(today)).filter(patient__in=seen, program__in=programs).select_related("patient", "site", "program")


def stays_to_remind_of(program: Program, today: date) -> QuerySet[Episode]:
    """Return the open stays of a program without the present notice for which no clock runs yet; `had_one` tells who had an older one."""
    running = Clock.objects.running().filter(kind__in=OWED, program=program, patient_id=OuterRef("patient_id"))
    earlier = NoticeGiven.objects.filter(patient=OuterRef("patient"), program=program)
    return _without(version_on(today)).filter(~Exists(running), program=program).annotate(had_one=Exists(earlier))


def _without(version: str) -> QuerySet[Episode]:
    """Return the open stays in whose program this version was not given."""
    given = NoticeGiven.objects.filter(patient=OuterRef("patient"), program=OuterRef("program"), version=version)
    return Episode.objects.filter(~Exists(given), discharged_on__isnull=True)
