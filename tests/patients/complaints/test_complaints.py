from datetime import date
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.deadlines.models import Clock
from casemgr.core.refusals import Denied, Refused
from patients.complaints.actions import answer_complaint, look_into_complaint, name_staff_in_complaint, take_complaint
from patients.complaints.models import Complaint
from patients.complaints.queries import complaints_seen_by, complaints_taken_by
from tests.worlds import Clinic

TODAY = date(2026, 3, 4)
SAID = "They called me by name in the waiting room."
LIST_QUERIES = 6
# session, user, memberships, complaints, audit row, counts of the navigation
CLOSING = {
    "outcome": "founded", "answer": "We are sorry and have changed it.", "findings": "Two people heard it.", "retaliation": "none",
    "told_of_secretary": True,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _at_three_in_the_afternoon(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def take(clinic, now):
    def _take(**facts) -> Complaint:
        known = {
            "program": clinic.program, "site": clinic.north, "from_whom": "unnamed", "about": "told", "received_on": TODAY,
            "received_how": "in_person", "words": SAID, "by": clinic.front_desk, "at": now,
        }  # fmt: skip
        return take_complaint(**{**known, **facts})

    return _take


def test_a_complaint_is_kept_encrypted_with_a_clock(clinic, take):
    patient = clinic.patient()
    complaint = take(from_whom="patient", patient=patient, told_of_secretary=True)
    clock = Clock.objects.get()
    assert (clock.kind, clock.subject, clock.patient_id, clock.ends_on) == (
        "complaint", f"patients.complaint:{complaint.pk}", patient.pk, date(2026, 4, 3),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM patients_complaint")
        assert b"waiting room" not in bytes(cursor.fetchone()[0])
    assert Complaint.objects.get().words == SAID


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"words": " "}, "words"),
        ({"from_whom": "family"}, "name"),
        ({"from_whom": "patient"}, "patient"),
        ({"received_on": date(2026, 3, 5)}, "received_on"),
    ],
)
def test_what_a_complaint_lacks_is_named(take, facts, field):
    with pytest.raises(Refused) as refused:
        take(**facts)
    assert [reason.field for reason in refused.value.reasons] == [field]
    assert not Complaint.objects.exists()


@pytest.mark.parametrize("lacking", CLOSING)
def test_it_is_not_closed_without_each_of_the_five(clinic, take, now, lacking):
    complaint = take()
    with pytest.raises(Refused) as refused:
        answer_complaint(
            complaint=complaint, **{**CLOSING, lacking: False if lacking == "told_of_secretary" else ""}, by=clinic.privacy_officer, at=now
        )
    assert [reason.field for reason in refused.value.reasons] == [lacking]
    assert Complaint.objects.get().state == "received"
    assert Clock.objects.running().exists()


def test_the_database_closes_none_without_them_either(take):
    take()
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.update(state="closed")


def test_looked_into_and_answered_its_clock_stops(clinic, take, now):
    complaint = take()
    look_into_complaint(complaint=complaint, findings="Asked the desk.", told_of_secretary=True, by=clinic.privacy_officer, at=now)
    answered = answer_complaint(complaint=complaint, **{**CLOSING, "told_of_secretary": False}, by=clinic.privacy_officer, at=now)
    assert (answered.state, answered.closed_by, answered.told_of_secretary) == ("closed", clinic.privacy_officer, True)
    assert Clock.objects.get().outcome == "founded"
    with pytest.raises(Refused, match="answered already"):
        look_into_complaint(complaint=complaint, findings="More.", by=clinic.privacy_officer, at=now)


def test_whoever_is_named_neither_finds_it_nor_works_on_it(clinic, take, now, sign_in):
    other = clinic.hire(Role.PRIVACY_OFFICER, clinic.north)
    complaint = take(staff_named=[clinic.privacy_officer, clinic.front_desk], about="seen")
    assert not complaints_seen_by(clinic.privacy_officer).exists()
    assert not complaints_taken_by(clinic.front_desk).exists()
    assert complaints_seen_by(other).get() == complaint
    with pytest.raises(Denied):
        answer_complaint(complaint=complaint, **CLOSING, by=clinic.privacy_officer, at=now)
    browser = sign_in(clinic.privacy_officer)
    assert browser.get(reverse("patients:complaint", args=[complaint.pk])).status_code == 404
    for address in (reverse("patients:complaints"), reverse("desk:privacy")):
        assert f"complaints/{complaint.pk}/" not in browser.get(address).content.decode()
    assert f"complaints/{complaint.pk}/" in sign_in(other).get(reverse("desk:privacy")).content.decode()


def test_a_colleague_named_later_loses_sight_of_it(clinic, take, now):
    other = clinic.hire(Role.PRIVACY_OFFICER, clinic.north)
    complaint = take()
    with pytest.raises(Refused, match="take it over"):
        name_staff_in_complaint(complaint=complaint, user=clinic.privacy_officer, by=clinic.privacy_officer, at=now)
    name_staff_in_complaint(complaint=complaint, user=other, by=clinic.privacy_officer, at=now)
    assert not complaints_seen_by(other).exists()


@pytest.mark.parametrize("role", list(Role))
def test_only_who_oversees_privacy_reads_them_and_only_of_the_own_site(clinic, take, role):
    take()
    take(site=clinic.south)
    take(patient=clinic.patient(clinic.south, team=(clinic.hire(Role.THERAPIST, clinic.south),)))
    seen = complaints_seen_by(clinic.staff[role])
    assert [row.site for row in seen] == ([clinic.north] if role is Role.PRIVACY_OFFICER else [])


def test_denied_means_that_nothing_changed(clinic, take, now):
    for user in (clinic.director, clinic.administrator):
        with pytest.raises(Denied):
            take(by=user)
    complaint = take()
    for role in set(Role) - {Role.PRIVACY_OFFICER}:
        with pytest.raises(Denied):
            answer_complaint(complaint=complaint, **CLOSING, by=clinic.staff[role], at=now)
    assert Complaint.objects.get().state == "received"
    assert AuditEvent.objects.filter(verb="answer_complaint", outcome="denied").count() == len(Role) - 1


def test_the_front_desk_takes_one_and_the_privacy_officer_answers_it(clinic, sign_in):
    clinic.patient(given="Rosa", family="Lane")
    desk, officer = sign_in(clinic.front_desk), sign_in(clinic.privacy_officer)
    typed = {
        "words": SAID,
        "about": "told",
        "from_whom": "patient",
        "patient": "",
        "received_on": "2026-03-04",
        "received_how": "in_person",
    }
    refused = desk.post(reverse("patients:take_complaint"), typed)
    assert refused.status_code == 422
    assert "find the person" in refused.content.decode()
    assert desk.post(reverse("patients:take_complaint"), {**typed, "patient": "Rosa Lane", "told_of_program": "on"}).status_code == 302
    complaint = Complaint.objects.get()
    status = desk.get(reverse("patients:complaints_taken")).content.decode()
    assert "Received" in status
    assert SAID not in status
    page = officer.get(reverse("patients:complaint", args=[complaint.pk])).content.decode()
    assert SAID in page
    assert "Rosa Lane" in page
    assert desk.get(reverse("patients:complaint", args=[complaint.pk])).status_code == 403
    officer.post(reverse("patients:complaint_look_into", args=[complaint.pk]), {"findings": "Asked."})
    refused = officer.post(
        reverse("patients:complaint_answer", args=[complaint.pk]), {"findings": "Asked.", "outcome": "founded", "answer": "Sorry."}
    )
    assert refused.status_code == 422
    assert "Tell them that they may complain to the Secretary" in refused.content.decode()
    done = officer.post(reverse("patients:complaint_answer", args=[complaint.pk]), {**CLOSING, "told_of_secretary": "on"})
    assert done.status_code == 302
    assert Complaint.objects.get().state == "closed"


def test_the_list_asks_as_often_for_two_as_for_twelve(clinic, take, sign_in, query_count):
    browser = sign_in(clinic.privacy_officer)
    browser.get(reverse("patients:complaints"))  # the first request also notes that the session is in use
    for many in (2, 10):
        for _number in range(many):
            take()
        with query_count(LIST_QUERIES):
            browser.get(reverse("patients:complaints"))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_at_once_one_does(now):
    clinic = Clinic.open(now)
    complaint = take_complaint(
        program=clinic.program, from_whom="unnamed", about="told", received_on=TODAY, received_how="phone", words=SAID,
        by=clinic.front_desk, at=now,
    )  # fmt: skip
    together, results = Barrier(2), []

    def close(outcome):
        together.wait()
        try:
            answer_complaint(
                complaint=complaint, **{**CLOSING, "outcome": outcome}, by=User.objects.get(pk=clinic.privacy_officer.pk), at=now
            )
            results.append(outcome)
        except Refused as refused:
            results.append(str(refused))
        finally:
            connection.close()

    threads = [Thread(target=close, args=[outcome]) for outcome in ("founded", "unfounded")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "This complaint was answered already." in results
    assert Complaint.objects.get().outcome in results
    assert Clock.objects.get().outcome == Complaint.objects.get().outcome
