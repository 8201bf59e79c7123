"""Read the record of who did and saw what, as far as somebody may look into it."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from casemgr.core.accounts.models import Membership, User, UserKind
from casemgr.core.accounts.rules import Can
from casemgr.core.action import REGISTRY
from casemgr.core.audit.models import AuditEvent, Outcome
from casemgr.core.ui.keyset import PAGE, Slice, slice_of
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from patients.record.queries import record_that_stays

SORTS = {
    "at": "at",
    "who": "actor_name",
    "what": "verb",
    "about": "patient_id",
    "outcome": "outcome",
    "fact": "rests_on",
    "door": "address",
}
"""What the record can be sorted by: the column of the page, and the field that has an index for it."""
NEWEST_FIRST = "-at"


def patients_audited_by(user: User) -> QuerySet[Patient]:
    """Return the patients whom this user may know to be here and whose record of access they may look into.

    Both must hold for the same patient: whoever audits one site and nurses at another audits no patient there.
    """
    audited = patients_seen_by(user, can=Can.SEE_AUDIT).filter(pk=OuterRef("pk"))
    return patients_seen_by(user).filter(Exists(audited))


def events_seen_by(user: User) -> QuerySet[AuditEvent]:
    """Return the events about patients whom this user may know to be here, and those about nobody, of their own programs.

    An administrator knows no patients: they find sign-ins and accounts, and neither looks nor refused verbs whose words may hold a name.
    A privacy officer finds all (45 CFR 164.312(b)).
    """
    programs = {membership.program_id for membership in user.reach(Can.SEE_AUDIT)}
    if not programs:
        return AuditEvent.objects.none()
    staff = Membership.objects.filter(program__in=programs, user=OuterRef("actor_id"))
    machines = User.objects.exclude(kind=UserKind.PERSON).filter(pk=OuterRef("actor_id"))
    about_nobody = Q(patient_id__isnull=True) & (Q(actor_id__isnull=True) | Exists(staff) | Exists(machines))
    if not programs <= {membership.program_id for membership in user.reach(Can.SEE_PATIENTS)}:
        about_nobody &= ~Q(outcome=Outcome.SEEN) & ~Q(verb__in=_verbs_about_patients())
    seen = patients_audited_by(user).filter(pk=record_that_stays("patient_id"))
    return AuditEvent.objects.filter(about_nobody | Exists(seen)).annotate(
        patient_key=Subquery(Patient.objects.filter(pk=record_that_stays("patient_id")).values("public_id"))
    )


def key_of_patient(public_id: UUID) -> int | None:
    """Return the key of a person who was asked for in vain; the record of who tried is theirs."""
    return Patient.objects.filter(public_id=public_id).values_list("pk", flat=True).first()


def _verbs_about_patients() -> list[str]:
    """Return the verbs of every storey above the ground, which knows no patient."""
    return [name.rpartition(".")[2] for name in REGISTRY if not name.startswith("casemgr.core.")]


def narrowed(events: QuerySet[AuditEvent], asked: dict[str, Any], *, zone: ZoneInfo) -> QuerySet[AuditEvent]:
    """Return the events that were asked for: by whom, what, how it ended, about whom, on which days."""
    if asked.get("who"):
        events = events.filter(actor_name__icontains=asked["who"])
    if asked.get("what"):
        events = events.filter(verb__icontains=asked["what"].strip().replace(" ", "_"))
    if asked.get("outcome"):
        events = events.filter(outcome=asked["outcome"])
    if asked.get("patient"):
        events = events.filter(Q(patient_id__in=asked["patient"].keys) | Q(pk__in=_lists_with(asked["patient"])))
    if asked.get("since"):
        events = events.filter(at__gte=_start(asked["since"], zone))
    if asked.get("until"):
        events = events.filter(at__lt=_start(asked["until"] + timedelta(days=1), zone))
    return events


def _lists_with(patient: Patient) -> QuerySet[Any]:
    """Return the events of lists that showed a person among others."""
    return AuditEvent.objects.filter(people__overlap=patient.keys).exclude(people=[]).values("pk")


def page_of(events: QuerySet[AuditEvent], *, sort: str, after: str, size: int = PAGE) -> Slice[AuditEvent]:
    """Return one page of the record in an order, each order with its index; by person, what is about nobody is left out.

    A key belongs to the order in which it was given out.
    """
    field = SORTS[sort.lstrip("-")]
    if field == "patient_id":
        events = events.filter(patient_id__isnull=False)
    given, _mark, key = after.partition("!")
    found = slice_of(events, by=f"{'-' if sort.startswith('-') else ''}{field}", after=key if given == sort else "", size=size)
    return Slice(found.rows, f"{sort}!{found.next_key}" if found.next_key else "")


def _start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day."""
    return datetime.combine(day, time.min, tzinfo=zone)
