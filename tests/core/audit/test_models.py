import pytest
from django.db import connection, transaction

from casemgr.core.audit.models import AuditEvent
from casemgr.core.audit.recording import note_read


@pytest.mark.parametrize(
    "statement", ["UPDATE casemgr_auditevent SET verb = 'x'", "DELETE FROM casemgr_auditevent", "TRUNCATE casemgr_auditevent"]
)
def test_the_record_of_access_refuses_to_be_changed_deleted_or_emptied(clinic, now, statement):
    note_read(by=clinic.nurse, at=now, what="chart", patient_id=7)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(Exception, match="Cannot (update|delete|truncate)"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.get(verb="chart").patient_id == 7
