"""Read whose chart is guarded from whom, and who broke the glass."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Lower, Now

from casemgr.core.accounts.models import Membership, User
from casemgr.core.accounts.rules import Can, Role, rights_of
from casemgr.core.audit.models import AuditEvent
from patients.episodes.models import Episode
from patients.guarding.models import AllowedReader, ChartRestriction, Conflict, GlassAttempt, GlassBreak
from patients.guarding.rules import MISSES_WITHIN
from patients.record.models import Identifier, Patient
from patients.record.rules import plain

THROUGH_GLASS = frozenset(
    {
        Can.SEE_PATIENTS,
        Can.SEE_CHART,
        Can.SEE_MEDICATION,
        Can.SEE_CALENDAR,
        Can.SEE_CASEWORK,
        Can.SEE_DISCLOSURES,
        Can.DISCLOSE_IN_EMERGENCY,
    }
)
"""Rights that reach through broken glass: to read, and to tell medical personnel. Nothing is written, and no compartment opens."""


def windows_of(user: User) -> QuerySet[GlassBreak]:
    """Return the windows that somebody has open now, by the database's own clock."""
    return GlassBreak.objects.filter(recorded_by=user, closes_at__gt=Now(), closed_at__isnull=True)


def opened_to(user: User, reach: Collection[Membership], can: Can) -> QuerySet[GlassBreak] | None:
    """Return the windows through which a right reaches, or nothing when it reaches through none.

    Hardly anybody has one; the user's own row says so, and the statement stays as simple as it was.
    """
    if user.glass_until is None or can not in THROUGH_GLASS:
        return None
    return windows_of(user).filter(program__in={membership.program_id for membership in reach})


def kept_from(user: User, reach: Collection[Membership], can: Can, *, at_the_window: bool = False) -> QuerySet[Any, Any]:
    """Return the keys of the patients who do not exist for this user: conflicts, and restricted charts that do not name them.

    They are few, so the database makes the list once for a statement, whatever else the statement reads. An open window of the user's
    own lifts both; it was refused before if a conflict stands against it. `at_the_window` leaves restricted charts in: a dose is never
    withheld because a chart is (docs/decisions/0013).
    """
    conflicts = Conflict.objects.filter(user=user, ended_at__isnull=True)
    windows = opened_to(user, reach, can)
    if windows is not None:
        conflicts = conflicts.exclude(patient__in=windows.values("patient_id"))
    keys = conflicts.order_by().values("patient_id")
    bound = {membership.program_id for membership in user.current_memberships} - _keeps_the_list(reach)
    if at_the_window or not bound:
        return keys
    restricted = restrictions_against(user, bound)
    if windows is not None:
        restricted = restricted.exclude(patient__in=windows.values("patient_id"))
    return keys.union(restricted.order_by().values("patient_id"), all=True)


def restrictions_against(user: User, programs: Collection[int]) -> QuerySet[ChartRestriction]:
    """Return the restrictions in force in these programs that do not name this user."""
    named = AllowedReader.objects.filter(restriction=OuterRef("pk"), user=user, ended_at__isnull=True)
    return ChartRestriction.objects.filter(~Exists(named), program__in=programs, lifted_at__isnull=True)


def _keeps_the_list(reach: Collection[Membership]) -> set[int]:
    """Return the programs in which this very reach comes from a role that keeps the list of restricted charts."""
    return {m.program_id for m in reach if Can.RESTRICT_CHART in rights_of(frozenset({Role(m.role)}))}


def conflict_between(user: User, patient_id: int) -> str:
    """Return the tie between a user and a person, or nothing."""
    kinds = Conflict.objects.filter(user=user, patient_id=patient_id, ended_at__isnull=True).values_list("kind", flat=True)
    return "self" if "self" in (found := set(kinds)) else next(iter(found), "")


def misses_of(user: User, at: datetime) -> int:
    """Return how many of somebody's attempts found nobody of late."""
    return GlassAttempt.objects.filter(user=user, at__gt=at - MISSES_WITHIN).count()


def to_review(user: User) -> QuerySet[GlassBreak]:
    """Return the broken glass that waits for this privacy officer, never their own."""
    return _glass_in(user).filter(reviewed_at__isnull=True).exclude(recorded_by=user)


def reviewed(user: User) -> QuerySet[GlassBreak]:
    """Return the broken glass that was reviewed in this privacy officer's programs."""
    return _glass_in(user).filter(reviewed_at__isnull=False).select_related("reviewed_by")


def _glass_in(user: User) -> QuerySet[GlassBreak]:
    """Return the broken glass of the programs that this privacy officer oversees."""
    programs = {membership.program_id for membership in user.reach(Can.OVERSEE_PRIVACY)}
    return GlassBreak.objects.filter(program__in=programs).select_related("patient", "program", "recorded_by")


def read_through(glass: GlassBreak) -> QuerySet[AuditEvent]:
    """Return what its opener saw and did in this window, in its order."""
    until = glass.closed_at or glass.closes_at
    about = glass.patient.keys
    rows = AuditEvent.objects.filter(patient_id__in=about, actor_id=glass.recorded_by_id, at__gte=glass.recorded_at, at__lte=until)
    return rows.order_by("id")


def people_exactly(programs: Collection[int], name: str, birth_date: date | None, number: str) -> list[Patient]:
    """Return who in care in these programs bears this full name and birth date, or this number; nothing that is merely like it.

    Somebody bears also what a record says that was merged into theirs: name and day of one and the same record.
    """
    in_care = Episode.objects.filter(program__in=programs, discharged_on__isnull=True).values("patient_id")
    people = Patient.objects.filter(pk__in=in_care, deceased_on__isnull=True)
    if number.strip():
        known = Identifier.objects.alias(low=Lower("value")).filter(low=number.strip().lower())
        return list(people.filter(pk__in=known.values("patient_id"))[:2])
    if birth_date is None or not name.strip():
        return []
    asked = plain(name)
    records = Patient.objects.filter(Q(pk__in=people) | Q(merged_into__in=people), birth_date=birth_date).select_related("merged_into")
    bearing = (record for record in records.order_by("pk") if asked in {plain(record.legal_name), plain(record.display_name)})
    return list(dict.fromkeys(record.merged_into or record for record in bearing))


def restrictions_kept_by(user: User) -> QuerySet[ChartRestriction]:
    """Return the restrictions in force in the programs where this user keeps the list, with those whom each names."""
    programs = {membership.program_id for membership in user.reach(Can.RESTRICT_CHART)}
    readers = AllowedReader.objects.filter(ended_at__isnull=True).select_related("user")
    rows = ChartRestriction.objects.filter(program__in=programs, lifted_at__isnull=True).select_related("patient", "program")
    return rows.prefetch_related(Prefetch("readers", readers, "named"))


def conflicts_kept_by(user: User) -> QuerySet[Conflict]:
    """Return the ties in force that were recorded in the programs where this user keeps the list; of their own only what they declared."""
    programs = {membership.program_id for membership in user.reach(Can.RESTRICT_CHART)}
    rows = Conflict.objects.filter(program__in=programs, ended_at__isnull=True).exclude(~Q(recorded_by=user), user=user)
    return rows.select_related("patient", "user", "program")
