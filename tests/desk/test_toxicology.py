import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent
from casemgr.desk.toxicology.queries import older_results_of, prescribed_for
from patients.diagnoses.actions import record_diagnosis
from patients.diagnoses.models import UseReport
from patients.screenings.models import Observation
from patients.toxicology.models import ToxicologyPanel, ToxicologyResult
from patients.toxicology.rules.reading import Prescribed
from tests.charts import dose_of, order_for
from treatment_plans.medication.models import MedicationStatement

DAY = timedelta(days=1)
LIST_QUERIES = 15
# session, user, memberships (3), patient, the audit row, specimens and their results, older results, random tests (2), what is prescribed (4),
# counts of the navigation


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def dosed(clinic, patient):
    """Give a dose of methadone yesterday and today, as the clock on the wall says."""
    today = timezone.localdate()
    order = order_for(clinic, patient, starts_on=today - 30 * DAY)
    dose_of(order, clinic, today - DAY)
    dose_of(order, clinic, today)
    return order


def _page(name, patient, *more):
    return reverse(f"desk:{name}", args=[patient.public_id, *more])


def _typed(**results):
    at = timezone.localtime() - timedelta(hours=12)
    found = {f"result_{name}": outcome for name, outcome in results.items()}
    return {"specimen": "urine", "setting": "point_of_care", "collected_at": at.strftime("%Y-%m-%dT%H:%M"), **found}


def test_what_is_prescribed_is_read_where_it_is_known(clinic, patient, dosed):
    today = timezone.localdate()
    MedicationStatement.objects.create(
        patient=patient, kind="ordered", code="1", title="clonazepam 0.5 MG Oral Tablet", status="active", at=clinic.now,
        recorded_at=clinic.now, recorded_by=clinic.system,
    )  # fmt: skip
    found = prescribed_for(patient, today)
    assert (found.expected, found.explained) == ({"methadone", "eddp"}, {"benzodiazepines", "methadone", "eddp"})
    assert found.names == ("Methadone 60 mg", "clonazepam 0.5 MG Oral Tablet")
    assert prescribed_for(clinic.patient(), today) == Prescribed()
    later = prescribed_for(patient, today + 4 * DAY)
    assert (later.expected, later.explained) == (frozenset(), found.explained), "not expected after missed days, and never called use"
    dosed.state, dosed.ends_on = "ended", today
    dosed.save()
    assert "methadone" in prescribed_for(patient, today + 14 * DAY).explained
    assert "methadone" not in prescribed_for(patient, today + 15 * DAY).explained
    elsewhere = prescribed_for(patient, today, frozenset({0}))
    assert (elsewhere.expected | elsewhere.explained, elsewhere.names) == ({"benzodiazepines"}, ("clonazepam 0.5 MG Oral Tablet",)), (
        "of other programs nothing is told"
    )


def test_a_specimen_is_read_by_what_was_given(clinic, patient, dosed, sign_in):
    nurse = sign_in(clinic.nurse)
    typed = _typed(methadone="positive", eddp="negative", fentanyl="positive", cocaine="negative") | {
        "is_random": "on",
        "temperature_f": "94",
    }
    answer = nurse.post(_page("add_toxicology", patient), typed)
    panel = ToxicologyPanel.objects.get()
    assert answer.url == _page("toxicology_panel", patient, panel.pk)
    assert (panel.is_random, panel.temperature_f, panel.collected_by, panel.program) == (True, Decimal(94), clinic.nurse, clinic.program)
    assert {row.analyte: row.reads for row in panel.results.all()} == {
        "methadone": "without_metabolite",
        "eddp": "as_expected",
        "fentanyl": "unexpected_positive",
        "cocaine": "as_expected",
    }
    shown = nurse.get(answer.url).content.decode()
    for words in ("Something is unexpected: talk with the person", "look at how the specimen was handled", "40839-3", "Methadone 60 mg"):
        assert words in shown
    assert not re.search(r"\b(dirty|clean|abuse|failed test)\b", shown.lower())
    listed = nurse.get(_page("toxicology", patient)).content.decode()
    assert "Unexpected: positive" in listed
    assert "EDDP" in listed
    assert AuditEvent.objects.filter(verb="toxicology", actor_id=clinic.nurse.pk, patient_id=patient.pk).count() == 2


def test_a_peer_reads_results_without_the_medication(clinic, patient, dosed, sign_in):
    sign_in(clinic.nurse).post(_page("add_toxicology", patient), _typed(fentanyl="negative"))
    panel = ToxicologyPanel.objects.get()
    peer = sign_in(clinic.peer)
    for page in (_page("toxicology", patient), _page("toxicology_panel", patient, panel.pk)):
        assert "Methadone 60 mg" not in peer.get(page).content.decode()
    assert peer.get(_page("talk_about_toxicology", patient, panel.pk)).status_code == 403


def test_the_conversation_is_written_down_with_use_and_confirmation(clinic, patient, sign_in):
    record_diagnosis(patient=patient, axis="mental_health", code="F41.0", by=clinic.therapist, at=clinic.now)
    therapist = sign_in(clinic.therapist)
    therapist.post(_page("add_toxicology", patient), _typed(fentanyl="positive"))
    panel = ToxicologyPanel.objects.get()
    page = _page("talk_about_toxicology", patient, panel.pk)
    assert therapist.post(page, {"talk": "use_told", "words": ""}).status_code == 422
    day = timezone.localdate() - DAY
    said = {"talk": "use_told", "words": "Once, on a bad day.", "confirm": ["fentanyl"], "substance": "opioid", "used_on": day.isoformat()}
    assert therapist.post(page, said).url == _page("toxicology_panel", patient, panel.pk)
    panel.refresh_from_db()
    assert (panel.talk, panel.confirmation_asked, UseReport.objects.get().used_on) == ("use_told", ["fentanyl"], day)
    later = {"method": "confirm", "result_fentanyl": "negative"}
    assert therapist.post(_page("toxicology_results", patient, panel.pk), later).status_code == 302
    assert "Not confirmed by the second method" in therapist.get(_page("toxicology_panel", patient, panel.pk)).content.decode()


def test_older_single_results_stand_beside(clinic, patient, sign_in):
    common = {"patient": patient, "kind": "laboratory", "recorded_at": clinic.now, "recorded_by": clinic.system}
    for code, title, value, words in (
        ("19550-3", "Methadone", "LA6576-8", "Positive"),
        ("1-1", "Cocaine, told", "", "Not detected"),
        ("2-2", "Potassium", "", ""),
        ("59673-4", "Fentanyl", "", "see note"),
    ):
        Observation.objects.create(code=code, title=title, value_code=value, value_text=words, observed_at=clinic.now, **common)
    assert [(row.title, row.is_positive) for row in older_results_of(patient)] == [
        ("Fentanyl", None),
        ("Cocaine, told", False),
        ("Methadone", True),
    ]
    assert "Earlier single results" in sign_in(clinic.peer).get(_page("toxicology", patient)).content.decode()


def test_the_list_costs_the_same_for_two_and_for_twelve(clinic, now, patient, sign_in, query_count):
    nurse = sign_in(clinic.nurse)
    common = {"recorded_at": now, "recorded_by": clinic.nurse}
    nurse.get(_page("toxicology", patient))
    for count in (2, 12):
        while ToxicologyPanel.objects.count() < count:
            panel = ToxicologyPanel.objects.create(
                patient=patient, program=clinic.program, collected_at=now, resulted_at=now, collected_by=clinic.nurse, **common
            )
            ToxicologyResult.objects.create(
                panel=panel, analyte="fentanyl", method="screen", outcome="negative", reads="as_expected", **common
            )
        with query_count(LIST_QUERIES):
            nurse.get(_page("toxicology", patient))


def test_specimens_stay_closed_to_the_front_desk_and_to_other_caseloads(clinic, patient, sign_in):
    assert sign_in(clinic.front_desk).get(_page("toxicology", patient)).status_code == 403
    therapist = sign_in(clinic.therapist)
    hidden = clinic.patient(team=(clinic.peer,))
    for name in ("toxicology", "add_toxicology"):
        assert therapist.get(_page(name, hidden)).status_code == 404
    therapist.post(_page("add_toxicology", patient), _typed(fentanyl="negative"))
    panel = ToxicologyPanel.objects.get()
    for name in ("toxicology_panel", "toxicology_results", "talk_about_toxicology"):
        assert therapist.get(_page(name, clinic.patient(), panel.pk)).status_code == 404


def test_today_names_what_waits_for_a_conversation_and_a_second_look(clinic, patient, sign_in):
    long_ago = timezone.now() - 100 * DAY
    record_diagnosis(patient=patient, axis="mental_health", code="F41.0", by=clinic.therapist, at=long_ago)
    therapist = sign_in(clinic.therapist)
    therapist.post(_page("add_toxicology", patient), _typed(fentanyl="positive"))
    found = {section.code: section.rows for section in therapist.get(reverse("desk:today")).context["today"].sections}
    assert [(row.patient, row.why) for row in found["toxicology"]] == [(patient, "Fentanyl")]
    assert [str(row.what) for row in found["look-again"]] == ["F41.0 Panic disorder [episodic paroxysmal anxiety]"]
    assert "toxicology" not in {section.code for section in sign_in(clinic.peer).get(reverse("desk:today")).context["today"].sections}
