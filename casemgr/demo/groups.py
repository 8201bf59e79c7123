"""Let a weekly Dual Recovery group meet in the demo clinic: with places, a waitlist, notes, and one meeting still to be written down."""

from datetime import date, datetime, time, timedelta
from typing import Any

from casemgr.core.accounts.rules import Role
from casemgr.demo.arrival import staff_of
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from casemgr.demo.words import GROUP_NOTES, GROUP_TEXTS
from patients.caseload.queries import patients_seen_by
from treatment_plans.groups.actions import give_place, start_series, wait_for_place
from treatment_plans.groups.models import GroupMeeting, GroupSeries
from treatment_plans.groups.queries import meetings_of, roster_for
from treatment_plans.groups.writing.actions import record_meeting
from treatment_plans.sessions.actions import Part, sign_session
from treatment_plans.sessions.queries import goals_by_patient

WEEKS = 3
"""Meetings that are written down; the one of yesterday waits for its note."""

PLACES, WAITING = 8, 2


def meet_in_groups(life: Life) -> None:
    """Found the group so that its last meeting was yesterday, give places, write down the meetings before that."""
    therapist, peer = life.clinic.staff["therapist@demo.test"], life.clinic.staff["peer@demo.test"]
    yesterday = life.today - timedelta(days=1)
    begins = yesterday - timedelta(weeks=WEEKS)
    founded: datetime = life.moment(begins - timedelta(days=2), 10)
    people = _people(life, begins)
    if len(people) < 2:
        return
    common: dict[str, Any] = {"by": therapist, "at": founded}
    series = start_series(
        site=life.clinic.sites[0],
        title="Dual Recovery",
        about="For people who live with both; what was tried, what helped.",
        techniques=["group", "psychoeducation"],
        capacity=PLACES,
        starts_on=begins,
        begins_at=time(15),
        minutes=75,
        facilitators=[therapist, peer],
        **common,
    )
    goals = goals_by_patient([person.course.patient for person in people])
    for person in people[:PLACES]:
        own = goals[person.course.patient.pk]
        give_place(series=series, patient=person.course.patient, on=begins, goal=own[0] if own else None, **common)
    for person in people[PLACES : PLACES + WAITING]:
        wait_for_place(series=series, patient=person.course.patient, on=yesterday, **{**common, "at": life.until})
    for number, meeting in enumerate(list(meetings_of(series).filter(ends_at__lte=life.until).order_by("starts_at"))[:WEEKS]):
        _write(life, series, meeting, number)


def _people(life: Life, begins: date) -> list[Persona]:
    """Return who may have a place: in care since before, with the therapist of the group."""
    therapist = life.clinic.staff["therapist@demo.test"]
    mine = [p for p in life.in_care if p.admitted_on <= begins and staff_of(life, p)[Role.THERAPIST].pk == therapist.pk]
    seen = set(patients_seen_by(therapist).values_list("pk", flat=True))
    return [person for person in mine if person.course.patient.pk in seen]


def _write(life: Life, series: GroupSeries, meeting: GroupMeeting, number: int) -> None:
    """Write down one meeting and sign it."""
    therapist, peer = life.clinic.staff["therapist@demo.test"], life.clinic.staff["peer@demo.test"]
    day = meeting.starts_at.astimezone(series.site.zone).date()
    roster = roster_for(series, day, therapist)
    goals = goals_by_patient([place.patient for place in roster])
    parts = []
    for place_number, place in enumerate(roster):
        if (place_number + number) % 5 == 4:
            parts.append(Part(place.patient, state="absent"))
            continue
        own = goals[place.patient_id][:1]
        note = GROUP_NOTES[(place_number + number) % len(GROUP_NOTES)]
        parts.append(Part(place.patient, note=note, goals=own, no_goal_reason="" if own else "No plan in force yet."))
    at = meeting.ends_at + timedelta(minutes=10)
    text = GROUP_TEXTS[number % len(GROUP_TEXTS)]
    times: dict[str, Any] = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at, "by": therapist, "at": at}
    written = record_meeting(
        meeting=meeting, parts=parts, shared_text=text, led_with=[peer], techniques=series.techniques, **times
    )  # fmt: skip
    if written.session is not None:
        sign_session(session=written.session, by=therapist, at=at + timedelta(minutes=5))
