import threading

import pytest
from django.db import connection

from casemgr.core.audit.models import AuditEvent
from referrals.referral.models import Referral


@pytest.mark.django_db(transaction=True)
def test_the_same_answer_sent_four_times_at_once_counts_once(clinic, hospital):
    patient = clinic.patient()
    hospital.consent(patient)
    referral = Referral.objects.create(
        patient=patient,
        program=clinic.program,
        organization=hospital.organization,
        purpose="treatment",
        service="Hepatitis C treatment",
        state="sent",
        sent_at=clinic.now,
        disclosure_id=1,
        recorded_at=clinic.now,
        recorded_by=clinic.case_manager,
    )
    start, statuses = threading.Barrier(4), []

    def send():
        start.wait(10)
        try:
            answer = hospital.post(f"/api/v1/referrals/{referral.pk}/answer", {"state": "accepted"}, **{"Idempotency-Key": "once"})
            statuses.append((answer.status_code, answer.json()["data"]["state"]))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert statuses == [(200, "accepted")] * 4
    assert AuditEvent.objects.filter(verb="answer_referral", outcome="done").count() == 1
