from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.deadlines.models import Clock
from casemgr.core.outbox.draining import drain
from casemgr.core.refusals import Denied, Refused
from casemgr.schedule import look_at_deadlines
from patients.episodes.actions import admit_patient, discharge_patient
from patients.episodes.models import Episode
from patients.notices import rules
from patients.notices.actions import give_notice, owe_notices
from patients.notices.models import NoticeGiven
from patients.notices.queries import stays_without_notice
from patients.notices.rules import languages, version_on, versions, what_is_missing, wording
from patients.record.models import Patient
from tests.worlds import ALL_ANSWERED

TODAY = date(2026, 3, 4)
VERSION = "2026-02"
OWED_QUERIES = 5
# session, user, memberships, stays with people, audit row


@pytest.fixture(autouse=True)
def _at_three_in_the_afternoon(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def give(clinic, now):
    def _give(patient, **facts):
        known = {
            "program": clinic.program, "version": VERSION, "language": "es", "given_on": TODAY, "method": "in_person",
            "acknowledgement": "signed", "by": clinic.front_desk, "at": now,
        }  # fmt: skip
        return give_notice(**{"patient": patient, **known, **facts})

    return _give


@pytest.fixture
def newcomer(clinic, now) -> Patient:
    return Patient.objects.create(
        given_name="Nina", family_name="Noor", birth_date=date(1990, 1, 1), registered_site=clinic.north, recorded_at=now,
        recorded_by=clinic.front_desk,
    )  # fmt: skip


def test_the_words_are_there_in_both_languages_and_speak_of_what_the_rule_asks():
    assert version_on(TODAY) == versions()[0] == VERSION
    assert languages(VERSION) == ("en", "es")
    for language, wanted in {
        "en": (
            "may be used and told to others",
            "take a consent back",
            "medical emergency",
            "three years before you ask",
            "Secretary of the U.S.",
        ),
        "es": (
            "se puede usar la información",
            "retirar un consentimiento",
            "emergencia médica",
            "tres años antes de pedirla",
            "la Secretaría",
        ),
    }.items():
        words = wording(VERSION, language)
        text = " ".join([words.lead, *(paragraph for _heading, told in words.sections for paragraph in told)])
        assert [part for part in wanted if part not in text] == []
        assert len(words.sections) == 6
    assert wording(VERSION, "fr").language == "en"


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({}, []),
        ({"version": "1999-01"}, ["version"]),
        ({"language": "fr"}, ["language"]),
        ({"given_on": date(2026, 3, 5)}, ["given_on"]),
        ({"acknowledgement": "declined"}, ["why_not"]),
        ({"acknowledgement": "could_not", "why_not": "  "}, ["why_not"]),
        ({"acknowledgement": "declined", "why_not": "Wants to read it first."}, []),
    ],
)
def test_what_a_record_of_a_notice_lacks(facts, missing):
    known = {"version": VERSION, "language": "en", "acknowledgement": "signed", "why_not": "", "given_on": TODAY, "today": TODAY}
    assert what_is_missing(**{**known, **facts}) == missing


def test_an_admission_starts_the_clock_and_the_notice_stops_it(clinic, newcomer, give, now):
    episode = admit_patient(patient=newcomer, site=clinic.north, admitted_on=TODAY, by=clinic.case_manager, at=now)
    drain(at=now)
    clock = Clock.objects.get()
    assert (clock.kind, clock.patient_id, clock.subject, clock.ends_on) == (
        "notice_owed",
        newcomer.pk,
        f"patients.episode:{episode.pk}",
        TODAY,
    )
    give(newcomer)
    clock.refresh_from_db()
    assert (clock.closed_at, clock.outcome) == (now, "given: 2026-02")


def test_who_was_given_it_before_is_not_reminded_at_the_next_admission(clinic, newcomer, give, now):
    give(newcomer)
    admit_patient(patient=newcomer, site=clinic.north, admitted_on=TODAY, by=clinic.case_manager, at=now)
    drain(at=now)
    assert not Clock.objects.exists()


def test_who_is_discharged_is_owed_no_longer(clinic, newcomer, now):
    episode = admit_patient(patient=newcomer, site=clinic.north, admitted_on=TODAY, by=clinic.case_manager, at=now)
    drain(at=now)
    discharge_patient(episode=episode, on=TODAY, reason="1", **ALL_ANSWERED, by=clinic.case_manager, at=now)
    drain(at=now)
    assert Clock.objects.get().outcome == "discharged"


def test_an_older_version_does_not_stop_the_clock_and_a_new_one_starts_it_anew(clinic, give, now, monkeypatch):
    had_one, had_none = clinic.patient(), clinic.patient()
    give(had_one)
    for _twice in range(2):
        look_at_deadlines()
    assert [clock.patient_id for clock in Clock.objects.running()] == [had_none.pk]
    monkeypatch.setattr("patients.notices.queries.version_on", lambda day: "2026-03")
    assert owe_notices(program=clinic.program, by=clinic.system, at=now) == 1
    assert owe_notices(program=clinic.program, by=clinic.system, at=now) == 0
    assert dict(Clock.objects.values_list("patient_id", "kind")) == {had_one.pk: "notice_renewal", had_none.pk: "notice_owed"}
    assert Clock.objects.get(kind="notice_renewal").ends_on == TODAY + timedelta(days=60)


def test_the_version_of_a_day(monkeypatch):
    known = {"2026-02": "2026-02-16", "2026-06": "2026-06-01"}
    monkeypatch.setattr(rules, "versions", lambda: tuple(known))
    monkeypatch.setattr(rules, "_read", lambda version: {"effective_on": known[version]})
    assert [version_on(date(2026, month, day)) for month, day in ((1, 1), (2, 16), (5, 31), (6, 1))] == [
        "2026-02", "2026-02", "2026-02", "2026-06",
    ]  # fmt: skip


def test_a_notice_given_is_not_changed_afterwards(clinic, give):
    given = give(clinic.patient())
    with pytest.raises(DatabaseError), transaction.atomic():
        NoticeGiven.objects.filter(pk=given.pk).update(acknowledgement="signed")
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeGiven.objects.create(
            patient=given.patient, program=clinic.program, version=VERSION, language="en", given_on=TODAY, method="mail",
            acknowledgement="declined", recorded_at=given.recorded_at, recorded_by=clinic.front_desk,
        )  # fmt: skip


def test_refused_and_denied_change_nothing(clinic, give):
    patient = clinic.patient()
    with pytest.raises(Refused, match="Write why"):
        give(patient, acknowledgement="declined")
    for user in (clinic.director, clinic.administrator):
        with pytest.raises(Denied):
            give(patient, by=user)
    assert not NoticeGiven.objects.exists()


@pytest.mark.parametrize("role", list(Role))
def test_the_list_shows_whom_one_may_see_and_nobody_else(clinic, role):
    here, elsewhere = clinic.patient(), clinic.patient(clinic.south, team=(clinic.hire(Role.THERAPIST, clinic.south),))
    rows = set(stays_without_notice(clinic.staff[role], TODAY).values_list("patient", flat=True))
    assert elsewhere.pk not in rows
    assert (here.pk in rows) is (role not in (Role.DIRECTOR, Role.ADMINISTRATOR))


def test_the_front_desk_gives_a_notice(clinic, sign_in):
    patient, browser = clinic.patient(given="Rosa", family="Lane", language="es"), sign_in(clinic.front_desk)
    assert "Rosa Lane" in browser.get(reverse("patients:notices_owed")).content.decode()
    address = reverse("patients:notice", args=[patient.public_id])
    assert browser.get(address).context["form"]["language"].value() == "es"
    typed = {"program": clinic.program.pk, "language": "es", "given_on": "2026-03-04", "method": "in_person", "acknowledgement": "declined"}
    refused = browser.post(address, typed)
    assert refused.status_code == 422
    assert "Write why it was not signed" in refused.content.decode()
    assert browser.post(address, {**typed, "why_not": "Wants to read it at home."}).status_code == 302
    assert "Wants to read it at home." in browser.get(address).content.decode()
    page = browser.get(reverse("patients:notices_owed")).content.decode()
    assert "Everybody in care has the present notice" in page


def test_the_words_are_printed_in_the_language_asked_for(clinic, sign_in):
    browser = sign_in(clinic.peer)
    page = browser.get(reverse("patients:notice_wording"), {"language": "es"}).content.decode()
    assert "Cómo se protege su expediente de tratamiento" in page
    assert "River Street Program" in page
    assert "This is program policy under 42 CFR 2.22." in page
    assert "was not checked against the text of the rule" in page
    assert "mark M" not in page


def test_the_list_asks_the_database_as_often_for_two_as_for_twelve(clinic, sign_in, query_count):
    browser = sign_in(clinic.front_desk)
    browser.get(reverse("patients:notices_owed"))  # the first request also notes that the session is in use
    for many in (2, 10):
        for _number in range(many):
            clinic.patient()
        with query_count(OWED_QUERIES):
            browser.get(reverse("patients:notices_owed"))
    assert Episode.objects.count() == 12
    assert datetime.now(tz=UTC).date() == TODAY
