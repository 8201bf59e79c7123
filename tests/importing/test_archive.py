"""Import the archive of synthetic patients where it lies beside the repository, and count it independently of the program."""

import json
import os
import sys
import tarfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from casemgr.core.audit.models import AuditEvent
from casemgr.core.directory.models import Organization, Practitioner
from casemgr.desk.entries.kinds import KINDS
from patients.diagnoses.models import Diagnosis
from patients.diagnoses.queries import diagnoses_for
from patients.episodes.models import Episode
from patients.record.models import ExternalId, Patient
from patients.screenings.models import Observation, QuestionnaireAnswers
from patients.screenings.queries import observations_for
from tests.weighing import Weighed, weighed
from tests.worlds import Clinic
from treatment_plans.medication.models import Dose, MedicationStatement, Order
from treatment_plans.plan.models import Plan
from treatment_plans.sessions.models import Attendance, Session

ROOT = Path(__file__).resolve().parents[2]
ARCHIVE = Path(os.environ.get("FHIR_PATIENTS") or ROOT.parent / "shared" / "data" / "fhir_patients") / "patients.tar.xz"
PATIENTS = 59
MOST_SECONDS = 45
MOST_MEGABYTES = 500


def raw_counts() -> tuple[Counter[str], Counter[str]]:
    """Count the entries of the archive by kind, and its different organizations and professionals, with nothing but the JSON.

    The files of professionals give some numbers twice, even to different people; a number stands for one, as their requests ask.
    """
    entries: Counter[str] = Counter()
    different: dict[str, set[str]] = {"Organization": set(), "Practitioner": set()}
    with tarfile.open(ARCHIVE) as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file is None:
                continue
            for entry in json.load(file)["entry"]:
                kind = entry["resource"]["resourceType"]
                entries[kind] += 1
                if kind in different:
                    different[kind].add(entry["resource"]["identifier"][0]["value"])
    return entries, Counter({kind: len(ids) for kind, ids in different.items()})


def run(report: Path) -> tuple[Weighed, list[dict]]:
    """Run the command as a person does, in a process of its own, and return what it used and its report."""
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
    command = [sys.executable, "manage.py", "import_fhir", str(ARCHIVE), "--site", "North", "--report", str(report)]
    used = weighed(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": url, "DEBUG": "true"})
    assert used.done.returncode == 0, used.done.stderr + used.done.stdout
    return used, [json.loads(line) for line in report.read_text().splitlines()]


def counts(lines: list[dict], state: str | None = None) -> Counter[str]:
    """Return what a report says of each kind, of one state or of all."""
    found: Counter[str] = Counter()
    for line in lines:
        for kind, states in line.get("counts", {}).items():
            found[kind] += sum(number for name, number in states.items() if state in (None, name))
    return +found


def _every_fact_is_on_a_page_of_the_chart(clinic: Clinic) -> None:
    """Read all lists of each chart as the prescriber of the site does, and add up what they show: it is all that was taken over."""
    browser = Client()
    browser.force_login(clinic.prescriber, backend="allauth.account.auth_backends.AuthenticationBackend")
    shown: Counter[str] = Counter()
    for patient in Patient.objects.order_by("pk"):
        programs = frozenset([clinic.program.pk])
        shown.update({kind: KINDS[kind].rows(patient, programs).count() for kind in ("sessions", "medication", "plans", "answers")})
        shown["observations"] += observations_for(patient).count()
        shown["diagnoses"] += diagnoses_for(patient).count()
    assert shown["sessions"] == Attendance.objects.count() > 0
    assert shown["medication"] == MedicationStatement.objects.count() > 0
    assert shown["plans"] == Plan.objects.count() > 0
    assert shown["answers"] == QuestionnaireAnswers.objects.count()
    assert shown["observations"] == Observation.objects.count() > 0
    assert shown["diagnoses"] == Diagnosis.objects.count() > 0
    patient = Patient.objects.order_by("pk")[0]
    _lists_show_all(browser, patient, clinic)


def _lists_show_all(browser: Client, patient: Patient, clinic: Clinic) -> None:
    """Walk the pages of one person's lists; the diagnoses stand on one page."""
    programs = frozenset([clinic.program.pk])
    for kind in ("sessions", "medication", "plans"):
        address = reverse("desk:entries", args=[patient.public_id, kind])
        lines = _walk(browser, address, lambda page: page.context["lines"], lambda page: page.context["next_key"])
        assert len(lines) == KINDS[kind].rows(patient, programs).count(), kind
    address = reverse("patients:observations", args=[patient.public_id])
    rows = _walk(browser, address, lambda page: list(page.context["table"].data), _next_of_table)
    assert len(rows) == observations_for(patient).count()
    page = browser.get(reverse("patients:diagnoses", args=[patient.public_id])).content.decode()
    assert [row.title for row in diagnoses_for(patient) if escape(row.title) not in page] == []


def _walk(browser: Client, address: str, lines: Callable[[Any], list[Any]], following: Callable[[Any], str]) -> list[Any]:
    found: list[Any] = []
    after = ""
    while True:
        page = browser.get(address, {"after": after} if after else {})
        found += lines(page)
        after = following(page)
        if not after:
            return found


def _next_of_table(page: Any) -> str:
    return unquote(getattr(page.context["table"], "next_url", "").partition("after=")[2])


@pytest.mark.slow
@pytest.mark.skipif(not ARCHIVE.exists(), reason="the archive does not lie beside the repository")
@pytest.mark.django_db(transaction=True)
def test_the_whole_archive_is_taken_over_accounted_for_and_found_unchanged(now, tmp_path):
    clinic = Clinic.open(now)
    entries, different = raw_counts()
    used, first = run(tmp_path / "first.jsonl")

    assert (Patient.objects.count(), Episode.objects.count()) == (entries["Patient"], PATIENTS)
    assert Diagnosis.objects.count() == entries["Condition"]
    assert MedicationStatement.objects.filter(kind="ordered").count() == entries["MedicationRequest"]
    assert MedicationStatement.objects.filter(kind="given").count() == entries["MedicationAdministration"]
    assert Session.objects.count() == Attendance.objects.count() == entries["Encounter"]
    unmapped = Counter(line["kind"] for line in first if line["line"] == "unmapped")
    assert Observation.objects.count() + unmapped["Observation"] == entries["Observation"]
    impossible = {line["reason"].split(" cannot exist")[0] for line in first if line.get("kind") == "Observation"}
    assert impossible == {"the LOINC code 99999-0", "the LOINC code X9999-0"}
    assert Plan.objects.count() + unmapped["CarePlan"] == entries["CarePlan"]
    assert (Organization.objects.count(), Practitioner.objects.count()) == (different["Organization"], different["Practitioner"])
    assert (Order.objects.count(), Dose.objects.count()) == (0, 0)
    assert counts(first) == entries
    assert counts(first, "unmapped") == unmapped

    _every_fact_is_on_a_page_of_the_chart(clinic)

    digests = dict(ExternalId.objects.values_list("pk", "digest"))
    events = AuditEvent.objects.count()
    _used, second = run(tmp_path / "second.jsonl")
    assert {line["outcome"] for line in second if line["line"] == "bundle"} == {"unchanged"}
    assert (counts(second, "unchanged"), counts(second, "unmapped")) == (entries - unmapped, unmapped)
    assert dict(ExternalId.objects.values_list("pk", "digest")) == digests
    assert AuditEvent.objects.count() == events

    assert used.seconds < MOST_SECONDS
    assert used.megabytes < MOST_MEGABYTES
