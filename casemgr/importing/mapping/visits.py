"""Map Encounter and Appointment: visits that took place elsewhere, and meetings with somebody who works here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from casemgr.importing.mapping.nodes import (
    Context,
    Node,
    NotMapped,
    check_status,
    clip,
    concept_of,
    concepts_of,
    display_of,
    period_of,
    reference_of,
    whole_minutes,
)

LONGEST_MINUTES = 24 * 60
"""A stay of more than a day has no minutes: it was no session."""

USUAL_LENGTH = timedelta(minutes=30)
"""How long a meeting is taken to last whose end is not told. The figure is ours."""

VIRTUAL = "VR"
NOT_OVER = frozenset({"arrived", "triaged", "in-progress", "onleave"})
APPOINTMENT_STATES = {
    "booked": "booked",
    "arrived": "kept",
    "checked-in": "kept",
    "fulfilled": "kept",
    "noshow": "no_show",
    "cancelled": "cancelled_by_staff",
}
"""FHIR appointmentstatus, as far as a meeting was agreed on."""

CANCELLED_BY_PATIENT = frozenset(
    {"pat", "pat-crs", "pat-cpp", "pat-dec", "pat-fb", "pat-lt", "pat-mt", "pat-mv", "pat-preg", "pat-swl", "pat-uwo"}
)
"""Codes of appointment-cancellation-reason that name the person."""


@dataclass(frozen=True)
class VisitFacts:
    """Hold one visit that took place."""

    title: str
    modality: str
    starts_at: datetime
    ends_at: datetime
    minutes: int | None


@dataclass(frozen=True)
class MeetingFacts:
    """Hold one meeting that was agreed on, and the professional it is with."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    state: str
    note: str
    practitioner: str


def map_encounter(node: Node, context: Context) -> VisitFacts | MeetingFacts:
    """Return a visit when it is over, a meeting when it is planned."""
    status = check_status(node)
    if status in NOT_OVER:
        raise NotMapped(f"it is still going on (“{status}”); import it again when it is over")
    if status in {"cancelled", "unknown"}:
        raise NotMapped(f"its status is “{status}”: it did not take place, or nobody knows")
    start, end = period_of(node.child("period"), context.zone)
    if start is None:
        raise NotMapped("it does not say on which day")
    if status == "planned":
        return MeetingFacts(
            "other", start, _after(start, end), "booked", _note(_kind_of_visit(node)), _practitioner(node, "individual", context)
        )
    end = end or start
    minutes = whole_minutes(start, end)
    return VisitFacts(
        title=_title(node, context),
        modality=_modality(node),
        starts_at=start,
        ends_at=end,
        minutes=minutes if 0 < minutes <= LONGEST_MINUTES else None,
    )


def map_appointment(node: Node, context: Context) -> MeetingFacts:
    """Return the facts of an Appointment."""
    status = check_status(node)
    if status not in APPOINTMENT_STATES:
        raise NotMapped(f"its status is “{status}”: it was not agreed on yet")
    start, end = node.moment("start", context.zone), node.moment("end", context.zone)
    if start is None:
        raise node.wrong("start", "is missing")
    if end is not None and end <= start:
        raise node.wrong("end", "is not after its start")
    state = APPOINTMENT_STATES[status]
    if state == "cancelled_by_staff" and concept_of(node.child("cancelationReason")).code in CANCELLED_BY_PATIENT:
        state = "cancelled_by_patient"
    words = node.string("description") or next((concept.title for concept in concepts_of(node, "serviceType")), "")
    return MeetingFacts("other", start, _after(start, end), state, _note(words), _practitioner(node, "actor", context))


def _after(start: datetime, end: datetime | None) -> datetime:
    return end if end and end > start else start + USUAL_LENGTH


def _note(words: str) -> str:
    return clip(words, 300)


def _practitioner(node: Node, person: str, context: Context) -> str:
    """Return the reference to the professional that a meeting is with."""
    references = (reference_of(child.child(person)) for child in node.children("participant"))
    return next((reference for reference in references if context.kind_of(reference) == "Practitioner"), "")


def _kind_of_visit(node: Node) -> str:
    return next((concept.title for concept in concepts_of(node, "type") if concept.title), "")


def _title(node: Node, context: Context) -> str:
    """Return what kind of visit it was, with whom and where."""
    seen_by = next((display_of(child.child("individual"), context) for child in node.children("participant")), "")
    where = display_of(node.child("serviceProvider"), context)
    return clip(" · ".join(part for part in (_kind_of_visit(node), seen_by, where) if part), 200)


def _modality(node: Node) -> str:
    kind = node.child("class", required=True)
    if "telephone" in _kind_of_visit(node).lower():
        return "phone"
    return "video" if kind is not None and kind.string("code") == VIRTUAL else "in_person"
