import threading

import pytest
from django.utils import timezone

from patients.consent.actions import revoke_consent
from patients.disclosures.models import Disclosure
from patients.transmissions.actions import queue_transmission
from patients.transmissions.models import Transmission
from referrals.casework.models import Task
from tests.sharing.receivers import mails_in
from tests.workers import Nursery, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def worker(transactional_db, tmp_path):
    nursery = Nursery(tmp_path)
    yield nursery
    nursery.stop()


@pytest.fixture
def now():
    """Real workers look at the real clock."""
    return timezone.now()


def queued(clinic, patient, hospital, now) -> list[Transmission]:
    """Queue a mail and an event about one person."""
    common = {"patient": patient, "program": clinic.program, "recipient": hospital, "purpose": "treatment", "at": now}
    mail = {"categories": ["demographics", "medications"], "description": "Medications", "via": "email", "format": "json"}
    event = {"categories": ["appointments"], "description": "An appointment", "via": "webhook", "format": "event"}
    return [
        queue_transmission(**common, **mail, by=clinic.case_manager),
        queue_transmission(**common, **event, event="appointment.changed", by=clinic.system),
    ]


def states() -> set[str]:
    return set(Transmission.objects.values_list("state", flat=True))


def test_what_is_revoked_before_it_is_sent_never_arrives(clinic, now, worker, filled, hospital, consent, webhook):
    given = consent(filled)
    sendings = queued(clinic, filled, hospital, now)
    revoke_consent(consent=given, revoked_by=filled.legal_name, by=clinic.case_manager, at=timezone.now())
    worker.start()
    worker.start_beat()
    wait_until(lambda: "queued" not in states() and Task.objects.filter(key__startswith="transmission:withheld").exists())

    assert (webhook.heard, mails_in(worker.messages)) == ([], [])
    reasons = Transmission.objects.filter(pk__in=[one.pk for one in sendings]).values_list("state", "reason")
    assert {state for state, _reason in reasons} == {"withheld"}
    assert all("revoked" in reason for _state, reason in reasons), list(reasons)
    assert not Disclosure.objects.filter(outcome="disclosed").exists()
    assert Disclosure.objects.filter(outcome="withheld").count() == len(sendings)
    assert Task.objects.filter(key=f"consent:revoked:{given.pk}").exists()


def test_what_is_not_revoked_arrives_once_though_the_worker_is_killed_in_between(clinic, now, worker, filled, hospital, consent, webhook):
    consent(filled)
    dead = threading.Event()

    def hold_the_first(_heard):
        """Keep the worker waiting until it is killed: it cannot know whether the event arrived."""
        dead.wait(30)
        return 204

    webhook.answer = hold_the_first
    sendings = queued(clinic, filled, hospital, now)
    running = worker.start()
    worker.start_beat()
    wait_until(lambda: len(webhook.heard) == 1)
    worker.kill(running)
    webhook.answer = lambda heard: 204
    dead.set()
    worker.start()
    wait_until(lambda: states() == {"sent"})

    assert webhook.keys == {str(sendings[1].key)}
    assert len(webhook.heard) == 2, "the event in doubt was offered again under the same key"
    (mail,) = mails_in(worker.messages)
    assert mail.to == "records@mercy.test"
    told = Disclosure.objects.filter(outcome="disclosed").order_by("pk").values_list("via", "categories")
    assert list(told) == [("email", ["demographics", "medications"]), ("webhook", ["appointments"])]
