from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from standardwebhooks.webhooks import Webhook as Seal

from casemgr.core.audit.models import AuditEvent
from casemgr.core.outbox.draining import drain
from casemgr.core.refusals import Refused
from casemgr.reactions import NEWS
from casemgr.sharing.sending import send_transmissions
from casemgr.sharing.webhooks import Webhook
from patients.consent.actions import mark_consent_false, revoke_consent
from patients.disclosures.models import Disclosure
from patients.record.models import Patient
from patients.restrictions.models import Restriction
from patients.transmissions.actions import cancel_transmission, confirm_transmission, queue_transmission, retry_transmission
from patients.transmissions.models import EventKind, Transmission
from patients.transmissions.rules import TRIES, faults_of_address, may_be_reached
from referrals.casework.models import Task
from tests.sharing.conftest import SECRET
from tests.sharing.receivers import mails_in
from treatment_plans.appointments.actions import book_appointment


@pytest.fixture
def queue(clinic, now, filled, hospital):
    """Return a function that queues a mail or an event about one person."""

    def _queue(via="email", **facts):
        values = {"categories": ["medications"], "description": "Medications", "via": via, "format": "json", **facts}
        if via == "webhook":
            values |= {"format": "event", "event": "order.changed"}
        common = {"patient": filled, "program": clinic.program, "recipient": hospital, "purpose": "treatment"}
        return queue_transmission(**common, **values, by=clinic.case_manager, at=now)

    return _queue


def restrict(clinic, patient, now):
    Restriction.objects.create(
        patient=patient, program=clinic.program, state="agreed", asked_on=date(2026, 3, 2), asked_by="x", to_whom="anybody",
        purposes=["treatment"], decided_at=now, decided_by=clinic.privacy_officer, decision="Agreed", recorded_at=now,
        recorded_by=clinic.case_manager,
    )  # fmt: skip


HAPPENS = {
    "revoked": lambda clinic, patient, given, now: revoke_consent(consent=given, revoked_by="x", by=clinic.case_manager, at=now),
    "known false": lambda clinic, patient, given, now: mark_consent_false(consent=given, why="Forged", by=clinic.case_manager, at=now),
    "restricted": lambda clinic, patient, given, now: restrict(clinic, patient, now),
    "died": lambda clinic, patient, given, now: Patient.objects.filter(pk=patient.pk).update(deceased_on=now.date()),
    "role ended": lambda clinic, patient, given, now: clinic.case_manager.memberships.update(ends_on=now.date()),
}


@pytest.mark.parametrize(
    ("what", "words", "account", "audit"),
    [
        ("revoked", "The consent was revoked.", ["revoked"], ["refused"]),
        ("known false", "The consent is known to be false.", ["known_false"], ["refused"]),
        ("restricted", "asked", ["restricted"], ["refused"]),
        ("died", "The person has died since this was asked for.", [], []),
        ("role ended", "may not disclose this record any more", [], ["denied"]),
    ],
)
def test_what_happens_in_between_stops_the_sending_and_gives_somebody_a_task(
    clinic, now, settings, filled, consent, queue, what, words, account, audit
):
    given = consent(filled)
    waiting = queue()
    HAPPENS[what](clinic, filled, given, now)
    send_transmissions(at=now)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.disclosure_id) == ("withheld", None)
    assert words in waiting.reason
    assert mails_in(settings.MESSAGE_FOLDER) == []
    assert list(Disclosure.objects.values_list("outcome", "reason")) == [("withheld", reason) for reason in account]
    assert list(AuditEvent.objects.filter(verb="disclose", patient_id=filled.pk).values_list("outcome", flat=True)) == audit
    drain(at=now)
    assert Task.objects.filter(key__startswith="transmission:withheld").get().detail == waiting.reason


def test_what_has_expired_in_between_is_not_sent(now, settings, filled, consent, queue):
    consent(filled, valid_until=date(2026, 3, 10))
    waiting = queue()
    send_transmissions(at=now + timedelta(days=10))
    waiting.refresh_from_db()
    assert waiting.state == "withheld"
    assert "ended" in waiting.reason


def test_a_revocation_takes_what_rests_on_it_out_of_the_queue_but_not_what_another_consent_carries(clinic, now, filled, consent, queue):
    first = consent(filled)
    consent(filled, categories=["plan"])
    stopped, kept = queue(), queue(categories=["plan"])
    revoke_consent(consent=first, revoked_by="x", by=clinic.case_manager, at=now)
    drain(at=now)
    assert {one.pk: one.state for one in Transmission.objects.all()} == {stopped.pk: "withheld", kept.pk: "queued"}
    assert Disclosure.objects.get(outcome="withheld").reason


def test_a_mail_tells_nothing_on_its_outside(now, settings, filled, consent, queue):
    consent(filled)
    queue()
    send_transmissions(at=now)
    (mail,) = mails_in(settings.MESSAGE_FOLDER)
    outside = f"{mail.subject} {mail.sender} {mail.name}".lower()
    assert (mail.subject, mail.to) == ("A document for you", "records@mercy.test")
    assert not any(word in outside for word in ("kwarrobel", "reyes", "treatment", "medication", "clinic", "substance", "river"))


def test_an_event_is_signed_thin_and_carries_notice_scope_and_number(now, filled, consent, queue, webhook, monkeypatch):
    consent(filled)
    waiting = queue("webhook")
    send_transmissions(at=now)
    (heard,) = webhook.heard
    monkeypatch.setattr(Seal, "_Webhook__verify_timestamp", lambda self, stamp: now)
    body = Seal(SECRET).verify(heard.body, heard.headers)
    assert set(body) == {"type", "timestamp", "data", "meta", "part2_notice", "consent_scope", "disclosure_id"}
    assert body["data"] == {"person": str(filled.public_id), "ask": f"/api/v1/patients/{filled.public_id}/medications"}
    assert heard.headers["webhook-id"] == str(waiting.key)
    assert body["disclosure_id"] == str(Disclosure.objects.get().public_id)


def test_what_is_not_taken_is_tried_again_under_the_same_key_and_account_until_somebody_must_look(now, filled, consent, queue, webhook):
    consent(filled)
    waiting = queue("webhook")
    webhook.answer = lambda heard: 503
    at = now
    for _attempt in range(TRIES):
        send_transmissions(at=at)
        waiting.refresh_from_db()
        at = waiting.due_at + timedelta(seconds=1)
    assert (waiting.state, waiting.reason) == ("failed", f"It was tried {TRIES} times: HTTP 503.")
    assert len(webhook.heard) == TRIES
    assert webhook.keys == {str(waiting.key)}
    assert Disclosure.objects.filter(outcome="disclosed").count() == 1
    webhook.answer = lambda heard: 200
    retry_transmission(transmission=waiting, by=waiting.requested_by, at=at)
    send_transmissions(at=at)
    waiting.refresh_from_db()
    assert waiting.state == "sent"
    assert Disclosure.objects.filter(outcome="disclosed").count() == 1


@pytest.mark.parametrize("ends", ["revoked", "revoked and told", "taken back"])
def test_ended_between_two_attempts_nothing_more_is_sent(clinic, now, filled, consent, queue, webhook, ends):
    given = consent(filled)
    waiting = queue("webhook")
    webhook.answer = lambda heard: 503
    send_transmissions(at=now)
    if ends == "taken back":
        cancel_transmission(transmission=waiting, reason="Wrong clinic", by=clinic.case_manager, at=now)
    else:
        revoke_consent(consent=given, revoked_by="x", by=clinic.case_manager, at=now)
    if ends == "revoked and told":
        drain(at=now)
    send_transmissions(at=now + timedelta(hours=1))
    waiting.refresh_from_db()
    assert waiting.state == "withheld"
    assert waiting.reason.endswith("An attempt before may have arrived.")
    assert len(webhook.heard) == 1


@pytest.mark.parametrize("attempt", [1, 2])
def test_what_is_under_way_is_never_called_withheld(clinic, now, filled, consent, queue, webhook, monkeypatch, sign_in, attempt):
    given = consent(filled)
    waiting = queue("webhook")
    pages, refusals, send, browser = [], [], Webhook.send, sign_in(clinic.case_manager)

    def send_while_it_is_revoked(way, offer, prepared):
        revoke_consent(consent=given, revoked_by="x", by=clinic.case_manager, at=now)
        drain(at=at)
        with pytest.raises(Refused) as refused:
            cancel_transmission(transmission=waiting, reason="Wrong clinic", by=clinic.case_manager, at=at)
        refusals.extend(refused.value.reasons)
        with time_machine.travel(at, tick=False):
            pages.append(browser.get(reverse("patients:transmission", args=[waiting.pk])).content.decode())
        send(way, offer, prepared)

    at = now
    if attempt == 2:
        webhook.answer = lambda heard: 503
        send_transmissions(at=at)
        webhook.answer, at = lambda heard: 204, at + timedelta(hours=1)
    monkeypatch.setattr(Webhook, "send", send_while_it_is_revoked)
    send_transmissions(at=at)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason, len(webhook.heard)) == ("sent", "", attempt)
    assert list(Disclosure.objects.values_list("outcome", flat=True)) == ["disclosed"]
    assert [reason.code for reason in refusals] == ["under_way"]
    assert "It is being sent at this moment" in pages[0]
    assert "Do not send it" not in pages[0]
    drain(at=at)
    assert not Task.objects.filter(key__startswith="transmission").exists()


def test_a_mail_found_half_sent_is_left_to_a_person(now, settings, filled, consent, queue, mailoutbox):
    settings.MESSAGE_GATEWAY = "smtp"
    consent(filled)
    waiting = queue()
    Transmission.objects.filter(pk=waiting.pk).update(offered_at=now)
    send_transmissions(at=now)
    waiting.refresh_from_db()
    assert waiting.state == "doubtful"
    assert mailoutbox == []


def test_a_mail_in_doubt_is_accounted_for_again_when_it_is_sent_again(now, settings, filled, consent, queue, monkeypatch):
    settings.MESSAGE_GATEWAY = "smtp"
    consent(filled)
    waiting = queue()
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda self: (_ for _ in ()).throw(TimeoutError))
    send_transmissions(at=now)
    waiting.refresh_from_db()
    assert waiting.state == "doubtful"
    retry_transmission(transmission=waiting, by=waiting.requested_by, at=now)
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda self: 1)
    send_transmissions(at=now)
    waiting.refresh_from_db()
    assert waiting.state == "sent"
    assert Disclosure.objects.filter(outcome="disclosed").count() == 2


def test_a_mail_in_doubt_can_be_said_to_have_arrived(now, settings, filled, consent, queue, monkeypatch):
    settings.MESSAGE_GATEWAY = "smtp"
    consent(filled)
    waiting = queue()
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda self: (_ for _ in ()).throw(TimeoutError))
    send_transmissions(at=now)
    assert confirm_transmission(transmission=waiting, by=waiting.requested_by, at=now).state == "sent"


def test_news_goes_to_systems_that_may_know_and_to_no_other(clinic, now, filled, consent, webhook):
    stranger = clinic.patient()
    consent(filled)
    for person in (filled, stranger):
        starts = now + timedelta(days=3)
        book_appointment(
            patient=person, site=clinic.north, clinician=clinic.therapist, kind="individual", starts_at=starts,
            ends_at=starts + timedelta(hours=1), by=clinic.front_desk, at=now,
        )  # fmt: skip
    drain(at=now)
    send_transmissions(at=now)
    (heard,) = webhook.heard
    assert str(filled.public_id) in heard.body.decode()
    assert not Task.objects.filter(patient=stranger).exists()
    assert Disclosure.objects.filter(patient_id=stranger.pk).count() == 0


def test_there_is_a_part_behind_every_kind_of_news():
    assert set(NEWS) == set(EventKind)


@pytest.mark.parametrize(
    ("url", "faults"),
    [
        ("https://partner.test/events", []),
        ("http://partner.test/events", ["not_https"]),
        ("https://user:word@partner.test/", ["carries_secret"]),
        ("https://localhost/", ["private"]),
        ("https://10.0.0.5/", ["private"]),
        ("https://169.254.169.254/latest", ["private"]),
        ("https://[::1]/", ["private"]),
        ("https://[::ffff:127.0.0.1]/", ["private"]),
        ("https://db.internal/", ["private"]),
        ("ftp:///", ["not_https", "no_host"]),
    ],
)
def test_a_webhook_leads_to_a_public_machine_over_https(url, faults):
    assert faults_of_address(url, inside=False) == faults


@pytest.mark.parametrize(
    ("address", "may"), [("93.184.216.34", True), ("127.0.0.1", False), ("192.168.1.4", False), ("224.0.0.1", False), ("::1", False)]
)
def test_nobody_on_our_own_network_is_spoken_to(address, may):
    assert may_be_reached(address, inside=False) is may
    assert may_be_reached(address, inside=True)


def test_a_name_that_leads_home_is_hung_up_on_before_a_byte_is_said(now, settings, filled, consent, queue, webhook, monkeypatch):
    consent(filled)
    waiting = queue("webhook")
    settings.WEBHOOKS_MAY_STAY_INSIDE = False
    monkeypatch.setattr("casemgr.sharing.webhooks.faults_of_address", lambda url, inside: [])
    send_transmissions(at=now)
    waiting.refresh_from_db()
    assert (waiting.state, webhook.heard) == ("queued", [])
