import pytest
from django.db import InternalError, transaction

from casemgr.core.audit.models import AuditEvent
from casemgr.core.audit.recording import note_read


@pytest.mark.django_db(transaction=True)
def test_the_record_of_access_refuses_to_be_changed_deleted_or_emptied(clinic, now):
    note_read(by=clinic.nurse, at=now, what="chart", patient_id=7)
    event = AuditEvent.objects.get()
    for statement in ("UPDATE casemgr_auditevent SET verb='x'", "DELETE FROM casemgr_auditevent", "TRUNCATE casemgr_auditevent"):
        with pytest.raises(InternalError), transaction.atomic():
            AuditEvent.objects.raw(statement)._fetch_all()
    assert AuditEvent.objects.get() == event
