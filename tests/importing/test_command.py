import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from casemgr.core.accounts.models import Program, Site
from patients.record.models import ExternalId, Patient
from tests.importing.conftest import BUNDLES
from tests.importing.test_actions import everything

NAMES = ("Jordana", "Testperson", "Probeperson", "Zeilenperson", "Earlier")


def run(*paths: object, **options: object) -> str:
    out = StringIO()
    call_command("import_fhir", *map(str, paths), stdout=out, **options)
    return out.getvalue()


def test_a_folder_is_taken_over_and_summed_up(clinic):
    out = run(BUNDLES, site="North", source="Lakeside")
    assert out.startswith("4 imported\n")
    assert "Patient                                3           0           0           0" in out
    assert Patient.objects.filter(registered_site=clinic.north).count() == 3
    assert run(BUNDLES, site="North", source="Lakeside").startswith("4 unchanged\n")


def test_a_dry_run_tells_the_same_and_keeps_nothing(clinic, tmp_path):
    before = everything()
    dry = run(BUNDLES, site="North", source="Lakeside", dry_run=True)
    assert everything() == before
    assert dry.startswith("4 imported\n")
    assert dry.rstrip().endswith("This was a dry run for River Street Program, North: nothing was kept.")
    wet = run(BUNDLES, site="North", source="Lakeside")
    assert wet.rstrip().rsplit("\n\n", 1)[0] == dry.rstrip().rsplit("\n\n", 1)[0]


def test_a_broken_bundle_is_named_and_the_command_fails_after_the_others_went_in(clinic, bundle, without, tmp_path):
    broken = without(bundle("jordan"), "Patient", gender="zebra")
    for name, data in (("1.json", bundle("directory")), ("2.json", broken), ("3.json", bundle("sam"))):
        (tmp_path / name).write_text(json.dumps(data))
    out = StringIO()
    with pytest.raises(CommandError, match="1 refused, named above"):
        call_command("import_fhir", str(tmp_path), site="North", stdout=out)
    assert f"Refused, and nothing of it taken over: {tmp_path}/2.json\n  Entry[0] (Patient aaaa" in out.getvalue()
    assert list(Patient.objects.values_list("family_name", flat=True)) == ["Probeperson"]


def test_no_name_of_a_patient_is_written_anywhere(clinic, bundle, without, tmp_path, capfd, caplog):
    (tmp_path / "broken.json").write_text(json.dumps(without(bundle("jordan"), "Patient", gender="zebra")))
    report = tmp_path / "report.jsonl"
    texts = [run(BUNDLES, site="North", source="Lakeside", report=report), report.read_text()]
    with pytest.raises(CommandError):
        run(tmp_path / "broken.json", site="North", report=report)
    seen = capfd.readouterr()
    texts += [report.read_text(), seen.out, seen.err, caplog.text]
    assert [name for name in NAMES for text in texts if name in text] == []


def test_the_report_names_every_entry_that_was_left_out(clinic, tmp_path):
    report = tmp_path / "report.jsonl"
    run(BUNDLES / "jordan.json", site="North", report=report)
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    left = [(line["entry"], line["kind"]) for line in lines if line["line"] == "unmapped"]
    assert left == [
        ("entry[2]", "Encounter"),
        ("entry[5]", "Observation"),
        ("entry[6]", "Medication"),
        ("entry[10]", "Appointment"),
        ("entry[11]", "Goal"),
        ("entry[13]", "CarePlan"),
        ("entry[14]", "CareTeam"),
        ("entry[15]", "Procedure"),
    ]
    assert all(line["reason"] and line["full_url"].startswith("urn:uuid:") for line in lines if line["line"] == "unmapped")


@pytest.fixture
def production(settings):
    settings.ENV = replace(settings.ENV, name="production")


def test_in_production_the_site_must_be_named(clinic, production):
    with pytest.raises(CommandError) as error:
        run(BUNDLES)
    assert str(error.value) == (
        "Which site? There are:\n"
        f"  --program “River Street Program” --site “North” (or {clinic.north.pk})\n"
        f"  --program “River Street Program” --site “South” (or {clinic.south.pk})"
    )
    assert Patient.objects.count() == 0


def test_while_developing_the_first_site_is_taken_and_named(clinic):
    assert run(BUNDLES / "sam.json").rstrip().endswith("People were admitted at River Street Program, North.")


def test_a_site_can_be_named_by_number_and_by_program(clinic, production):
    other = Program.objects.create(name="Hill Program")
    hill = Site.objects.create(program=other, name="North")
    run(BUNDLES / "sam.json", program="hill program")
    assert Patient.objects.get().registered_site == hill
    run(BUNDLES / "jordan.json", site=str(clinic.south.pk))
    assert Patient.objects.filter(registered_site=clinic.south).count() == 1


@pytest.mark.parametrize("is_production", [True, False])
def test_a_name_that_two_sites_have_is_not_guessed(clinic, settings, is_production):
    settings.ENV = replace(settings.ENV, name="production" if is_production else "development")
    Site.objects.create(program=Program.objects.create(name="Hill Program"), name="North")
    with pytest.raises(CommandError, match=r"^Which site\?"):
        run(BUNDLES / "sam.json", site="North")


def test_a_site_that_nobody_knows_is_named(clinic):
    with pytest.raises(CommandError, match=r"^No site is called that\. There are:"):
        run(BUNDLES, site="West")


def test_before_there_is_a_site_the_command_says_what_to_do(db):
    with pytest.raises(CommandError, match="Make a program and a site first"):
        run(BUNDLES)


def test_a_path_that_is_not_there_is_named(clinic):
    with pytest.raises(CommandError, match=r"^There is no /nowhere\.json\.$"):
        run("/nowhere.json", site="North")


def test_a_report_that_cannot_be_written_is_named_before_anything_is_done(clinic):
    with pytest.raises(CommandError, match=r"^The report /nowhere/report cannot be written: No such file or directory\.$"):
        run(BUNDLES, site="North", report="/nowhere/report")
    assert ExternalId.objects.count() == 0
