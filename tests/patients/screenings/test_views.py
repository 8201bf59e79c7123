from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from casemgr.core.audit.models import AuditEvent
from patients.screenings.actions import record_observation
from patients.screenings.models import Observation

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
    answer = nurse.post(_page("add_score", patient), {"code": "44261-6", "value_number": "14", "observed_at": "2026-03-04T09:30"})
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
    answer = nurse.post(_page("add_score", patient), {"code": "44261-6", "value_number": typed, "observed_at": "2026-03-04T09:30"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"value_number": [said]}
    assert not Observation.objects.exists()


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
