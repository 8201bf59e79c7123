import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent, AuditSeal
from casemgr.core.audit.recording import note_read
from casemgr.core.audit.verifying import verify

ROLE = "casemgr_writes_only"


@pytest.fixture
def writes_only(record):
    """Act as a role that may write events and read both tables, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        cursor.execute(f"GRANT SELECT, INSERT ON casemgr_auditevent TO {ROLE}")
        cursor.execute(f"GRANT USAGE ON SEQUENCE casemgr_auditevent_id_seq TO {ROLE}")
        cursor.execute(f"GRANT SELECT ON casemgr_auditseal TO {ROLE}")
        cursor.execute(f"SET ROLE {ROLE}")
    yield record
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"DROP OWNED BY {ROLE}")
        cursor.execute(f"DROP ROLE {ROLE}")


def test_the_role_writes_and_the_database_seals(writes_only, clinic):
    note_read(by=clinic.nurse, at=timezone.now(), what="chart", patient_id=1)
    writes_only.seal()
    assert AuditSeal.objects.filter(event_id=AuditEvent.objects.get().pk).exists()
    assert verify(at=timezone.now()).faults == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {events} SET verb = 'x'",
        "DELETE FROM {events}",
        "TRUNCATE {events}",
        "TRUNCATE {events}, {seals}",
        "ALTER TABLE {events} ADD COLUMN x int",
        "ALTER TABLE {events} DISABLE TRIGGER USER",
        "ALTER TABLE {events} DISABLE TRIGGER ALL",
        "DROP TABLE {events}",
        "ALTER SEQUENCE casemgr_auditevent_id_seq RESTART",
        "INSERT INTO {seals} (position, event_id, digest) VALUES (99, 99, '')",
        "UPDATE {seals} SET digest = ''",
        "DELETE FROM {seals}",
        "TRUNCATE {seals}",
        "ALTER TABLE {seals} DISABLE TRIGGER USER",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION casemgr_seal_event(sealed bigint) RETURNS void LANGUAGE sql AS ''",
    ],
)
def test_the_role_cannot_take_anything_back(writes_only, statement):
    writes_only.write(2)
    asked = statement.format(events="casemgr_auditevent", seals="casemgr_auditseal")
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(asked)
    assert AuditEvent.objects.count() == 2


def test_calling_the_sealing_function_by_hand_does_nothing(writes_only):
    writes_only.write(2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT casemgr_seal_event(id) FROM casemgr_auditevent")
        cursor.execute("SELECT casemgr_seal_event(-1)")
    assert AuditSeal.objects.count() == 2
    assert verify(at=timezone.now()).faults == []
