from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent
from patients.safety.queries import open_concerns_for
from patients.screenings.actions import record_observation
from patients.screenings.models import Observation

TOTAL = {"code": "44261-6", "observed_at": "2026-03-04T09:30"}
OBSERVATION_QUERIES = 7
# session, user, memberships, patient, what the page shows, counts of the navigation, the audit row


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def nurse(clinic, sign_in):
    return sign_in(clinic.nurse)


def _page(name, patient):
    return reverse(f"patients:{name}", args=[patient.public_id])


def _text(answer):
    return answer.content.decode()


def test_a_total_is_entered_and_listed(nurse, patient):
    answer = nurse.post(_page("add_score", patient), {**TOTAL, "value_number": "14", "nine": "0"})
    assert answer.url == _page("observations", patient)
    score = Observation.objects.get()
    assert (score.title, score.value_number, score.observed_at.isoformat()) == (
        "PHQ-9 total score",
        Decimal(14),
        "2026-03-04T14:30:00+00:00",
    )
    page = _text(nurse.get(_page("observations", patient)))
    assert "PHQ-9 total score" in page
    assert ">14<" in page.replace(" ", "").replace("\n", "")


@pytest.mark.parametrize(("typed", "said"), [("28", "This total goes from 0 to 27."), ("", "Enter the result.")])
def test_an_impossible_or_missing_total_is_refused_at_its_field(nurse, patient, typed, said):
    answer = nurse.post(_page("add_score", patient), {**TOTAL, "value_number": typed, "nine": "not_known"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"value_number": [said]}
    assert not Observation.objects.exists()


@pytest.mark.parametrize(("total", "nine"), [("14", ""), ("25", "0"), ("2", "3")])
def test_nobody_passes_over_question_nine_of_a_total(nurse, patient, total, nine):
    answer = nurse.post(_page("add_score", patient), {**TOTAL, "value_number": total, "nine": nine})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["nine"])


def test_question_nine_beside_a_total_calls_somebody(nurse, patient):
    filled_in = (timezone.localtime() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    nurse.post(_page("add_score", patient), {**TOTAL, "value_number": "3", "nine": "2", "observed_at": filled_in})
    (signal,) = open_concerns_for(patient).get().signals.all()
    assert (signal.item, signal.answer, "not asked here" in signal.words) == ("9", 2, True)


def test_a_test_result_is_positive_or_negative(nurse, patient):
    data = {"code": "59673-4", "value_code": "LA6576-8", "observed_at": "2026-03-04T09:30", "value_text": "Told beforehand."}
    nurse.post(_page("add_laboratory", patient), data)
    assert Observation.objects.get().value_text == "Positive. Told beforehand."
    assert "Positive. Told beforehand." in _text(nurse.get(_page("observations", patient), {"kind": "laboratory"}))
    assert "Nothing measured yet" in _text(nurse.get(_page("observations", patient), {"kind": "survey"}))


def test_results_stay_closed_to_the_front_desk_and_to_other_sites(clinic, sign_in, nurse, patient):
    assert sign_in(clinic.front_desk).get(_page("observations", patient)).status_code == 403
    hidden = clinic.patient(clinic.south)
    for name in ("observations", "add_score", "add_laboratory"):
        assert nurse.get(_page(name, hidden)).status_code == 404


def test_reading_results_is_on_the_record(clinic, nurse, patient):
    nurse.get(_page("observations", patient))
    assert AuditEvent.objects.get(verb="observations").patient_id == patient.pk


def test_the_list_costs_the_same_for_two_and_for_twelve(clinic, now, nurse, patient, query_count):
    nurse.get(_page("observations", patient))
    for count in (2, 12):
        while Observation.objects.count() < count:
            moment = now - timedelta(days=Observation.objects.count())
            record_observation(
                patient=patient, kind="survey", code="44261-6", title="PHQ-9", value_number=Decimal(5), observed_at=moment,
                by=clinic.nurse, at=now,
            )  # fmt: skip
        with query_count(OBSERVATION_QUERIES):
            nurse.get(_page("observations", patient))
