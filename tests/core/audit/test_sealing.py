import pytest
from django.db import connection

from casemgr.core.audit.models import AuditEvent, AuditSeal
from casemgr.core.audit.recording import note_read
from casemgr.core.audit.walking import Findings, Walk, links
from casemgr.core.audit.writing import FIELDS, digest_of, written


@pytest.fixture
def chain(clinic, now):
    for number in range(1, 6):
        note_read(by=clinic.nurse, at=now, what="chart", patient_id=number, detail={"n": "é | 3:x"}, people=[3, number])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return list(AuditEvent.objects.order_by("id"))


def test_what_the_database_sealed_is_what_python_computes(chain):
    previous = ""
    for position, event in enumerate(chain, start=1):
        seal = AuditSeal.objects.get(event_id=event.pk)
        assert seal.position == position
        body = written([event.pk, *(getattr(event, name) for name in FIELDS), event.code, seal.sealed_at])
        assert seal.digest == digest_of(previous, body)
        previous = seal.digest


def test_two_different_events_never_read_the_same():
    assert written(["ab", "c"]) != written(["a", "bc"])


def test_a_walk_finds_nothing_where_nothing_was_touched(chain):
    findings = Findings()
    walk = Walk(findings)
    for link in links():
        walk.take(link)
    assert (walk.count, findings.faults()) == (5, [])
