from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.administration.deadlines.actions import look_at_clocks
from casemgr.core.administration.policies.actions import attest_policy
from casemgr.core.agreements.models import Agreement, AgreementScan
from casemgr.core.audit.verifying import Verification, put_verification_on_record
from casemgr.core.audit.walking import Fault
from casemgr.core.deadlines.models import Clock
from casemgr.core.deadlines.recording import start_clock
from casemgr.core.directory.models import Organization
from casemgr.core.policies.rules import areas
from casemgr.desk.privacy.queues import QUEUES
from casemgr.desk.privacy.tables import place_of
from casemgr.schedule import look_at_deadlines
from patients.accounting.actions import take_records_request
from patients.complaints.actions import take_complaint
from patients.consent.models import Consent, HandedIn
from patients.disclosures.without_consent.actions import disclose_in_emergency
from patients.guarding.models import GlassBreak
from patients.incidents.actions import report_incident
from patients.restrictions.actions import ask_restriction
from patients.transmissions.models import Transmission

TODAY = date(2026, 3, 4)
PRIVACY_QUERIES = 22
# session, user, memberships, clocks, people, audit row, counts of the navigation, the last verification; each of 14 queues one


@pytest.fixture(autouse=True)
def _at_three_in_the_afternoon(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def browser(clinic, sign_in):
    return sign_in(clinic.privacy_officer)


@pytest.fixture
def ask(clinic, now):
    """Start the clock of a request for an accounting, this many days ago."""

    def _ask(patient, *, days_ago=0):
        facts = {"kind": "accounting", "program": clinic.program, "subject": f"patients.request:{patient.pk}", "at": now}
        return start_clock(patient_id=patient.pk, started_on=TODAY - timedelta(days=days_ago), **facts)

    return _ask


def test_everything_with_a_clock_stands_in_one_place_by_how_near_it_is(clinic, browser, ask):
    late = ask(clinic.patient(given="Late", family="Abel"), days_ago=61)
    soon = ask(clinic.patient(given="Soon", family="Berg"), days_ago=55)
    later = ask(clinic.patient(given="Later", family="Cole"), days_ago=1)
    shown = {}
    for show in ("all", "overdue", "week", "later"):
        page = browser.get(reverse("desk:privacy"), {"show": show}).content.decode()
        shown[show] = [name for name in ("Late Abel", "Soon Berg", "Later Cole") if name in page]
    assert shown == {
        "all": ["Late Abel", "Soon Berg", "Later Cole"],
        "overdue": ["Late Abel"],
        "week": ["Soon Berg"],
        "later": ["Later Cole"],
    }
    page = browser.get(reverse("desk:privacy")).content.decode()
    assert page.index("Late Abel") < page.index("Soon Berg") < page.index("Later Cole")
    assert "1 day overdue" in page
    assert "5 days left" in page
    assert "42 CFR 2.25" in page
    assert Clock.objects.running().count() == len({late, soon, later})


def test_an_empty_page_says_what_would_be_there(browser, clinic):
    page = browser.get(reverse("desk:privacy")).content.decode()
    assert "No clock runs here" in page
    assert "Every complaint is answered." in page


def test_the_queues_count_what_waits(clinic, browser, now):
    stamp = {"by": clinic.front_desk, "at": now}
    take_complaint(program=clinic.program, from_whom="unnamed", about="told", received_on=TODAY, received_how="phone", words="x", **stamp)
    for _number in range(2):
        report_incident(program=clinic.program, kind="lost", discovered_on=TODAY, words="x", **stamp)
    queues = {str(queue.title): number for queue, number, _words in browser.get(reverse("desk:privacy")).context["queues"]}
    assert (queues["Complaints"], queues["Incidents"], queues["Notice of privacy rights"]) == (1, 2, 0)


def test_a_policy_is_not_shown_as_law(clinic, browser, now):
    report_incident(program=clinic.program, kind="lost", discovered_on=TODAY, words="x", by=clinic.peer, at=now)
    assert "Program policy (M)" in browser.get(reverse("desk:privacy")).content.decode()


def test_more_time_is_given_once_and_for_a_reason(clinic, browser, ask):
    clock = ask(clinic.patient())
    address = reverse("desk:deadline", args=[clock.pk])
    assert browser.post(address, {"reason": ""}).status_code == 422
    assert browser.post(address, {"reason": "Two archives answer late."}).status_code == 302
    page = browser.get(address).content.decode()
    assert "Two archives answer late." in page
    assert "Once, and only before the day has passed" not in page
    assert browser.post(address, {"reason": "More."}).status_code == 422


def test_the_nightly_look_makes_loud_what_comes_near_and_does_nothing_twice(clinic, ask, now, browser):
    near, far = ask(clinic.patient(), days_ago=31), ask(clinic.patient(), days_ago=1)
    assert look_at_clocks(program=clinic.program, by=clinic.system, at=now) == 1
    look_at_deadlines()
    assert set(Clock.objects.loud().filter(kind="accounting")) == {near}
    assert far in Clock.objects.running()
    owed = Clock.objects.filter(kind="notice_owed")
    assert owed.count() == 2
    before = list(Clock.objects.order_by("pk").values())
    look_at_deadlines()
    assert list(Clock.objects.order_by("pk").values()) == before
    assert browser.get(reverse("desk:privacy")).status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_only_who_oversees_privacy_opens_it(clinic, sign_in, role, ask):
    clock = ask(clinic.patient())
    browser = sign_in(clinic.staff[role])
    wanted = 200 if role is Role.PRIVACY_OFFICER else 403
    assert browser.get(reverse("desk:privacy")).status_code == wanted
    assert browser.get(reverse("desk:deadline", args=[clock.pk])).status_code == wanted


def test_clocks_of_another_site_are_not_there(clinic, browser, ask):
    clock = ask(clinic.patient(clinic.south, team=(clinic.hire(Role.THERAPIST, clinic.south),), given="Sue", family="South"))
    assert "Sue South" not in browser.get(reverse("desk:privacy")).content.decode()
    assert browser.get(reverse("desk:deadline", args=[clock.pk])).status_code == 404


def test_the_page_asks_as_often_for_two_as_for_twelve(clinic, browser, ask, query_count):
    browser.get(reverse("desk:privacy"))  # the first request also notes that the session is in use
    for many in (2, 10):
        for _number in range(many):
            ask(clinic.patient())
        with query_count(PRIVACY_QUERIES):
            browser.get(reverse("desk:privacy"))


def test_an_agreement_is_put_on_file_with_its_paper_and_ended(clinic, sign_in, browser):
    laboratory = Organization.objects.create(name="Harbor Laboratory", kind="laboratory")
    typed = {
        "program": clinic.program.pk, "organization": laboratory.pk, "kind": "qsoa", "services": "Urine drug testing",
        "signed_on": "2026-03-01", "expires_on": "2026-04-01", "bound_by_part2": "on",
    }  # fmt: skip
    refused = browser.post(reverse("desk:agreement_new"), typed)
    assert refused.status_code == 422
    assert "promise to resist" in refused.content.decode()
    typed["resists_proceedings"] = "on"
    wrong = browser.post(reverse("desk:agreement_new"), {**typed, "scan": SimpleUploadedFile("signed.pdf", b"MZ", "application/pdf")})
    assert "Only a PDF or a picture" in wrong.content.decode()
    scan = SimpleUploadedFile("x.exe", b"%PDF-1.7 signed", "application/x-msdownload")
    made = browser.post(reverse("desk:agreement_new"), {**typed, "scan": scan})
    agreement = Agreement.objects.get()
    assert made.url == reverse("desk:agreement", args=[agreement.pk])
    assert "Ends soon" in browser.get(reverse("desk:agreements")).content.decode()
    paper = browser.get(reverse("desk:agreement_paper", args=[agreement.pk]))
    assert (paper.content, paper["Content-Type"], paper["Cache-Control"]) == (b"%PDF-1.7 signed", "application/pdf", "no-store")
    assert AgreementScan.objects.count() == 1
    end = reverse("desk:agreement_act", args=[agreement.pk, "end"])
    assert browser.post(end, {"ended_on": "2026-05-01", "reason": "Late"}).status_code == 422
    assert browser.post(end, {"ended_on": "2026-03-04", "reason": "They changed hands."}).status_code == 302
    assert "Ended early" in browser.get(reverse("desk:agreement", args=[agreement.pk])).content.decode()
    assert sign_in(clinic.nurse).get(reverse("desk:agreements")).status_code == 403
    assert sign_in(clinic.administrator).get(reverse("desk:agreements")).status_code == 200


@pytest.fixture
def everything_waits(clinic, now):
    """Let one of each kind wait: a request of each kind, a restriction, an emergency, opened glass, a consent handed in, sendings."""
    patient = clinic.patient(given="Rosa", family="Lane")
    by, about = {"by": clinic.privacy_officer, "at": now}, {"patient": patient, "program": clinic.program}
    hospital = Organization.objects.create(name="Mercy Hospital", kind="hospital", hipaa_role="covered_entity", address="1 Hill Road")
    for kind in ("accounting", "access", "intermediary_list"):
        take_records_request(**about, kind=kind, received_on=TODAY, asked_how="mail", **by)
    ask_restriction(**about, asked_on=TODAY, asked_by="Rosa Lane", to_whom="anybody", purposes=["payment"], by=clinic.case_manager, at=now)
    told = {"recipient_name": "Dr. Osei", "recipient_facility": "St. Anne", "profession": "doctor"}
    facts = {**told, "nature": "Overdose", "categories": ["medications"]}
    disclose_in_emergency(**about, **facts, by=clinic.nurse, at=now)
    glass = GlassBreak.objects.create(
        **about, kind="internal", reason="in_need_now", words="At the desk", closes_at=now + timedelta(hours=1), recorded_at=now,
        recorded_by=clinic.therapist,
    )  # fmt: skip
    start_clock(kind="break_glass_review", program=clinic.program, subject=glass, started_on=TODAY, at=now, patient_id=patient.pk)
    draft = Consent.objects.create(
        patient=patient, discloser=clinic.program, kind="specific", purposes=["treatment"], categories=["plan"], recorded_at=now,
        recorded_by=clinic.system,
    )  # fmt: skip
    HandedIn.objects.create(consent=draft, organization=hospital, at=now)
    for state in ("withheld", "failed", "doubtful"):
        Transmission.objects.create(
            **about, recipient=hospital, purpose="treatment", categories=["plan"], description="Plan", via="email", format="json",
            requested_by=clinic.case_manager, requested_at=now, due_at=now, state=state, reason="Revoked", settled_at=now,
        )  # fmt: skip
    return patient


def test_each_queue_counts_what_waits_and_leads_there(browser, everything_waits):
    page = browser.get(reverse("desk:privacy"))
    queues = {str(queue.title): number for queue, number, _words in page.context["queues"] if number}
    assert queues == {
        "Emergency access to review": 1,
        "Told in an emergency, to review": 1,
        "Asked not to be told, to decide": 1,
        "Accountings asked for": 1,
        "Copies of the record asked for": 1,
        "Lists of intermediaries asked for": 1,
        "Consents handed in, to compare": 1,
        "Sendings to look at": 2,
        "Withheld in the last 30 days": 1,
        "Notice of privacy rights": 1,
        "Policies to attest or review": len(areas()),
    }
    for queue, number, _words in page.context["queues"]:
        shown = browser.get(reverse(queue.url_name) + queue.query)
        assert shown.status_code == 200
        assert ("Rosa Lane" in shown.content.decode()) is (bool(number) and queue.url_name != "desk:policies"), queue.title


def test_each_clock_opens_what_it_is_about(browser, everything_waits):
    clocks = list(Clock.objects.running())
    assert {clock.subject.partition(":")[0] for clock in clocks} == {
        "patients.recordsrequest", "patients.restriction", "patients.emergencydisclosure", "patients.glassbreak",
    }  # fmt: skip
    for clock in clocks:
        place = place_of(clock, everything_waits)
        assert place != reverse("desk:deadline", args=[clock.pk])
        assert "Rosa" in browser.get(place).content.decode()


def test_queues_with_nothing_in_them_say_so(browser, clinic, now):
    policy = {"title": "Manual", "kept_at": "Binder", "in_force_since": TODAY, "review_on": date(2027, 3, 4), "has_read": True}
    for area in areas():
        attest_policy(program=clinic.program, area=area, **policy, by=clinic.privacy_officer, at=now)
    page = browser.get(reverse("desk:privacy")).content.decode()
    for queue in QUEUES:
        assert str(queue.empty) in page


def test_a_record_that_does_not_hold_is_loud(clinic, browser, now):
    address = reverse("desk:privacy")
    assert "not verified yet" in browser.get(address).content.decode()
    put_verification_on_record(Verification(rows=9), by=clinic.system, at=now)
    assert "nothing was changed" in browser.get(address).content.decode()
    put_verification_on_record(Verification(rows=9, faults=[Fault(7, 7, "was forged")]), by=clinic.system, at=now)
    page = browser.get(address).content.decode()
    assert "Somebody has changed this record below the application" in page
    assert "Position 7: was forged" in page
