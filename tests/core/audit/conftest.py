import pytest
from django.db import connection
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent, AuditSeal
from casemgr.core.audit.recording import note_read
from casemgr.core.audit.verifying import verify
from casemgr.core.audit.walking import links
from casemgr.core.audit.writing import digest_of


class Record:
    """Write to the record as the application does, and tamper with it as the owner of its tables can."""

    def __init__(self, clinic) -> None:
        self.clinic = clinic

    def write(self, count: int = 1) -> list[int]:
        """Let the application write events and seal them; return their keys."""
        known = set(AuditEvent.objects.values_list("pk", flat=True))
        for number in range(count):
            note_read(by=self.clinic.nurse, at=timezone.now(), what="chart", patient_id=number + 1, detail={"n": "é | 3:x"})
        self.seal()
        return sorted(set(AuditEvent.objects.values_list("pk", flat=True)) - known)

    def seal(self) -> None:
        """Seal what is written, as a commit does."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def as_owner(self, statement: str, *parameters: object) -> None:
        """Run a statement with the triggers of both tables switched off, as their owner may."""
        with connection.cursor() as cursor:
            for table in ("casemgr_auditevent", "casemgr_auditseal"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement, parameters)
            for table in ("casemgr_auditevent", "casemgr_auditseal"):
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def chain_anew(self) -> None:
        """Compute the whole chain anew, without a gap: it needs no key."""
        known = list(AuditSeal.objects.order_by("position").values_list("position", flat=True))
        for place, position in enumerate(known, start=1):
            if place != position:
                self.as_owner("UPDATE casemgr_auditseal SET position = %s WHERE position = %s", place, position)
        previous = ""
        for link in list(links()):
            previous = digest_of(previous, link.body)
            self.as_owner("UPDATE casemgr_auditseal SET digest = %s WHERE position = %s", previous, link.position)

    def places(self) -> list[tuple[int, int | None]]:
        """Return where a verification finds faults."""
        return [(fault.position, fault.event_id) for fault in verify(at=timezone.now()).faults]

    def words(self) -> str:
        """Return what a verification says of the faults it finds."""
        return "\n".join(fault.text for fault in verify(at=timezone.now()).faults)


@pytest.fixture
def record(clinic) -> Record:
    """Return a record in which nothing is written yet."""
    return Record(clinic)
