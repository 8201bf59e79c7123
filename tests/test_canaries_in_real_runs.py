"""Run command, worker and web server as production does, let each fail over a person, and read all that they wrote."""

import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest
import requests
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from devtools.address import Address
from devtools.layout import Layout
from devtools.run import programs
from patients.record.models import Patient
from tests.careless_tasks import TASKS
from tests.importing.conftest import BUNDLES
from tests.watch import PATTERN
from tests.workers import ROOT, Nursery, wait_until
from tests.worlds import FAMILY, GIVEN

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

QUOTES = """
    CREATE FUNCTION quote_the_row() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'no: %', NEW USING ERRCODE = 'internal_error', DETAIL = 'Failing row contains ' || NEW::text; END $$
"""
"""A rule of the database that quotes the row it refuses, as PostgreSQL's own errors do."""


@pytest.fixture
def running(transactional_db, tmp_path):
    """Return a place for real processes whose log is that of a machine on which people look at it."""
    nursery = Nursery(tmp_path)
    nursery.environment["CASEMGR_ENV"] = "development"
    yield nursery
    nursery.stop()


@pytest.fixture
def now():
    """Real processes look at the real clock."""
    return timezone.now()


@contextmanager
def refused_with_a_quotation(table: str, condition: str):
    """Let the database refuse rows of a table and quote them."""
    with connection.cursor() as cursor:
        cursor.execute(QUOTES)
        cursor.execute(
            f"CREATE TRIGGER zz_quoting BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION quote_the_row()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER zz_quoting ON {table}")
            cursor.execute("DROP FUNCTION quote_the_row")


def quoted_in(*texts: str) -> list[str]:
    """Return the lines in which a person is named."""
    return [line for text in texts for line in text.splitlines() if PATTERN.search(line)]


def test_an_import_that_fails_in_the_middle_names_nobody(clinic, running, tmp_path):
    folder = tmp_path / "bundles"
    folder.mkdir()
    sam = (BUNDLES / "sam.json").read_text()
    (folder / "1.json").write_text(sam)
    (folder / "2.json").write_text(
        sam.replace("Probeperson", FAMILY).replace('"Sam"', f'"{GIVEN}"').replace("p-2", "p-3").replace("o-1", "o-3")
    )
    command = [sys.executable, "manage.py", "import_fhir", str(folder), "--site", "North", "--report", str(tmp_path / "report.jsonl")]
    with refused_with_a_quotation("patients_patient", f"NEW.family_name = '{FAMILY}'"):
        done = subprocess.run(command, cwd=ROOT, env=running.environment, capture_output=True, text=True, check=False)
    written = [done.stdout, done.stderr, (tmp_path / "report.jsonl").read_text()]
    assert done.returncode != 0
    assert "InternalError" in done.stderr, "it failed where it was to fail"
    assert quoted_in(*written) == []
    assert list(Patient.objects.values_list("family_name", flat=True)) == ["Probeperson"]


@pytest.mark.parametrize("pool", ["prefork", "solo"])
def test_background_work_that_fails_names_nobody(running, pool):
    log = running.folder / "workers.log"
    running.start("--include", "tests.careless_tasks", "--pool", pool, "--concurrency", "1", "--loglevel", "DEBUG")
    for task in TASKS:
        running.send(task)
    wait_until(lambda: all(log.read_text().count(name) for name in ("DataError", "LookupError", "Unsendable", "asked in vain")))
    assert quoted_in(log.read_text()) == []


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def test_the_web_servers_own_logs_name_nobody(clinic, running, sign_in, tmp_path):
    patient = clinic.patient()
    session = sign_in(clinic.case_manager).cookies[settings.SESSION_COOKIE_NAME].value
    address = Address("127.0.0.1", free_port())
    command = [str(part) for part in programs(Layout(ROOT, tmp_path), address)["web server"][0]]
    logs = ["--access-logfile", str(tmp_path / "access.log"), "--error-logfile", str(tmp_path / "error.log"), "--log-level", "debug"]
    running.start_web_server(sys.executable, "-m", "gunicorn", *command[1:], *logs)
    wait_until(address.answers)
    token = "x" * 32
    browser = requests.Session()
    browser.cookies.update({settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: token})
    browser.headers.update({"X-CSRFToken": token, "Referer": address.url})
    chart = address.url.rstrip("/") + reverse("desk:chart", args=[patient.public_id])
    assert GIVEN in browser.get(chart, timeout=30).text
    found = browser.post(address.url.rstrip("/") + reverse("desk:search"), data={"q": f"{GIVEN} {FAMILY}"}, timeout=30)
    assert (found.status_code, GIVEN in found.text) == (200, True)
    with refused_with_a_quotation("casemgr_auditevent", "true"):
        assert browser.get(chart, timeout=30).status_code == 500
    files = [tmp_path / "access.log", tmp_path / "error.log", tmp_path / "workers.log"]
    text = "".join(file.read_text() for file in files)
    assert f"GET {reverse('desk:chart', args=[patient.public_id])}" in text, "the access log was read"
    assert "InternalError" in text, "the failure was written down"
    assert quoted_in(text) == []
