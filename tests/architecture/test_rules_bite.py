import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from django.db import connection

from tests.architecture.copies import add, copy_of_the_house
from tests.architecture.source import ROOT
from tests.architecture.test_tables import append_only_tables_without_triggers

HERE = Path(__file__).parent


class Breach(NamedTuple):
    """Break one rule by lines in one file of a copy; the failing test has to name `seen_as`."""

    test: str
    file: str
    lines: str
    seen_as: str


def verb(text: str) -> str:
    return f"@action(Can.MAKE_REFERRAL)\n{text}"


STRANGE_TABLE = """
class Strange(models.Model):
    task = models.ForeignKey("referrals.Task", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk__gt=0), name="strange")]
"""
UNMIGRATED_TABLE = """
@tracked
class Unmigrated(models.Model):
    sensitivity = Sensitivity.OPERATIONAL
"""
SECOND_END = """
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial")]
"""
FACT = "@dataclass(frozen=True, kw_only=True)\nclass {name}(Event):\n    {field}"

SIZES, GRAMMAR, TABLES = "test_sizes.py", "test_grammar.py", "test_tables.py"
MIGRATIONS, DOORS = "test_migrations.py", "test_doors_of_the_house.py"
SEVEN_WORDS = f"{GRAMMAR}::test_features_of_the_storeys_speak_the_seven_words_and_no_others"
DECLARED = f"{GRAMMAR}::test_every_verb_is_an_action_with_a_name_of_its_own"
KEYWORDS = f"{GRAMMAR}::test_every_verb_takes_keywords_only_knows_who_and_when_and_is_documented"
WRITES = f"{GRAMMAR}::test_nothing_is_written_but_by_actions"
STOCK = f"{GRAMMAR}::test_stock_is_written_only_by_the_verbs_of_inventory"
LICENCES = f"{GRAMMAR}::test_no_licence_to_write_is_stale"
CLOCK = f"{GRAMMAR}::test_the_clock_is_read_at_the_doors_only"
SIGNALS = f"{GRAMMAR}::test_no_signals"
REACTION = f"{GRAMMAR}::test_every_fact_has_a_reaction_or_a_reason_to_have_none"
IDS_ONLY = f"{GRAMMAR}::test_facts_carry_ids_and_plain_values_only"
NO_DOOR = f"{GRAMMAR}::test_verbs_know_no_form_no_page_and_no_request"
SENSITIVITY = f"{TABLES}::test_every_table_says_how_sensitive_it_is"
KEYS_DOWN = f"{TABLES}::test_foreign_keys_lead_down_and_name_nobody_above"
HISTORY = f"{TABLES}::test_every_table_keeps_its_history_or_is_append_only"
LISTED = f"{TABLES}::test_every_table_listed_as_without_history_exists"
SENTENCES = f"{TABLES}::test_constraints_are_named_as_sentences"
ONE_LINE = f"{MIGRATIONS}::test_migrations_of_each_app_form_one_line_and_name_its_end"
MIGRATED = f"{MIGRATIONS}::test_the_migrations_make_the_tables_that_the_models_describe"
GATE = f"{DOORS}::test_every_route_of_the_api_leads_through_the_gate"
NOTHING_INLINE = f"{DOORS}::test_templates_bring_nothing_inline_and_nothing_from_elsewhere"

BREACHES = [
    Breach(
        f"{SIZES}::test_no_source_file_is_longer_than_a_person_reads_at_once",
        "patients/caseload/forms.py",
        "#\n" * 400,
        "patients/caseload/forms.py",
    ),
    Breach(
        f"{SIZES}::test_no_function_is_longer_than_a_screen",
        "patients/apps.py",
        "def longest():\n" + "    pass\n" * 45,
        "patients/apps.py:longest",
    ),
    Breach(SEVEN_WORDS, "patients/record/helpers.py", "", "patients/record/helpers.py"),
    Breach(SEVEN_WORDS, "patients/helpers.py", "", "'patients/helpers.py'"),
    Breach(DECLARED, "referrals/casework/actions.py", "def whisper():\n    pass", "referrals.casework.actions.whisper"),
    Breach(
        KEYWORDS,
        "referrals/referral/actions.py",
        verb("def mumble(what, *, by, at):\n    'Say.'"),
        "mumble takes arguments without a keyword",
    ),
    Breach(KEYWORDS, "referrals/referral/actions.py", verb("def murmur(*, by, at):\n    pass"), "murmur has no docstring"),
    Breach(KEYWORDS, "referrals/referral/actions.py", verb("def mutter(*, by):\n    'Say.'"), "mutter does not take by= and at="),
    Breach(
        WRITES,
        "patients/record/queries.py",
        "def forget():\n    Patient.objects.filter(pk=1).delete()",
        "Patient.objects.filter(pk=1).delete",
    ),
    Breach(WRITES, "patients/record/views.py", "def keep(patient):\n    patient.save()", "patient.save"),
    Breach(WRITES, "casemgr/measures/queries.py", "SQL = '''UPDATE\n    patients_patient SET sex = NULL'''", "patients_patient"),
    Breach(
        STOCK,
        "treatment_plans/medication/actions.py",
        "def _take():\n    inventory.Lot.objects.update(mg=0)",
        "inventory.Lot.objects.update",
    ),
    Breach(STOCK, "treatment_plans/sessions/actions.py", "_SQL = 'DELETE FROM treatment_plans_lot'", "DELETE FROM treatment_plans_lot"),
    Breach(LICENCES, f"tests/architecture/{GRAMMAR}", "MAY_WRITE_OUTSIDE_ACTIONS['casemgr/urls.py'] = 'no reason'", "casemgr/urls.py"),
    Breach(CLOCK, "patients/notices/rules.py", "import datetime as dt\n\nTHEN = dt.datetime.now()", "patients/notices/rules.py"),
    Breach(SIGNALS, "patients/caseload/queries.py", "from django.dispatch import Signal", "patients/caseload/queries.py"),
    Breach(REACTION, "treatment_plans/medication/events.py", FACT.format(name="DoseSpilled", field="order_id: int"), "DoseSpilled"),
    Breach(IDS_ONLY, "patients/episodes/events.py", FACT.format(name="PatientMoved", field="patient: object"), "PatientMoved.patient"),
    Breach(NO_DOOR, "patients/diagnoses/actions.py", "from django.http import HttpRequest", "patients/diagnoses/actions.py"),
    Breach(SENSITIVITY, "treatment_plans/inventory/models.py", STRANGE_TABLE, "Strange"),
    Breach(KEYS_DOWN, "treatment_plans/inventory/models.py", "", "Strange.task leads up"),
    Breach(KEYS_DOWN, "treatment_plans/inventory/models.py", "", "Strange.patient lets patients reach up"),
    Breach(HISTORY, "treatment_plans/inventory/models.py", "", "Strange has no history"),
    Breach(SENTENCES, "treatment_plans/inventory/models.py", "", "Strange: strange"),
    Breach(LISTED, f"tests/architecture/{TABLES}", "NEITHER['Ghost'] = 'no reason'", "Ghost"),
    Breach(ONE_LINE, "patients/migrations/0002_elsewhere.py", SECOND_END, "0002_elsewhere"),
    Breach(MIGRATED, "casemgr/core/directory/models.py", UNMIGRATED_TABLE, "Create model Unmigrated"),
    Breach(GATE, "casemgr/api/urls.py", "urlpatterns += [path('api/v1/all', not_found, name='all')]", "api/v1/all"),
    Breach(NOTHING_INLINE, "templates/ui/empty.html", '<p\n style="color: red">', "ui/empty.html: a style attribute"),
    Breach(NOTHING_INLINE, "templates/ui/alert.html", '<script nonce="{{ x }}">', "ui/alert.html: an inline script"),
    Breach(NOTHING_INLINE, "templates/ui/fold.html", '<p onclick="go()">', "ui/fold.html: an inline handler"),
    Breach(NOTHING_INLINE, "templates/ui/stat.html", '<script src="https://cdn.test/x.js">', "ui/stat.html: a file of another server"),
]
"""With no lines, the table of an earlier line breaks this rule too."""

EXCEPTED = {
    f"{GRAMMAR}::test_feature_modules_are_found": "looks whether the search finds anything at all",
    f"{TABLES}::test_the_user_is_ours": "without our user nothing can be imported, and all tests fail",
    f"{TABLES}::test_append_only_tables_have_their_triggers_in_the_database": "needs the database; below",
}


def rule_tests() -> set[str]:
    """Return the names of all tests of this folder, as far as they hold a rule of the house."""
    files = [file for file in HERE.glob("test_*.py") if file.name not in {"test_rules_bite.py", "test_contracts.py"}]
    return {
        f"{file.name}::{node.name}"
        for file in files
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def failures(folder: Path) -> dict[str, str]:
    """Run the rules in the copy; return what each failed test says."""
    report = folder / "report.xml"
    options = ["-m", "pytest", "tests/architecture", "-vv", "-m", "not django_db", f"--junitxml={report}"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run([sys.executable, *options], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert report.exists(), run.stdout + run.stderr
    cases = ET.parse(report).getroot().iter("testcase")
    return {
        f"{case.get('classname', '').rsplit('.', 1)[-1]}.py::{case.get('name')}": "".join(found.itertext()) + found.get("message", "")
        for case in cases
        for found in (*case.findall("failure"), *case.findall("error"))
    }


@pytest.fixture(scope="module")
def failed(tmp_path_factory) -> dict[str, str]:
    """Return what fails in a copy in which every rule is broken."""
    folder = copy_of_the_house(tmp_path_factory.mktemp("house"), ["templates", "tests/architecture"])
    for breach in BREACHES:
        add(folder, breach.file, breach.lines)
    return failures(folder)


def test_every_rule_has_a_breach_or_a_reason_to_have_none():
    assert {breach.test for breach in BREACHES} | set(EXCEPTED) == rule_tests()


def test_what_is_broken_is_the_source_of_the_house():
    files = {breach.file for breach in BREACHES if not breach.file.endswith(("helpers.py", "0002_elsewhere.py"))}
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_exactly_the_broken_rules_fail(failed):
    assert failed.keys() == {breach.test for breach in BREACHES}


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: breach.seen_as)
def test_a_broken_rule_names_what_breaks_it(failed, breach):
    assert breach.seen_as in failed[breach.test]


@pytest.mark.django_db
def test_a_table_that_lost_a_trigger_is_reported():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'treatment_plans_dose'::regclass AND tgname LIKE 'pgtrigger_never_changed%'"
        )
        (trigger,) = cursor.fetchone()
        cursor.execute(f'DROP TRIGGER "{trigger}" ON treatment_plans_dose')
    assert append_only_tables_without_triggers() == ["Dose"]
