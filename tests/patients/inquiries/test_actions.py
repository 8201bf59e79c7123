from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.outbox.draining import drain
from casemgr.core.refusals import Denied, Refused
from patients.episodes.actions import admit_patient
from patients.episodes.models import AdmissionFacts
from patients.inquiries.actions import (
    change_inquiry,
    close_inquiry,
    link_inquiry,
    note_inquiry_step,
    put_on_waitlist,
    record_screening_visit,
    register_from_inquiry,
    take_inquiry,
    take_on_inquiry,
    triage_inquiry,
)
from patients.inquiries.models import Inquiry, InquiryCall, Triage, WaitlistPlace
from patients.inquiries.queries import (
    help_owed,
    in_danger_calling,
    in_danger_waiting,
    inquiries_seen_by,
    people_like,
    to_call_back,
    waitlist_seen_by,
)
from patients.record.models import ContactPoint
from patients.safety.models import SafetyConcern
from referrals.casework.models import Task

TODAY = date(2026, 3, 4)
NAMED = {"given_name": "Rosa", "family_name": "Quintana", "birth_date": date(1991, 7, 1)}


def _said(refused):
    return {reason.field for reason in refused.value.reasons}


def test_nothing_is_needed_but_who_asks(ask):
    inquiry = ask(asker="family", asker_name=" The mother ")
    assert (inquiry.patient, inquiry.state, str(inquiry), inquiry.asker_name) == (None, "open", "Name not given", "The mother")
    assert not Task.objects.exists()


def test_what_cannot_be_is_named_at_once(clinic, desk, now):
    with pytest.raises(Refused) as refused:
        take_inquiry(
            site=clinic.north, asker="?", received_at=now + timedelta(hours=1), birth_date=date(2030, 1, 1), language="other", may_text=True,
            **desk,
        )  # fmt: skip
    assert _said(refused) == {"asker", "received_at", "birth_date", "language_name", "call_back"}
    with pytest.raises(Denied):
        take_inquiry(site=clinic.north, asker="person", received_at=now, by=clinic.director, at=now)


def test_a_yes_counts_at_once_whatever_was_done(clinic, ask, desk, now):
    calm, danger = ask(days=3), ask(days=0, answers={"suicidal": "yes"})
    assert (danger.pace, danger.call_by) == (1, now)
    assert list(to_call_back(clinic.front_desk)) == [danger, calm]
    assert Triage.objects.get().done == []
    assert not SafetyConcern.objects.exists(), "there is nobody yet whose concern it could be"


def test_danger_of_somebody_with_a_chart_is_a_concern_and_an_urgent_task_once(clinic, ask, desk):
    patient = clinic.patient()
    inquiry = ask(answers={"overdosed": "yes", "suicide_plan": "yes"}, done=["lifeline"], done_words="Stayed on the line.")
    link_inquiry(inquiry=inquiry, patient=patient, **desk)
    concern = SafetyConcern.objects.get(patient=patient)
    assert (concern.source, concern.level, concern.state) == ("inquiry", 4, "open")
    assert "an overdose in the last 30 days; a plan, or steps toward it" in concern.signals.get().words
    assert "Gave or called 988; Stayed on the line." in concern.signals.get().words
    drain(at=desk["at"])
    assert Task.objects.filter(patient=patient, urgency=1).count() >= 1
    before = Task.objects.count()
    link_inquiry(inquiry=inquiry, patient=patient, **desk)
    drain(at=desk["at"])
    assert (SafetyConcern.objects.count(), Task.objects.count()) == (1, before)


def test_danger_of_a_linked_person_in_a_later_call_is_told_at_once(clinic, ask, desk):
    inquiry = link_inquiry(inquiry=ask(), patient=clinic.patient(), **desk)
    assert not SafetyConcern.objects.exists()
    triage_inquiry(inquiry=inquiry, overdose_now="yes", done=["emergency", "naloxone_given"], **desk)
    assert SafetyConcern.objects.get().level == 4


def test_danger_told_in_an_inquiry_that_was_closed_meanwhile_opens_it_again_and_somebody_is_called(clinic, ask, desk, now):
    inquiry = ask(days=0)
    close_inquiry(inquiry=inquiry, because="declined", words="Calls again.", **desk)
    with pytest.raises(Refused, match="This inquiry is closed"):
        triage_inquiry(inquiry=inquiry, suicidal="no", pregnant="yes", **desk)
    inquiry.refresh_from_db()
    assert (inquiry.state, Triage.objects.count()) == ("closed", 0)
    triage_inquiry(inquiry=inquiry, suicidal="yes", **desk)
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.ended_because, inquiry.ended_at, inquiry.ended_words) == ("open", "", None, "")
    drain(at=now)
    assert _called() == [(clinic.therapist, "site", 0)]


def test_an_inquiry_that_is_opened_again_waits_where_it_waited_and_is_in_nobodys_hand(clinic, ask, desk, now):
    inquiry = ask(days=0, answers={"pregnant": "yes", "injects": "yes"})
    place = put_on_waitlist(inquiry=inquiry, joined_on=TODAY, **desk)
    owed_then = (place.priority, place.interim_by, place.admit_by)
    take_on_inquiry(inquiry=inquiry, by=clinic.case_manager, at=now)
    close_inquiry(inquiry=inquiry, because="not_reached", words="Three tries.", **desk)
    triage_inquiry(inquiry=inquiry, suicidal="yes", **desk)
    inquiry.refresh_from_db()
    place.refresh_from_db()
    assert (inquiry.state, inquiry.in_hand, place.left_on, place.left_because, place.left_words) == ("waiting", None, None, "", "")
    assert (place.priority, place.interim_by, place.admit_by) == owed_then
    assert list(to_call_back(clinic.front_desk)) == [inquiry]


def test_the_order_of_the_waitlist_rests_on_all_that_was_ever_said(ask, desk):
    inquiry = ask(days=0, answers={"pregnant": "yes"})
    triage_inquiry(inquiry=inquiry, injects="yes", **desk)
    triage_inquiry(inquiry=inquiry, has_naloxone="no", **desk)
    assert put_on_waitlist(inquiry=inquiry, joined_on=TODAY, **desk).priority == 1


def test_danger_is_not_closed_away_without_a_word(clinic, ask, desk, now):
    """Whoever closes it may have opened the page before a colleague wrote the danger down."""
    inquiry = ask(days=0, answers={"suicidal": "yes"})
    with pytest.raises(Refused, match="nothing says that anybody reached them") as refused:
        close_inquiry(inquiry=inquiry, because="declined", **desk)
    assert _said(refused) == {"words"}
    inquiry.refresh_from_db()
    assert inquiry.state == "open"
    note_inquiry_step(inquiry=inquiry, kind="reached", happened_at=now, **desk)
    close_inquiry(inquiry=inquiry, because="declined", **desk)
    other = ask(days=0, pace=1)
    with pytest.raises(Refused, match="nothing says that anybody reached them"):
        close_inquiry(inquiry=other, because="declined", **desk)
    close_inquiry(inquiry=other, because="declined", words="The police brought her to Mercy Hospital.", **desk)
    assert set(Inquiry.objects.values_list("state", flat=True)) == {"closed"}


def test_danger_of_somebody_with_a_chart_is_a_concern_though_the_inquiry_is_closed(clinic, ask, desk):
    inquiry, person = ask(), clinic.patient()
    link_inquiry(inquiry=inquiry, patient=person, **desk)
    close_inquiry(inquiry=inquiry, because="declined", **desk)
    triage_inquiry(inquiry=inquiry, suicidal="yes", **desk)
    inquiry.refresh_from_db()
    assert (inquiry.state, SafetyConcern.objects.get().patient) == ("closed", person)


def test_what_was_asked_at_once_is_never_changed(ask):
    ask(answers={"suicidal": "no"})
    with pytest.raises(DatabaseError), transaction.atomic():
        Triage.objects.update(suicidal="yes")


@pytest.mark.parametrize(
    ("answers", "priority", "owes"),
    [({"pregnant": "yes", "injects": "yes"}, 1, True), ({"injects": "yes"}, 3, True), ({"injects": "no"}, 4, False), (None, 4, False)],
)
def test_the_waitlist_is_ordered_by_pregnancy_and_injecting(ask, desk, answers, priority, owes):
    place = put_on_waitlist(inquiry=ask(answers=answers), joined_on=TODAY, **desk)
    assert (place.priority, place.interim_by is not None, place.admit_by is not None) == (priority, owes, owes)
    with pytest.raises(Refused, match="on the waitlist already"):
        put_on_waitlist(inquiry=place.inquiry, joined_on=TODAY, **desk)


def test_help_given_while_waiting_moves_the_day_by_which_a_place_is_owed(clinic, ask, desk, now):
    inquiry = ask(days=1, answers={"injects": "yes"})
    place = put_on_waitlist(inquiry=inquiry, joined_on=TODAY, **desk)
    assert place.admit_by == date(2026, 3, 17)
    assert list(help_owed(clinic.front_desk)) == [place]
    note_inquiry_step(inquiry=inquiry, kind="interim", given_help="counseling", happened_at=now, **desk)
    place.refresh_from_db()
    assert (place.interim_by, place.admit_by) == (None, date(2026, 7, 1))
    assert not help_owed(clinic.front_desk).exists()
    with pytest.raises(Refused) as refused:
        note_inquiry_step(inquiry=inquiry, kind="interim", happened_at=now + timedelta(hours=1), **desk)
    assert _said(refused) == {"given_help", "happened_at"}


@pytest.mark.parametrize(
    ("answers", "given_help", "days", "interim_owed", "admit_by"),
    [
        ({"injects": "yes"}, "other", 1, True, date(2026, 3, 17)),
        ({"injects": "yes"}, "peer", 1, True, date(2026, 3, 17)),
        ({"injects": "yes"}, "counseling", 13, False, date(2026, 3, 5)),
        ({"injects": "yes", "pregnant": "yes"}, "prenatal", 1, False, date(2026, 3, 17)),
    ],
)
def test_neither_a_leaflet_nor_late_help_nor_pregnancy_lets_somebody_wait_longer(
    ask, desk, now, answers, given_help, days, interim_owed, admit_by
):
    inquiry = ask(days=days, answers=answers)
    place = put_on_waitlist(inquiry=inquiry, joined_on=TODAY, **desk)
    note_inquiry_step(inquiry=inquiry, kind="interim", given_help=given_help, happened_at=now, **desk)
    place.refresh_from_db()
    assert (place.interim_by is not None, place.admit_by) == (interim_owed, admit_by)


def test_whoever_is_to_be_admitted_stays_on_the_waitlist_until_they_are(clinic, ask, desk, now):
    inquiry = ask(answers={"pregnant": "yes", "injects": "yes"})
    place = put_on_waitlist(inquiry=inquiry, joined_on=TODAY, **desk)
    link_inquiry(inquiry=inquiry, patient=clinic.patient(), **desk)
    record_screening_visit(inquiry=inquiry, outcome="admit", held_at=now, **desk)
    assert (waitlist_seen_by(clinic.front_desk, clinic.program, now), list(help_owed(clinic.front_desk))) == ([place], [place])
    record_screening_visit(inquiry=inquiry, outcome="wait", held_at=now, **desk)
    inquiry.refresh_from_db()
    assert (inquiry.state, WaitlistPlace.objects.get()) == ("waiting", place)


def test_a_later_answer_moves_somebody_up_and_an_unknown_does_not_move_them_down(ask, desk):
    inquiry = ask(answers={"injects": "no"})
    place = put_on_waitlist(inquiry=inquiry, joined_on=TODAY, **desk)
    triage_inquiry(inquiry=inquiry, pregnant="yes", **desk)
    triage_inquiry(inquiry=inquiry, pregnant="unknown", **desk)
    place.refresh_from_db()
    assert place.priority == 2


def test_position_days_and_naloxone_stand_on_the_list(clinic, ask, desk, now):
    late, early, first = ask(), ask(), ask(answers={"pregnant": "yes"})
    put_on_waitlist(inquiry=late, joined_on=TODAY, **desk)
    put_on_waitlist(inquiry=early, joined_on=TODAY - timedelta(days=20), **desk)
    put_on_waitlist(inquiry=first, joined_on=TODAY, **desk)
    note_inquiry_step(inquiry=early, kind="naloxone", happened_at=now, **desk)
    places = waitlist_seen_by(clinic.front_desk, clinic.program, now)
    assert [(place.position, place.inquiry) for place in places] == [(1, first), (2, early), (3, late)]
    assert [(place.facts.days, place.facts.is_long, place.facts.has_naloxone) for place in places[1:]] == [
        (20, True, True),
        (0, False, False),
    ]


def test_leaving_the_waitlist_has_a_reason_and_sending_on_an_address(ask, desk):
    inquiry = ask()
    place = put_on_waitlist(inquiry=inquiry, joined_on=TODAY, **desk)
    with pytest.raises(Refused) as refused:
        close_inquiry(inquiry=inquiry, because="referred", **desk)
    assert _said(refused) == {"went_to"}
    close_inquiry(inquiry=inquiry, because="admitted_elsewhere", words="Started at Hill Street.", **desk)
    place.refresh_from_db()
    assert (place.left_on, place.left_because, place.left_words) == (TODAY, "admitted_elsewhere", "Started at Hill Street.")
    for act in (
        lambda: close_inquiry(inquiry=inquiry, because="declined", **desk),
        lambda: change_inquiry(inquiry=inquiry, given_name="x", **desk),
        lambda: take_on_inquiry(inquiry=inquiry, **desk),
    ):
        with pytest.raises(Refused, match="closed"):
            act()
    with pytest.raises(IntegrityError, match="leaving_the_waitlist_has_a_reason"), transaction.atomic():
        WaitlistPlace.objects.update(left_because="")


def test_who_may_be_the_same_is_shown_with_reasons_before_a_record_is_made(clinic, ask, desk):
    known = clinic.patient(given="Rosa", family="Quintana", birth_date=date(1991, 7, 1))
    inquiry = ask(**NAMED)
    assert [(candidate.patient, candidate.words) for candidate in people_like(inquiry)] == [(known, "same birth date, same name")]
    with pytest.raises(Refused) as refused:
        register_from_inquiry(inquiry=inquiry, site=clinic.north, **NAMED, **desk)
    assert _said(refused) == {"not_same_as"}
    assert people_like(ask()) == []


def test_a_new_record_takes_along_the_safe_way_to_call(clinic, ask, desk):
    inquiry = ask(**NAMED, call_back="555-010-2233", may_leave_message=True, say_nothing=True)
    patient = register_from_inquiry(inquiry=inquiry, site=clinic.north, **NAMED, **desk)
    point = ContactPoint.objects.get(patient=patient)
    assert (point.ok_to_call, point.ok_to_leave_message, point.ok_to_text, point.is_shared) == (True, True, False, True)
    inquiry.refresh_from_db()
    assert inquiry.patient == patient
    with pytest.raises(Refused, match="belongs to somebody already"):
        link_inquiry(inquiry=inquiry, patient=clinic.patient(), **desk)


@pytest.mark.parametrize(
    ("outcome", "where", "state", "ended"),
    [("admit", "", "to_admit", ""), ("wait", "", "waiting", ""), ("refer", "Hill Street", "closed", "referred"),
     ("not_for_us", "County hospital", "closed", "not_for_us")],
)  # fmt: skip
def test_what_follows_from_a_screening_visit(clinic, ask, desk, now, outcome, where, state, ended):
    inquiry = ask()
    visit = {"inquiry": inquiry, "outcome": outcome, "held_at": now, "where_to": where, **desk}
    with pytest.raises(Refused, match="who the person is"):
        record_screening_visit(**visit)
    link_inquiry(inquiry=inquiry, patient=clinic.patient(), **desk)
    record_screening_visit(**visit)
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.ended_because, inquiry.went_to) == (state, ended, where)
    if where:
        with pytest.raises(IntegrityError, match="nobody_is_sent_away_without_an_address"), transaction.atomic():
            Inquiry.objects.update(went_to="")


def test_nobody_is_sent_on_to_nowhere(clinic, ask, desk, now):
    inquiry = link_inquiry(inquiry=ask(), patient=clinic.patient(), **desk)
    with pytest.raises(Refused) as refused:
        record_screening_visit(inquiry=inquiry, outcome="refer", held_at=now, **desk)
    assert _said(refused) == {"where_to"}


def test_an_admission_closes_what_was_asked_and_counts_the_days(clinic, ask, desk, now):
    inquiry = ask(days=9, **NAMED, answers={"injects": "yes"})
    patient = register_from_inquiry(inquiry=inquiry, site=clinic.north, **NAMED, **desk)
    place = put_on_waitlist(inquiry=inquiry, joined_on=TODAY, **desk)
    stay = admit_patient(patient=patient, site=clinic.north, admitted_on=TODAY, by=clinic.prescriber, at=now)
    drain(at=now)
    for row in (inquiry, place):
        row.refresh_from_db()
    assert (inquiry.state, inquiry.ended_because, place.left_because) == ("closed", "admitted", "admitted")
    assert AdmissionFacts.objects.get(episode=stay).days_waited == 9


def test_who_takes_calls_at_the_site_sees_inquiries_and_nobody_else_does(clinic, ask):
    inquiry = ask()
    south = clinic.hire(Role.FRONT_DESK, clinic.south)
    seen = {role for role in Role if inquiries_seen_by(clinic.staff[role]).filter(pk=inquiry.pk).exists()}
    assert seen == {Role.FRONT_DESK, Role.PEER, Role.CASE_MANAGER, Role.THERAPIST, Role.NURSE, Role.PRESCRIBER}
    assert not inquiries_seen_by(south).exists()


def test_of_somebody_in_care_only_those_see_the_inquiry_who_see_the_person(clinic, ask, desk):
    mine = link_inquiry(inquiry=ask(), patient=clinic.patient(), **desk)
    theirs = link_inquiry(inquiry=ask(), patient=clinic.patient(team=(clinic.hire(Role.CASE_MANAGER, clinic.north),)), **desk)
    assert set(inquiries_seen_by(clinic.case_manager)) == {mine}
    assert set(inquiries_seen_by(clinic.front_desk)) == {mine, theirs}


def test_danger_said_before_the_last_call_is_told_too_once_it_is_known_who_it_is(clinic, ask, desk):
    inquiry = ask(answers={"suicide_plan": "yes"})
    triage_inquiry(inquiry=inquiry, pregnant="no", **desk)
    link_inquiry(inquiry=inquiry, patient=clinic.patient(), **desk)
    assert SafetyConcern.objects.get().level == 4


def test_danger_told_by_pace_alone_is_told_of_the_person_once_it_is_known_who_it_is(clinic, ask, desk, now):
    inquiry = link_inquiry(inquiry=ask(pace=1), patient=clinic.patient(), **desk)
    concern = SafetyConcern.objects.get()
    assert (concern.patient, concern.level, concern.source) == (inquiry.patient, 1, "inquiry")
    for minutes, pace in ((1, 4), (2, 1)):
        change_inquiry(inquiry=inquiry, pace=pace, by=clinic.front_desk, at=now + timedelta(minutes=minutes))
    link_inquiry(inquiry=inquiry, patient=inquiry.patient, **desk)
    assert concern.signals.count() == 2
    later = link_inquiry(inquiry=ask(), patient=clinic.patient(), **desk)
    assert SafetyConcern.objects.count() == 1
    change_inquiry(inquiry=later, pace=1, **desk)
    assert SafetyConcern.objects.filter(patient=later.patient).count() == 1


def test_a_correction_never_lets_danger_wait(ask, desk):
    inquiry = ask(answers={"suicidal": "yes"})
    triage_inquiry(inquiry=inquiry, pregnant="no", **desk)
    changed = change_inquiry(inquiry=inquiry, given_name="Rosa", pace=4, **desk)
    changed.refresh_from_db()
    assert (changed.given_name, changed.pace, changed.call_by) == ("Rosa", 1, changed.received_at)


def test_who_waits_without_a_name_and_is_in_danger_is_to_be_called(clinic, ask, desk, now):
    inquiry = ask()
    put_on_waitlist(inquiry=inquiry, joined_on=now.date(), **desk)
    assert not to_call_back(clinic.front_desk)
    triage_inquiry(inquiry=inquiry, suicidal="yes", **desk)
    assert list(to_call_back(clinic.front_desk)) == [inquiry]
    link_inquiry(inquiry=inquiry, patient=clinic.patient(), **desk)
    assert not to_call_back(clinic.front_desk)
    assert SafetyConcern.objects.exists()


def _called():
    return [(call.user, call.called_as, call.turn) for call in InquiryCall.objects.select_related("user").order_by("pk")]


def test_danger_of_somebody_without_a_chart_calls_one_by_name_and_the_next_until_somebody_sees_to_it(clinic, ask, desk, now, sign_in):
    minute = timedelta(minutes=1)
    inquiry = ask(days=0, answers={"suicide_plan": "yes"})
    drain(at=now)
    assert _called() == [(clinic.therapist, "site", 0)]
    assert list(in_danger_calling(clinic.therapist)) == [inquiry]
    for minutes in (1, 15, 60):
        drain(at=now + minutes * minute)
    chief = (clinic.director, "supervisor")
    assert _called()[1:] == [(clinic.prescriber, "site", 1), (*chief, 1), (clinic.nurse, "site", 2), (*chief, 2)]
    assert list(in_danger_waiting(clinic.director)) == [inquiry]
    for user, words in ((clinic.nurse, "you were called"), (clinic.director, "A call for help at")):
        page = sign_in(user).get(reverse("desk:today"))
        assert words in page.content.decode()
    assert clinic.nurse.full_name in sign_in(clinic.nurse).get(reverse("patients:inquiry", args=[inquiry.pk])).content.decode()
    for kind, happened in (("reached", -180), ("message", 62), ("not_reached", 66)):
        note_inquiry_step(inquiry=inquiry, kind=kind, happened_at=now + happened * minute, by=clinic.nurse, at=now + 70 * minute)
    drain(at=now + 120 * minute)
    assert len(_called()) == 5, "who tried is left to try again for an hour"
    drain(at=now + 126 * minute)
    assert len(_called()) == 7, "neither a try nor what came before is seeing to somebody"
    assert list(in_danger_calling(clinic.nurse)) == [inquiry]
    note_inquiry_step(inquiry=inquiry, kind="reached", happened_at=now, by=clinic.nurse, at=now + 130 * minute)
    drain(at=now + 600 * minute)
    assert len(_called()) == 7
    assert not in_danger_calling(clinic.nurse).exists()
    assert not in_danger_waiting(clinic.director).exists()


def test_a_pace_of_at_once_said_again_calls_anew_and_the_older_telling_ends(clinic, ask, now):
    inquiry, first = ask(days=0, pace=1), (clinic.therapist, "site", 0)
    drain(at=now)
    note_inquiry_step(inquiry=inquiry, kind="reached", happened_at=now, by=clinic.therapist, at=now)
    for days in (4, 5):
        later = now + timedelta(days=days)
        for pace in (3, 1):
            change_inquiry(inquiry=inquiry, pace=pace, by=clinic.front_desk, at=later)
        drain(at=later)
    assert [call for call in _called() if call[2] == 0] == [first] * 3
    before = len(_called())
    drain(at=later + timedelta(hours=2))
    assert len(_called()) == before + 2, "the telling of the day before calls nobody any more"
    note_inquiry_step(inquiry=inquiry, kind="reached", happened_at=later, by=clinic.therapist, at=later + timedelta(hours=2))
    assert not in_danger_calling(clinic.therapist).exists()


def test_who_had_an_inquiry_in_hand_and_left_has_no_hour_for_it(clinic, ask, now):
    inquiry = ask(days=0)
    take_on_inquiry(inquiry=inquiry, by=clinic.case_manager, at=now)
    triage_inquiry(inquiry=inquiry, suicidal="yes", by=clinic.front_desk, at=now)
    clinic.case_manager.memberships.update(ends_on="2026-03-01")
    drain(at=now)
    drain(at=now + timedelta(minutes=15))
    assert _called() == [(clinic.therapist, "site", 0), (clinic.prescriber, "site", 1), (clinic.director, "supervisor", 1)]


def test_who_has_an_inquiry_in_hand_is_called_first_and_has_an_hour(clinic, ask, desk, now):
    minute, inquiry = timedelta(minutes=1), ask(days=2)
    take_on_inquiry(inquiry=inquiry, by=clinic.case_manager, at=now)
    change_inquiry(inquiry=inquiry, pace=1, **desk)
    for minutes in (0, 15, 59):
        drain(at=now + minutes * minute)
    assert _called() == [(clinic.case_manager, "site", 0)]
    drain(at=now + 60 * minute)
    assert _called()[1:] == [(clinic.therapist, "site", 2), (clinic.director, "supervisor", 2)]
    triage_inquiry(inquiry=inquiry, overdose_now="yes", by=clinic.front_desk, at=now + 61 * minute)
    drain(at=now + 61 * minute)
    assert _called()[3:] == [(clinic.case_manager, "site", 0)]
    drain(at=now + 300 * minute)
    assert [turn for _user, _as, turn in _called()[4:]] == [1, 1], "turns that were missed are not caught up with"
    link_inquiry(inquiry=inquiry, patient=clinic.patient(), by=clinic.front_desk, at=now + 301 * minute)
    drain(at=now + 900 * minute)
    assert len(_called()) == 6
    assert SafetyConcern.objects.count() == 1
