"""The application's own role lives a clinic's life and can do nothing to what is kept."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent, AuditSeal
from casemgr.core.audit.recording import note_read
from casemgr.core.grants import wanted_rights
from casemgr.core.outbox.draining import drain
from casemgr.core.outbox.models import Fact
from casemgr.demo.clinic import CLIENTS, PASSWORD
from casemgr.management.commands.demo import Command
from patients.record.models import Patient
from tests.architecture.test_tables import APPEND_ONLY, our_models
from treatment_plans.medication.models import Dose

pytestmark = pytest.mark.django_db

OTHERS_THAT_CHANGE = [model._meta.db_table for model in our_models() if model.__name__ not in APPEND_ONLY]


def tables_that_are_only_added_to():
    tables = {model._meta.db_table for model in apps.get_models()}
    return sorted(table for table, rights in wanted_rights().items() if not rights & {"UPDATE", "DELETE"} and table in tables)


def refusal_of(statement):
    """Return how the database refuses a statement."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(refused.value)


def seal():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_month_of_a_clinic_is_lived_as_the_application(as_application, capsys):
    """Everybody of the demo works: register, admit, dose, consent, disclose, book, remind, refer, write, sign."""
    with as_application():
        Command().make(patients=6, months=1, seed=7)
        while drain(at=timezone.now()):
            pass
        seal()
    assert Patient.objects.count() >= 6
    assert Dose.objects.exists()
    assert Fact.objects.filter(state="done").exists()
    assert not Fact.objects.filter(outcome__startswith="failed").exists()
    call_command("verify_audit", "--no-record", stdout=StringIO())
    assert AuditSeal.objects.count() == AuditEvent.objects.count() > 100
    history = sum(model.pgh_event_model.objects.count() for model in our_models() if hasattr(model, "pgh_event_model"))
    assert history > 100

    client_id, secret, *_ = CLIENTS[0]
    with as_application():
        browser = Client()
        answer = browser.post("/account/login/", {"login": "nurse@demo.test", "password": PASSWORD})
        signed_in = answer.status_code
        page = browser.get("/")
        token = Client().post("/oauth/token", {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret})
        bearer = {"Authorization": f"Bearer {token.json().get('access_token')}"}
        listed = Client().get("/api/v1/patients", headers=bearer)
        out = browser.post("/account/logout/")
        seal()
    assert (token.status_code, listed.status_code) == (200, 200)
    assert (signed_in, page.status_code, out.status_code) == (302, 200, 302)
    assert AuditEvent.objects.filter(verb="sign_in", outcome="done").exists()
    call_command("verify_audit", stdout=StringIO())


@pytest.mark.parametrize("table", tables_that_are_only_added_to())
def test_the_database_itself_refuses_to_let_the_application_change_what_is_kept(as_application, table):
    with as_application():
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            if "UPDATE" in statement and table.endswith("auditseal"):
                statement = f"UPDATE {table} SET digest = ''"
            assert f"permission denied for table {table}" in refusal_of(statement) or "does not exist" in refusal_of(statement)


@pytest.mark.parametrize("table", sorted(OTHERS_THAT_CHANGE))
def test_no_table_can_be_emptied_by_the_application(as_application, table):
    with as_application():
        assert "permission denied" in refusal_of(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE casemgr_auditevent DISABLE TRIGGER ALL",
        "ALTER TABLE casemgr_auditevent DROP COLUMN reason",
        "ALTER TABLE treatment_plans_dose OWNER TO CURRENT_USER",
        "DROP TABLE patients_disclosure CASCADE",
        "DROP TRIGGER {trigger} ON casemgr_auditevent",
        "DROP FUNCTION {function}() CASCADE",
        "CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER mine BEFORE INSERT ON casemgr_auditevent FOR EACH ROW EXECUTE FUNCTION {function}()",
        "CREATE RULE mine AS ON INSERT TO casemgr_auditevent DO INSTEAD NOTHING",
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "SET session_replication_role = replica",
        "COPY casemgr_auditevent TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_the_application_changes_nothing_about_the_tables(as_application, statement):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgfoid::regproc::text FROM pg_trigger WHERE tgrelid = 'casemgr_auditevent'::regclass AND tgname LIKE '%never_deleted%'"
        )
        trigger, function = cursor.fetchone()
    with as_application():
        words = refusal_of(statement.format(trigger=trigger, function=function))
    assert "permission denied" in words or "must be owner" in words or "no privileges" in words


def test_what_the_application_reads_it_may_put_on_the_record_and_no_more(clinic, now, as_application):
    with as_application():
        note_read(by=clinic.nurse, at=now, what="chart", patient_id=7)
        seal()
        assert "permission denied" in refusal_of("UPDATE casemgr_auditevent SET verb = 'x'")
    assert AuditEvent.objects.get(verb="chart").patient_id == 7
    call_command("verify_audit", stdout=StringIO())


def test_without_the_role_the_same_statements_would_reach_the_triggers(clinic, now):
    """The owner is stopped by triggers alone, which an owner can switch off: this is what the role is for."""
    note_read(by=clinic.nurse, at=now, what="chart", patient_id=7)
    seal()
    assert "Cannot update" in refusal_of("UPDATE casemgr_auditevent SET verb = 'x'")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casemgr_auditevent DISABLE TRIGGER ALL")
        cursor.execute("UPDATE casemgr_auditevent SET verb = 'x'")
        assert cursor.rowcount == 1
