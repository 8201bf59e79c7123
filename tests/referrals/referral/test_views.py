from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from patients.disclosures.models import Disclosure
from referrals.referral.actions import send_referral
from referrals.referral.models import Referral


@pytest.fixture(autouse=True)
def _at_three_in_the_afternoon(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def browser(clinic, sign_in):
    return sign_in(clinic.case_manager)


def url(name, *args):
    return reverse(f"referrals:{name}", args=args)


def press(browser, name, referral, **typed):
    return browser.post(url(name, referral.pk), {"csrfmiddlewaretoken": "-", **typed})


def test_the_list_shows_what_waits_for_an_answer_and_for_how_long(draft, consent, clinic, browser, now):
    old, new = clinic.patient(given="Ada", family="Abel"), clinic.patient(given="Ben", family="Berg")
    for patient, days in ((old, 8), (new, 2)):
        consent(patient, at=now - timedelta(days=3))
        referral = send_referral(referral=draft(patient), by=clinic.case_manager, at=now)
        Referral.objects.filter(pk=referral.pk).update(sent_at=now - timedelta(days=days))
    draft(clinic.patient(given="Cem", family="Cole"))
    page = browser.get(url("referrals")).content.decode()
    assert page.index("Ada Abel") < page.index("Ben Berg")
    assert "8 days" in page
    assert "2 days" in page
    assert page.count("state--warn") == 1
    assert "Cem Cole" not in page
    assert "Cem Cole" in browser.get(url("referrals"), {"show": "draft"}).content.decode()
    assert "Cem Cole" in browser.get(url("referrals"), {"show": "all"}).content.decode()


def test_the_list_costs_the_same_for_two_referrals_and_for_twelve(draft, browser, query_count):
    for _ in range(2):
        draft()
    browser.get(url("referrals"), {"show": "all"})
    with query_count(6):
        browser.get(url("referrals"), {"show": "all"})
    for _ in range(10):
        draft()
    with query_count(6):
        page = browser.get(url("referrals"), {"show": "all"})
    assert page.content.decode().count("data-row-link") == 12


def test_a_referral_is_written_looked_over_sent_answered_and_completed(consent, clinic, shelter, browser):
    patient = clinic.patient()
    consent(patient)
    typed = {"organization": shelter.pk, "purpose": "housing", "service": "A bed", "message": "From Friday."}
    assert browser.post(url("refer", patient.public_id), typed).status_code == 302
    referral = Referral.objects.get()
    page = browser.get(url("referral", referral.pk)).content.decode()
    assert "Will be told" in page
    assert "Name, birth date, language · How to reach the person · Housing" in page
    assert "Look over what you wrote" not in page
    Referral.objects.filter(pk=referral.pk).update(message="From Friday. On methadone.")
    page = browser.get(url("referral", referral.pk)).content.decode()
    assert "It seems to speak of: Medications" in page
    assert press(browser, "referral_send", referral).status_code == 302
    assert Disclosure.objects.get().outcome == "disclosed"
    assert press(browser, "referral_answer", referral, state="declined").status_code == 422
    assert press(browser, "referral_answer", referral, state="accepted", answer="A bed from Friday.").status_code == 302
    page = browser.get(url("referral", referral.pk)).content.decode()
    assert "Was told" in page
    assert "A bed from Friday." in page
    assert press(browser, "referral_complete", referral).status_code == 302
    referral.refresh_from_db()
    assert referral.state == "completed"
    assert AuditEvent.objects.filter(verb="referral", patient_id=patient.pk).count() == 4


def test_without_a_consent_the_page_says_what_is_missing_and_nothing_leaves(draft, clinic, browser):
    referral = draft()
    answer = press(browser, "referral_send", referral)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Nothing was sent" in page
    assert "No consent is on file." in page
    referral.refresh_from_db()
    assert referral.state == "draft"
    assert [account.outcome for account in Disclosure.objects.all()] == ["withheld"]


def test_a_referral_of_another_caseload_is_as_unknown_as_one_that_never_was(draft, clinic, browser):
    referral = draft(clinic.patient(team=(Role.THERAPIST,)), by=clinic.therapist)
    for key in (referral.pk, 999_999):
        assert browser.get(url("referral", key)).status_code == 404
        for name in ("referral_send", "referral_answer", "referral_complete", "referral_withdraw"):
            assert browser.post(url(name, key), {"state": "accepted"}).status_code == 404
    assert browser.get(url("refer", referral.patient.public_id)).status_code == 404
    referral.refresh_from_db()
    assert referral.state == "draft"


def test_a_peer_worker_reads_referrals_and_sends_none(draft, clinic, sign_in):
    referral = draft()
    peer = sign_in(clinic.peer)
    page = peer.get(url("referral", referral.pk)).content.decode()
    assert "A bed" in page
    assert "Send referral" not in page
    assert press(peer, "referral_send", referral).status_code == 403
    assert sign_in(clinic.front_desk).get(url("referrals")).status_code == 403
    referral.refresh_from_db()
    assert referral.state == "draft"
