from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.refusals import Refused
from treatment_plans.mutual_help.actions import change_meeting, list_meeting, mark_meeting_told_as_error, tell_of_meeting
from treatment_plans.mutual_help.models import MeetingTold, MutualHelpMeeting
from treatment_plans.mutual_help.queries import days_told
from treatment_plans.mutual_help.rules import in_order_of, is_stale, per_week

PERSON_QUERIES = 13
# session, user, memberships, patient, two for the program in hand, its zone, days told, meetings, told, peers, the audit row, counts of the navigation
TODAY = date(2026, 3, 31)


def test_the_rules_of_the_directory():
    assert per_week([TODAY, TODAY - timedelta(days=27), TODAY - timedelta(days=28), TODAY + timedelta(days=1)], TODAY) == 0.5
    assert [is_stale(day, TODAY) for day in (None, TODAY - timedelta(days=180), TODAY - timedelta(days=179))] == [True, True, False]
    assert in_order_of([(False, True), (True, False), (True, True), (False, False)]) == [2, 1, 0, 3]


@pytest.fixture
def listed(clinic):
    """Return a function that puts a meeting into the directory."""

    def _listed(**facts):
        kept = {"program": clinic.program, "by": clinic.case_manager, "at": timezone.now()}
        known = {"fellowship": "dra", "name": "Tuesday hope", "weekday": 1, "starts": time(19), "place": "12 Elm Street"}
        return list_meeting(**{**known, **facts}, **kept)

    return _listed


def at(name, *arguments):
    return reverse(f"treatment_plans:{name}", args=arguments)


def test_a_meeting_can_be_found_is_checked_when_it_changes_and_stays_for_those_who_went(clinic, listed, sign_in):
    row = listed(medication="yes")
    with pytest.raises(Refused) as refused:
        listed(place="", fellowship="bowling")
    assert [reason.field for reason in refused.value.reasons] == ["fellowship", "place"]
    with pytest.raises(Refused):
        change_meeting(meeting=row, changes={"program": None}, by=clinic.case_manager, at=timezone.now())
    browser = sign_in(clinic.case_manager)
    said = {"fellowship": "na", "name": "Noon", "weekday": "4", "starts": "12:00", "minutes": "60", "phone": "555 0100", "language": "es",
            "medication": "no", "is_active": "on"}  # fmt: skip
    assert browser.get(at("new_mutual_help")).status_code == 200
    assert browser.post(at("new_mutual_help"), said).url == at("mutual_help")
    noon = MutualHelpMeeting.objects.get(name="Noon")
    assert browser.post(at("change_mutual_help", noon.pk), {**said, "minutes": "90"}).url == at("mutual_help")
    shown = browser.get(at("mutual_help")).content.decode()
    assert all(words in shown for words in ("Tuesday hope", "Noon", "do not suggest it to somebody on medication"))
    assert "Noon" not in browser.get(at("mutual_help"), {"medication": "yes"}).content.decode()
    assert "Tuesday hope" not in browser.get(at("mutual_help"), {"of": "na"}).content.decode()
    change_meeting(meeting=noon, changes={"is_active": False}, by=clinic.case_manager, at=timezone.now())
    desk = sign_in(clinic.front_desk)
    assert "Noon" not in desk.get(at("mutual_help")).content.decode()
    assert desk.get(at("new_mutual_help")).status_code == 403


def test_what_somebody_tells_is_theirs_and_never_required(clinic, listed, sign_in, query_count):
    patient = clinic.patient(team=(clinic.peer, clinic.therapist))
    now, meeting = timezone.now(), listed()
    common = {"patient": patient, "program": clinic.program, "by": clinic.peer, "at": now}
    today = now.astimezone(clinic.program.zone).date()
    browser = sign_in(clinic.peer)
    page = at("mutual_help_of", patient.public_id)
    assert "That says nothing about whether somebody goes." in browser.get(page).content.decode()
    assert browser.get(at("tell_mutual_help", patient.public_id)).status_code == 200
    told = {"meeting": str(meeting.pk), "went_on": today.isoformat(), "words": "Felt at home"}
    assert browser.post(at("tell_mutual_help", patient.public_id), told).url == page
    assert browser.post(at("tell_mutual_help", patient.public_id), {"went_on": today.isoformat()}).status_code == 422
    with pytest.raises(Refused):
        tell_of_meeting(fellowship="aa", went_on=today + timedelta(days=2), **common)
    for number in range(11):
        tell_of_meeting(fellowship="aa", went_on=today - timedelta(days=number), **common)
        listed(name=f"Meeting {number}")
    with query_count(PERSON_QUERIES):
        shown = browser.get(page).content.decode()
    assert all(words in shown for words in ("Felt at home", "Dual Recovery Anonymous", "3.0"))
    row = MeetingTold.objects.order_by("pk").first()
    assert browser.get(at("mutual_help_error", row.pk)).status_code == 200
    assert browser.post(at("mutual_help_error", row.pk), {"why": "Another day"}).url == page
    with pytest.raises(Refused):
        mark_meeting_told_as_error(told=row, why="", by=clinic.peer, at=now)
    assert len(days_told(patient, [clinic.program.pk], today)) == 11
