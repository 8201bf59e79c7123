"""Read what waits for a signature or a second one, and what was added to signed notes."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Now, TruncDate

from casemgr.core.accounts.models import Membership, Program, User
from casemgr.core.accounts.rules import Can, Role, rights_of
from patients.guarding.queries import kept_from
from treatment_plans.sessions.models import Attendance, Session, SessionKind
from treatment_plans.signing.models import (
    CosignAnswer,
    CosignRequest,
    CosignState,
    NoteAddendum,
    NoteInError,
    SigningPolicy,
    Supervision,
)
from treatment_plans.signing.rules import BANDS, Lateness, Terms, band_of, lateness

OPEN = (CosignState.WAITING, CosignState.RETURNED)
COSIGNERS = tuple(role for role in Role if Can.COSIGN_NOTES in rights_of(frozenset({role})))
"""Whoever holds one of these roles may co-sign."""


def terms_of(program_id: int, at: datetime) -> Terms:
    """Return what a program asked of signatures at a moment."""
    found = SigningPolicy.objects.filter(program=program_id, recorded_at__lte=at).order_by("-recorded_at", "-pk").first()
    return found.terms if found else Terms()


def current_supervisions() -> QuerySet[Supervision]:
    """Return who supervises whom today."""
    today = TruncDate(Now())
    return Supervision.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today), starts_on__lte=today)


def supervisions_in(programs: QuerySet[Program]) -> QuerySet[Supervision]:
    """Return who supervises whom in these programs, or did."""
    rows = Supervision.objects.filter(program__in=programs)
    return rows.select_related("supervisor", "clinician", "program").order_by(
        F("ends_on").desc(nulls_first=True), "clinician__full_name", "pk"
    )


def is_supervised_by(author_id: int, user: User, program_id: int) -> bool:
    """Say whether somebody supervises somebody in a program today."""
    return current_supervisions().filter(clinician=author_id, supervisor=user, program=program_id).exists()


def is_every_note_cosigned(author_id: int, program_id: int) -> bool:
    """Say whether somebody is in training, so that each of their notes is co-signed."""
    return current_supervisions().filter(clinician=author_id, program=program_id, is_every_note=True).exists()


def requests_seen_by(user: User) -> QuerySet[CosignRequest]:
    """Return the co-signatures asked of somebody: notes of those whom they supervise today, never their own.

    Whoever supervises reads the note of a person who is not on their own caseload; a restricted chart and a tie keep it from them.
    """
    reach = user.reach(Can.COSIGN_NOTES)
    programs = {membership.program_id for membership in reach}
    mine = current_supervisions().filter(supervisor=user, clinician=OuterRef("author"), program=OuterRef("program"))
    return (
        CosignRequest.objects.filter(Exists(mine), program__in=programs)
        .exclude(author=user)
        .exclude(attendance__patient__in=kept_from(user, reach, Can.COSIGN_NOTES))
        .select_related("attendance__session__site__program", "attendance__patient", "author", "program")
    )


def to_cosign(user: User) -> QuerySet[CosignRequest]:
    """Return the notes that wait for this person's co-signature."""
    return requests_seen_by(user).filter(state=CosignState.WAITING)


def returned_to(user: User) -> QuerySet[CosignRequest]:
    """Return the notes that came back to their author with a comment, the oldest first."""
    reach = user.reach(Can.WRITE_SESSION)
    return (
        CosignRequest.objects.filter(author=user, state=CosignState.RETURNED)
        .exclude(attendance__patient__in=kept_from(user, reach, Can.WRITE_SESSION))
        .select_related("attendance__session__site", "attendance__patient", "author")
        .prefetch_related(_answers())
        .order_by("recorded_at", "pk")
    )


def additions_to(session: Session) -> dict[int, dict[str, Any]]:
    """Return by attendance what was added to the notes of a session, asked and said of them: four statements in all."""
    notes: dict[int, dict[str, Any]] = {}
    of_session = {"attendance__session": session}
    for addendum in NoteAddendum.objects.filter(**of_session).select_related("recorded_by").order_by("recorded_at", "pk"):
        notes.setdefault(addendum.attendance_id, {}).setdefault("addenda", []).append(addendum)
    for mark in NoteInError.objects.filter(**of_session).select_related("recorded_by"):
        notes.setdefault(mark.attendance_id, {})["in_error"] = mark
    for request in CosignRequest.objects.filter(**of_session).prefetch_related(_answers()):
        notes.setdefault(request.attendance_id, {}).update(request=request, answers=answers_to(request))
    return notes


def policies_of(program_id: int) -> list[SigningPolicy]:
    """Return everything that a program ever asked of signatures, the latest first."""
    return list(SigningPolicy.objects.filter(program=program_id).order_by("-recorded_at", "-pk"))


def lateness_of(note: Attendance, session: Session, policies: Sequence[SigningPolicy], *, at: datetime) -> Lateness:
    """Say whether a note was late, by what the program asked when it was signed."""
    moment = note.signed_at or at
    terms = next((policy.terms for policy in policies if policy.recorded_at <= moment), Terms())
    return lateness(ended_at=session.ends_at, recorded_at=note.recorded_at, signed_at=note.signed_at, terms=terms)


def in_error() -> Exists:
    """Match attendances whose note was marked as entered in error."""
    return Exists(NoteInError.objects.filter(attendance=OuterRef("pk")))


def all_in_error() -> Q:
    """Match sessions of which every note was marked as entered in error."""
    wrong = NoteInError.objects.filter(attendance__session=OuterRef("pk"))
    right = Attendance.objects.filter(~in_error(), session=OuterRef("pk"))
    return Q(Exists(wrong)) & ~Q(Exists(right))


def unsigned_in(programs: Collection[int], *, ended_before: datetime | None = None) -> QuerySet[Attendance]:
    """Return the notes of these programs that nobody has signed; visits elsewhere are nobody's to sign."""
    waiting = Attendance.objects.filter(session__site__program__in=programs, signed_at__isnull=True)
    waiting = waiting.filter(session__ends_at__lt=ended_before) if ended_before else waiting
    return waiting.exclude(session__kind=SessionKind.ENCOUNTER).exclude(session__clinician__isnull=True)


def in_bands(now: datetime) -> dict[str, Count]:
    """Return what counts unsigned notes by their age, `band_0` the new ones."""
    edges = [timedelta(days=-36500), *BANDS, timedelta(days=36500)]
    return {
        f"band_{number}": Count("pk", filter=Q(session__ends_at__gte=now - oldest, session__ends_at__lt=now - newest))
        for number, (newest, oldest) in enumerate(pairwise(edges))
    }


def by_age(notes: Sequence[Attendance], now: datetime) -> list[tuple[int, list[Attendance]]]:
    """Return unsigned notes by their band of age, the oldest band first; bands without a note are left out."""
    bands: dict[int, list[Attendance]] = {}
    for note in notes:
        bands.setdefault(band_of(now - note.session.ends_at), []).append(note)
    return sorted(bands.items(), reverse=True)


def unsigned_by_author(waiting: QuerySet[Attendance], now: datetime) -> QuerySet[Any, Any]:
    """Return for each author how many notes wait in each band, whose have waited longest first; no name of a person in care."""
    by_author = waiting.order_by().values(who=F("session__clinician__full_name"), author=F("session__clinician"))
    return by_author.annotate(notes=Count("pk"), oldest=Min("session__ends_at"), **in_bands(now)).order_by("oldest", "author")


def cosignatures_by_author(programs: Collection[int]) -> QuerySet[Any, Any]:
    """Return for each author how many co-signatures are open, and whether anybody is named who could give them: here, and still."""
    still = Membership.objects.current().filter(role__in=COSIGNERS, user=OuterRef("supervisor"), program=OuterRef("program"))
    held = current_supervisions().filter(Exists(still), supervisor__is_active=True)
    named = held.filter(clinician=OuterRef("author"), program=OuterRef("program"))
    rows = CosignRequest.objects.filter(program__in=programs, state__in=OPEN).order_by()
    return (
        rows.values(who=F("author__full_name"), by=F("author"), where=F("program__name"))
        .annotate(
            notes=Count("pk", filter=Q(state=CosignState.WAITING)),
            returned=Count("pk", filter=Q(state=CosignState.RETURNED)),
            oldest=Min("recorded_at"),
            is_named=Exists(named.filter(clinician=OuterRef("by"))),
        )
        .order_by("oldest", "by")
    )


def answers_to(request: CosignRequest) -> list[CosignAnswer]:
    """Return what supervisors answered to a request that was read with its answers."""
    said: list[CosignAnswer] = request.said  # type: ignore[attr-defined]  # `_answers` puts it there
    return said


def _answers() -> "Prefetch[str, QuerySet[CosignAnswer], str]":
    """Read what supervisors answered along, in one statement."""
    return Prefetch("answers", queryset=CosignAnswer.objects.select_related("recorded_by").order_by("recorded_at", "pk"), to_attr="said")
