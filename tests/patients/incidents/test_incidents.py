from datetime import date
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.deadlines.models import Clock
from casemgr.core.refusals import Denied, Refused
from patients.guarding.models import Conflict
from patients.incidents.actions import (
    assess_incident,
    close_incident,
    count_people_reached,
    list_person_reached,
    record_breach_notice,
    report_incident,
    word_breach_letter,
)
from patients.incidents.models import BreachNotice, Incident, IncidentAssessment
from patients.incidents.queries import incidents_reported_by, incidents_seen_by
from patients.incidents.rules import FACTORS, Notice, Reached, all_were_told, missing_factors, read_by_state, who_must_be_told
from patients.record.models import ContactPoint
from tests.worlds import Clinic

TODAY = date(2026, 3, 4)
SAID = "A letter for Rosa went to her neighbor."
FACTOR_WORDS = {"nature": "An appointment letter.", "recipient": "A neighbor.", "acquired": "Opened it.", "mitigated": "Gave it back."}
LOW = dict.fromkeys(FACTORS, "low")
LETTER = {
    "events": "A letter was opened.",
    "information": "Your name.",
    "steps": "Nothing.",
    "doing": "We check twice.",
    "contact": "800-555-0100",
}
LIST_QUERIES = 6
# session, user, memberships, incidents, audit row, counts of the navigation


@pytest.fixture(autouse=True)
def _at_three_in_the_afternoon(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def report(clinic, now):
    def _report(**facts) -> Incident:
        known = {
            "program": clinic.program, "site": clinic.north, "kind": "wrong_recipient", "discovered_on": TODAY, "words": SAID,
            "by": clinic.peer, "at": now,
        }  # fmt: skip
        return report_incident(**{**known, **facts})

    return _report


@pytest.fixture
def officer(clinic, now):
    return {"by": clinic.privacy_officer, "at": now}


def breach(incident, officer):
    return assess_incident(incident=incident, determination="breach", words={}, levels={}, **officer)


def running():
    return dict(Clock.objects.running().values_list("kind", "ends_on"))


@pytest.mark.parametrize(
    ("by_state", "outdated", "told"),
    [
        ({}, 0, ["individuals", "hhs"]),
        ({"NY": 1}, 9, ["individuals", "hhs"]),
        ({"NY": 40}, 10, ["individuals", "substitute", "hhs"]),
        ({"NY": 500}, 0, ["individuals", "hhs"]),
        ({"NY": 501}, 0, ["individuals", "hhs", "media"]),
        ({"NY": 300, "NJ": 300}, 0, ["individuals", "hhs"]),
    ],
)
def test_who_must_be_told_of_a_breach(by_state, outdated, told):
    assert who_must_be_told(Reached(by_state, outdated)) == told


@pytest.mark.parametrize(
    ("audience", "said", "outdated", "told"),
    [
        ("individuals", [], 0, False),
        ("individuals", [("letter", 701, True)], 0, True),
        ("individuals", [("letter", 1, True)], 0, False),
        ("individuals", [("letter", 1, True), ("letter", 700, False)], 0, False),
        ("individuals", [("letter", 1, True), ("email", 700, True)], 0, True),
        ("individuals", [("phone", 700, False), ("letter", 700, True)], 0, False),
        ("individuals", [("phone", 700, False), ("letter", 692, True)], 9, True),
        ("individuals", [("phone", 700, False), ("letter", 691, True)], 9, False),
        ("individuals", [("letter", 691, True)], 10, True),
        ("individuals", [("phone", 10, False), ("letter", 690, True)], 10, False),
        ("substitute", [("web", 9, True)], 10, False),
        ("substitute", [("web", 9, True), ("press", 1, True)], 10, True),
        ("hhs", [("portal", 400, True), ("portal", 301, True)], 0, False),
        ("hhs", [("portal", 400, True), ("portal", 701, True)], 0, True),
        ("media", [("press", 1, True)], 0, False),
        ("media", [("press", 601, True)], 0, True),
    ],
)
def test_all_were_told_when_somebody_says_so_and_the_numbers_do(audience, said, outdated, told):
    notices = [Notice("other", "letter", 999, True), *(Notice(audience, *one) for one in said)]
    assert all_were_told(audience, notices, Reached({"NY": 601, "NJ": 100}, outdated)) is told


@pytest.mark.parametrize(
    ("text", "numbers"), [("", {}), ("NY 12, NJ 3", {"NY": 12, "NJ": 3}), ("ny: 1; NY=2", {"NY": 3}), ("ny 5\nca 6", {"NY": 5, "CA": 6})]
)
def test_numbers_by_state_are_read_as_people_write_them(text, numbers):
    assert read_by_state(text) == numbers


@pytest.mark.parametrize("text", ["twelve", "NY", "NYC 12", "NY -3"])
def test_what_is_no_number_by_state_is_not_guessed(text):
    with pytest.raises(ValueError, match="."):
        read_by_state(text)


@pytest.mark.parametrize("name", FACTORS)
def test_each_factor_needs_words_and_a_grade(name):
    assert missing_factors(FACTOR_WORDS, LOW) == []
    assert missing_factors({**FACTOR_WORDS, name: " "}, LOW) == [name]
    assert missing_factors(FACTOR_WORDS, {**LOW, name: ""}) == [name]


def test_anybody_reports_and_follows_only_how_it_stands(clinic, report):
    for role in Role:
        incident = report(by=clinic.staff[role])
        assert incidents_reported_by(clinic.staff[role]).get() == incident
        assert incidents_seen_by(clinic.staff[role]).exists() is (role is Role.PRIVACY_OFFICER)
    assert running()["incident_assessment"] == date(2026, 3, 18)
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM patients_incident LIMIT 1")
        assert b"neighbor" not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"words": " "}, "words"),
        ({"kind": "bad"}, "kind"),
        ({"discovered_on": date(2026, 3, 5)}, "discovered_on"),
        ({"happened_on": date(2026, 3, 5)}, "happened_on"),
    ],
)
def test_what_a_report_lacks_is_named(report, facts, field):
    with pytest.raises(Refused) as refused:
        report(**facts)
    assert [reason.field for reason in refused.value.reasons] == [field]
    assert not Incident.objects.exists()


@pytest.mark.parametrize("missing", FACTORS)
def test_not_a_breach_rests_on_all_four_factors(report, officer, missing):
    incident = report()
    for words, levels in (({**FACTOR_WORDS, missing: ""}, LOW), (FACTOR_WORDS, {**LOW, missing: ""})):
        with pytest.raises(Refused) as refused:
            assess_incident(incident=incident, determination="not_a_breach", words=words, levels=levels, **officer)
        assert [reason.field for reason in refused.value.reasons] == [missing]
    assert Incident.objects.get().state == "reported"
    told = {**FACTOR_WORDS, missing: None}
    graded = {f"{name}_level": "low" for name in FACTORS}
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentAssessment.objects.create(
            incident=incident, determination="not_a_breach", recorded_at=officer["at"], recorded_by=officer["by"], **told, **graded
        )


def test_assessed_as_no_breach_nothing_runs_any_more(report, officer):
    incident = report()
    assessment = assess_incident(incident=incident, determination="not_a_breach", words=FACTOR_WORDS, levels=LOW, **officer)
    assert running() == {}
    with pytest.raises(Refused, match="only of a breach"):
        record_breach_notice(incident=incident, audience="hhs", way="portal", sent_on=TODAY, number=1, is_complete=True, **officer)
    with pytest.raises(DatabaseError), transaction.atomic():
        IncidentAssessment.objects.filter(pk=assessment.pk).update(determination="breach")


def test_a_breach_starts_the_clocks_and_they_follow_the_number_of_people(clinic, report, officer):
    incident = report(discovered_on=date(2026, 2, 27), by=clinic.nurse)
    breach(incident, officer)
    assert running() == {"breach_individuals": date(2026, 4, 28), "breach_hhs": date(2027, 3, 1)}
    list_person_reached(incident=incident, patient=clinic.patient(), state="NY", **officer)
    count_people_reached(incident=incident, others_by_state={"NY": 498}, **officer)
    assert running()["breach_hhs"] == date(2027, 3, 1)
    count_people_reached(incident=incident, others_by_state={"NY": 499}, **officer)
    assert running() == {"breach_individuals": date(2026, 4, 28), "breach_hhs": date(2026, 4, 28)}
    count_people_reached(incident=incident, others_by_state={"NY": 500}, **officer)
    assert running()["breach_media"] == date(2026, 4, 28)
    count_people_reached(incident=incident, others_by_state={"NY": 2}, **officer)
    assert running() == {"breach_individuals": date(2026, 4, 28), "breach_hhs": date(2027, 3, 1)}
    with pytest.raises(Refused, match="two letters"):
        count_people_reached(incident=incident, others_by_state={"New York": 2}, **officer)


def test_a_breach_that_turns_out_to_be_none_owes_nobody_anything(report, officer):
    incident = report()
    breach(incident, officer)
    assess_incident(incident=incident, determination="not_a_breach", words=FACTOR_WORDS, levels=LOW, **officer)
    assert running() == {}
    assert Incident.objects.get().state == "not_a_breach"
    assert IncidentAssessment.objects.count() == 2


def test_it_is_closed_when_everybody_was_told(clinic, report, officer):
    incident = report()
    with pytest.raises(Refused, match="Only a breach is closed"):
        close_incident(incident=incident, **officer)
    breach(incident, officer)
    for _number in range(10):
        list_person_reached(incident=incident, patient=clinic.patient(), state="NY", is_address_outdated=True, **officer)
    tell = {"incident": incident, "sent_on": TODAY, "number": 10, **officer}
    record_breach_notice(audience="individuals", way="phone", is_complete=False, **tell)
    with pytest.raises(Refused) as refused:
        close_incident(incident=incident, **officer)
    assert [reason.code for reason in refused.value.reasons] == ["individuals", "substitute", "hhs"]
    record_breach_notice(audience="individuals", way="letter", is_complete=True, **tell)
    record_breach_notice(audience="substitute", way="web", is_complete=True, **tell)
    assert list(running()) == ["breach_hhs"]
    record_breach_notice(audience="hhs", way="portal", is_complete=True, **tell)
    assert running() == {}
    assert close_incident(incident=incident, **officer).state == "closed"
    with pytest.raises(Refused, match="closed already"):
        count_people_reached(incident=incident, others_by_state={"NY": 2}, **officer)
    assert BreachNotice.objects.count() == 4


def test_whoever_becomes_known_later_starts_the_clocks_again(clinic, report, officer, sign_in):
    incident = report()
    breach(incident, officer)
    list_person_reached(incident=incident, patient=clinic.patient(), state="NY", **officer)
    tell = {"incident": incident, "sent_on": TODAY, "is_complete": True, **officer}
    record_breach_notice(audience="individuals", way="letter", number=1, **tell)
    record_breach_notice(audience="hhs", way="portal", number=1, **tell)
    assert running() == {}
    count_people_reached(incident=incident, others_by_state={"NY": 700}, **officer)
    assert running() == dict.fromkeys(("breach_individuals", "breach_hhs", "breach_media"), date(2026, 5, 3))
    for audience, way, number in (("individuals", "letter", 699), ("hhs", "portal", 700), ("media", "press", 1)):
        with pytest.raises(Refused, match="must reach 701") as refused:
            record_breach_notice(audience=audience, way=way, number=number, **tell)
        assert [reason.field for reason in refused.value.reasons] == ["is_complete"]
    record_breach_notice(audience="individuals", way="letter", number=100, **{**tell, "is_complete": False})
    page = sign_in(clinic.privacy_officer).get(reverse("patients:incident", args=[incident.pk])).content.decode()
    assert "The people concerned: 101 of 701 so far" in page
    with pytest.raises(Refused) as refused:
        close_incident(incident=incident, **officer)
    assert [reason.code for reason in refused.value.reasons] == ["individuals", "hhs", "media"]
    for audience, way, number in (("individuals", "letter", 600), ("hhs", "portal", 701), ("media", "press", 701)):
        record_breach_notice(audience=audience, way=way, number=number, **tell)
    assert running() == {}
    assert close_incident(incident=incident, **officer).state == "closed"


def test_the_letter_says_all_five_things(report, officer):
    incident = report()
    for name in LETTER:
        with pytest.raises(Refused) as refused:
            word_breach_letter(incident=incident, **{**LETTER, name: " "}, **officer)
        assert [reason.field for reason in refused.value.reasons] == [name]
    assert word_breach_letter(incident=incident, **LETTER, **officer).letter_steps == "Nothing."


def test_denied_means_that_nothing_changed(clinic, report, now):
    incident = report()
    elsewhere = clinic.hire(Role.PRIVACY_OFFICER, clinic.south)
    for user in [elsewhere, *(clinic.staff[role] for role in set(Role) - {Role.PRIVACY_OFFICER})]:
        with pytest.raises(Denied):
            breach(incident, {"by": user, "at": now})
    assert Incident.objects.get().state == "reported"
    assert list(running()) == ["incident_assessment"]


def test_a_peer_reports_in_a_minute_and_the_privacy_officer_works_on_it(clinic, sign_in, now):
    peer, officer = sign_in(clinic.peer), sign_in(clinic.privacy_officer)
    assert peer.post(reverse("patients:report_incident"), {"kind": "wrong_recipient", "discovered_on": "2026-03-04"}).status_code == 422
    typed = {"words": SAID, "kind": "wrong_recipient", "discovered_on": "2026-03-04"}
    assert peer.post(reverse("patients:report_incident"), typed).status_code == 302
    incident = Incident.objects.get()
    followed = peer.get(reverse("patients:incidents_reported")).content.decode()
    assert "Reported" in followed
    assert SAID not in followed
    assert peer.get(reverse("patients:incident", args=[incident.pk])).status_code == 403
    rosa = clinic.patient(given="Rosa", family="Lane")
    lost = clinic.patient(given="Liam", family="Lost")
    stamp = {"recorded_at": now, "recorded_by": clinic.system}
    ContactPoint.objects.create(patient=rosa, kind="post", value="12 Elm St, Albany NY", **stamp)
    ContactPoint.objects.create(patient=lost, kind="post", value="Unsafe St", is_unsafe=True, **stamp)

    def act(work, **typed):
        return officer.post(reverse("patients:incident_act", args=[incident.pk, work]), typed)

    refused = act("assess", determination="not_a_breach", nature="A letter.", nature_level="low")
    assert refused.status_code == 422
    assert "Say who used it or received it." in refused.content.decode()
    assert act("assess", determination="breach").status_code == 302
    assert act("person", patient="Rosa Lane", state="ny").status_code == 302
    assert act("person", patient="Liam Lost", state="NY").status_code == 302
    assert act("numbers", others_by_state="NY 3").status_code == 302
    assert act("numbers", others_by_state="many").status_code == 422
    assert act("letter", **LETTER).status_code == 302
    letters = officer.get(reverse("patients:breach_letters", args=[incident.pk])).content.decode()
    assert "12 Elm St, Albany NY" in letters
    assert "Unsafe St" not in letters
    assert "No letter finds them" in letters
    envelope = letters[letters.index("letter__envelope") : letters.index("</p>", letters.index("letter__envelope"))]
    assert "Health Center" in envelope
    assert "River Street" not in envelope
    page = officer.get(reverse("patients:incident", args=[incident.pk])).content.decode()
    assert "Still to be told" in page
    told = {"way": "letter", "sent_on": "2026-03-04", "number": "5", "is_complete": "on"}
    assert act("notice", audience="individuals", **told).status_code == 302
    assert act("close").status_code == 422
    assert act("notice", audience="hhs", **told).status_code == 302
    assert act("close").status_code == 302
    assert Incident.objects.get().state == "closed"
    assert act("dance").status_code == 404


def test_whoever_is_tied_to_somebody_does_not_print_their_letter(clinic, report, officer, sign_in, now):
    incident = report()
    breach(incident, officer)
    stamp = {"recorded_at": now, "recorded_by": clinic.system}
    for given, family, street in (("Rosa", "Lane", "12 Elm St"), ("Liam", "Near", "7 Oak St")):
        patient = clinic.patient(given=given, family=family)
        ContactPoint.objects.create(patient=patient, kind="post", value=street, **stamp)
        list_person_reached(incident=incident, patient=patient, state="NY", **officer)
    browser, address = sign_in(clinic.privacy_officer), reverse("patients:breach_letters", args=[incident.pk])
    assert "Liam" in browser.get(address).content.decode()
    seen = AuditEvent.objects.filter(verb="breach_letter", patient_id=patient.pk).count()
    Conflict.objects.create(patient=patient, program=clinic.program, user=clinic.privacy_officer, kind="relative", **stamp)
    letters, page = browser.get(address), browser.get(reverse("patients:incident", args=[incident.pk])).content.decode()
    text = letters.content.decode()
    assert "12 Elm St" in text
    assert "One letter must be printed by somebody else" in text
    assert not any(word in text for word in ("Liam", "Near", "7 Oak St"))
    assert "Rosa" in page
    assert "Liam" not in page
    assert AuditEvent.objects.filter(verb="breach_letter", patient_id=patient.pk).count() == seen


def test_the_list_asks_as_often_for_two_as_for_twelve(clinic, report, sign_in, query_count):
    browser = sign_in(clinic.privacy_officer)
    browser.get(reverse("patients:incidents"))  # the first request also notes that the session is in use
    for many in (2, 10):
        for _number in range(many):
            report()
        with query_count(LIST_QUERIES):
            browser.get(reverse("patients:incidents"))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_assess_at_once_the_clocks_run_once(now):
    clinic = Clinic.open(now)
    incident = report_incident(program=clinic.program, kind="lost", discovered_on=TODAY, words=SAID, by=clinic.peer, at=now)
    together, results = Barrier(2), []

    def assess():
        together.wait()
        try:
            results.append(breach(incident, {"by": User.objects.get(pk=clinic.privacy_officer.pk), "at": now}))
        finally:
            connection.close()

    threads = [Thread(target=assess) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert sorted(Clock.objects.running().values_list("kind", flat=True)) == ["breach_hhs", "breach_individuals"]
    assert Clock.objects.count() == 3
