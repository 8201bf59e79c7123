from datetime import UTC, datetime

import pytest

from casemgr.importing.mapping.nodes import Node, NotMapped, Wrong
from casemgr.importing.mapping.visits import MeetingFacts, VisitFacts, map_appointment, map_encounter

START, END = "2025-11-03T10:00:00Z", "2025-11-03T10:45:00Z"


def encounter(**fields) -> Node:
    base = {"status": "finished", "class": {"code": "AMB"}, "type": [{"text": "Check-up"}], "period": {"start": START, "end": END}}
    return Node({**base, **fields}, "Encounter")


def appointment(**fields) -> Node:
    return Node({"status": "booked", "start": START, "end": END, **fields}, "Appointment")


def test_a_visit_that_is_over_tells_what_with_whom_and_where(context):
    who = [{"individual": {"display": "Dr. Ada Okafor"}}]
    facts = map_encounter(encounter(participant=who, serviceProvider={"display": "Lakeside Hospital"}), context)
    assert facts == VisitFacts(
        "Check-up · Dr. Ada Okafor · Lakeside Hospital",
        "in_person",
        datetime(2025, 11, 3, 10, tzinfo=UTC),
        datetime(2025, 11, 3, 10, 45, tzinfo=UTC),
        45,
    )


@pytest.mark.parametrize(
    ("fields", "modality"),
    [({"class": {"code": "VR"}}, "video"), ({"class": {"code": "VR"}, "type": [{"text": "Telephone encounter"}]}, "phone")],
)
def test_a_visit_tells_how_people_met(context, fields, modality):
    assert map_encounter(encounter(**fields), context).modality == modality


def test_a_stay_of_days_has_no_minutes(context):
    facts = map_encounter(encounter(period={"start": START, "end": "2025-11-20T10:00:00Z"}), context)
    assert facts.minutes is None


def test_a_planned_visit_is_a_meeting(context):
    facts = map_encounter(encounter(status="planned", period={"start": START}), context)
    assert isinstance(facts, MeetingFacts)
    assert (facts.state, facts.ends_at) == ("booked", datetime(2025, 11, 3, 10, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "in-progress"}, "it is still going on"),
        ({"status": "cancelled"}, "it did not take place"),
        ({"period": {}}, "it does not say on which day"),
    ],
)
def test_a_visit_that_did_not_end_is_left_out(context, fields, reason):
    with pytest.raises(NotMapped, match=reason):
        map_encounter(encounter(**fields), context)


def test_a_visit_that_ends_before_it_starts_is_wrong(context):
    with pytest.raises(Wrong, match=r"^Encounter\.period\.end is before its start\.$"):
        map_encounter(encounter(period={"start": END, "end": START}), context)


def test_a_visit_of_no_class_is_wrong(context):
    with pytest.raises(Wrong, match=r"^Encounter\.class is missing\.$"):
        map_encounter(Node({"status": "finished", "period": {"start": START}}, "Encounter"), context)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "booked"),
        ({"status": "fulfilled"}, "kept"),
        ({"status": "noshow"}, "no_show"),
        ({"status": "cancelled"}, "cancelled_by_staff"),
        ({"status": "cancelled", "cancelationReason": {"coding": [{"code": "pat-cpp"}]}}, "cancelled_by_patient"),
    ],
)
def test_a_meeting_tells_what_became_of_it(context, fields, state):
    assert map_appointment(appointment(**fields), context).state == state


@pytest.mark.parametrize("status", ["proposed", "pending", "waitlist"])
def test_a_meeting_not_agreed_on_is_left_out(context, status):
    with pytest.raises(NotMapped, match="it was not agreed on yet"):
        map_appointment(appointment(status=status), context)


def test_the_professional_is_found_among_those_who_take_part(context):
    context.resources = {"urn:uuid:p": {"resourceType": "Patient"}, "urn:uuid:d": {"resourceType": "Practitioner"}}
    actors = [{"actor": {"reference": r}} for r in ("urn:uuid:p", "Location/1", "urn:uuid:d")]
    assert map_appointment(appointment(participant=actors), context).practitioner == "urn:uuid:d"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"start": ""}, "Appointment.start is missing."), ({"end": START}, "Appointment.end is not after its start.")],
)
def test_a_meeting_at_no_time_is_wrong(context, fields, sentence):
    with pytest.raises(Wrong) as wrong:
        map_appointment(appointment(**fields), context)
    assert str(wrong.value) == sentence
