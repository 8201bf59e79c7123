import configparser
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.architecture.copies import add, copy_of_the_house
from tests.architecture.source import ROOT

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"


class Breach(NamedTuple):
    """Break one contract by an import in one file; the report has to name that import, or what is `seen_as`."""

    contract: str
    importer: str
    imported: str
    seen_as: str = ""

    @property
    def file(self) -> str:
        return self.importer.replace(".", "/") + ".py"


BREACHES = [
    Breach(
        "Imports go down only: roof, referrals, treatment_plans, patients, ground",
        "casemgr.core.directory.models",
        "patients.record.models",
    ),
    Breach("The rooms of the roof do not lean on each other", "casemgr.measures.figures", "casemgr.desk.counts"),
    Breach("Floors of the ground", "casemgr.core.accounts.queries", "casemgr.core.messaging.models"),
    Breach("Floors of the first storey", "patients.record.queries", "patients.consent.models"),
    Breach("Floors of the second storey", "treatment_plans.inventory.queries", "treatment_plans.medication.models"),
    Breach("Floors of the third storey", "referrals.partners.queries", "referrals.casework.models"),
    Breach("Rules are pure: no Django, no database, nothing of ours but rules", "patients.notices.rules", "django"),
    Breach("A fact knows ids only", "treatment_plans.medication.events", "treatment_plans.medication.models"),
    Breach("A verb knows no form, no page, no API, no worker", "referrals.casework.actions", "referrals.casework.forms"),
    Breach("A table knows no verb and no form", "patients.diagnoses.models.use", "patients.diagnoses.actions"),
    Breach("A read knows no verb", "patients.screenings.queries", "patients.screenings.actions"),
    Breach("A page decides nothing: it knows no rules", "referrals.referral.views", "referrals.referral.rules"),
    Breach("The REST framework stays in the API", "patients.disclosures.queries", "rest_framework"),
    Breach("Celery stays at the roof", "treatment_plans.sessions.queries", "celery"),
    # floors cannot see this one: outbox and audit stand on the same floor and may know each other, but not both ways
    Breach(
        "No circles between the rooms of any app",
        "casemgr.core.audit.models",
        "casemgr.core.outbox.models",
        r"\.(outbox -> \.audit|audit -> \.outbox)",
    ),
]
THE_OTHER_HALF_OF_THE_CIRCLE = Breach("", "casemgr.core.outbox.models", "casemgr.core.audit.models")


def lint(folder: Path) -> str:
    """Run all contracts over the source in a folder and return the report."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400", "NO_COLOR": "1"}
    run = subprocess.run([sys.executable, "-c", LINT], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    return re.sub(r"\x1b\[[0-9;]*m", "", run.stdout)


def verdicts(report: str) -> dict[str, str]:
    """Return KEPT or BROKEN by the name of the contract."""
    return {found[1]: found[2] for found in re.finditer(r"^(.+) (KEPT|BROKEN)\b.*$", report, re.MULTILINE)}


def explanations(report: str) -> dict[str, str]:
    """Return what the report says of each broken contract."""
    parts = re.split(r"^(.+)\n-{3,}$", report.partition("Broken contracts")[2], flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def contracts() -> list[str]:
    """Return the names of all contracts of the house."""
    written = configparser.ConfigParser()
    written.read(ROOT / ".importlinter")
    return [written[section]["name"] for section in written.sections() if section.startswith("importlinter:contract:")]


def test_all_contracts_are_kept():
    report = lint(ROOT)
    assert verdicts(report) == dict.fromkeys(contracts(), "KEPT"), report


def test_each_contract_has_a_breach():
    assert [breach.contract for breach in BREACHES] == contracts()


@pytest.fixture(scope="module")
def broken(tmp_path_factory) -> str:
    """Return the report on a copy in which every contract is broken once."""
    folder = copy_of_the_house(tmp_path_factory.mktemp("house"))
    for breach in (*BREACHES, THE_OTHER_HALF_OF_THE_CIRCLE):
        assert (folder / breach.file).exists(), breach.file
        add(folder, breach.file, f"import {breach.imported}")
    return lint(folder)


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: breach.contract)
def test_a_broken_contract_is_reported_with_the_import_that_breaks_it(broken, breach):
    assert verdicts(broken)[breach.contract] == "BROKEN"
    seen_as = breach.seen_as or re.escape(f"{breach.importer} -> {breach.imported}")
    assert re.search(seen_as, explanations(broken)[breach.contract])
