from datetime import date

import pytest
from django.urls import reverse

from casemgr.core.audit.models import AuditEvent
from patients.health.allergies.models import Allergy, AllergyQuestion
from patients.health.medications.actions import list_other_medication
from patients.health.naloxone.actions import give_naloxone
from patients.health.naloxone.models import NaloxoneKit
from patients.health.overdoses.actions import record_overdose
from patients.health.overdoses.models import Overdose
from patients.health.pain.models import PainScore
from patients.health.views import KINDS, STEPS

DAY = date(2026, 3, 4)


@pytest.fixture
def nurse(clinic, sign_in):
    return sign_in(clinic.nurse)


def add(patient, kind):
    return reverse("patients:add_health_fact", args=[patient.public_id, kind])


def one(name, patient, kind, fact, *more):
    return reverse(f"patients:{name}", args=[patient.public_id, kind, fact.pk, *more])


def test_every_kind_of_fact_has_a_form_that_opens_and_refuses_nothing_silently(nurse, patient):
    for kind, asked in KINDS.items():
        page = nurse.get(add(patient, kind))
        assert page.status_code == 200, kind
        assert str(asked.heading) in page.content.decode()
        wrong = nurse.post(add(patient, kind), {"nothing": ""})
        assert (kind, wrong.status_code) == (kind, 422)
    assert {kind for kind, _step in STEPS} <= KINDS.keys()
    assert nurse.get(add(patient, "moods")).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fact_can_be_opened_again(kind):
    form = KINDS[kind].revises
    assert set(form.of(form.model())) <= {*form.asked, *form.folded}


def test_a_pain_score_is_revised_from_its_score(nurse, clinic, patient):
    nurse.post(add(patient, "pain-scores"), {"scored_on": DAY.isoformat(), "answer_one": 4, "answer_two": 5, "answer_three": 6})
    page = one("health_fact", patient, "pain-scores", PainScore.objects.get())
    assert 'value="5.0"' in nurse.get(page).content.decode()
    nurse.post(page, {"scored_on": DAY.isoformat(), "score": "6"})
    assert PainScore.objects.get().score == 6


def test_an_allergy_is_written_revised_and_marked_as_an_error(nurse, clinic, patient):
    typed = {
        "substance": "Penicillin", "kind": "allergy", "category": "medication", "certainty": "unconfirmed", "criticality": "low",
        "course": "active", "severity": "",
    }  # fmt: skip
    answer = nurse.post(add(patient, "allergies"), typed)
    assert answer.url == f"{reverse('desk:health', args=[patient.public_id])}#allergies"
    allergy = Allergy.objects.get()
    assert (allergy.program, allergy.recorded_by) == (clinic.program, clinic.nurse)
    page = one("health_fact", patient, "allergies", allergy)
    nurse.post(page, {**typed, "criticality": "high", "reaction": "Swelling"})
    text = nurse.get(page).content.decode()
    assert "What was written before" in text
    assert "Low risk" in text
    nurse.post(one("health_fact_error", patient, "allergies", allergy), {"why": "It was somebody else."})
    text = nurse.get(page).content.decode()
    assert "It was somebody else." in text
    assert "Save revision" not in text
    assert AuditEvent.objects.filter(verb="health", patient_id=patient.pk, actor_id=clinic.nurse.pk).count() == 2


def test_none_known_cannot_be_written_against_the_list_and_typed_text_stays(nurse, here, patient):
    Allergy.objects.create(patient=patient, program=here["program"], substance="Peanut", recorded_at=here["at"], recorded_by=here["by"])
    answer = nurse.post(add(patient, "asked-allergies"), {"answer": "none_known", "asked_on": "2026-03-01"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["answer"] == ["On the list: Peanut. Resolve or refute that first."]
    assert not AllergyQuestion.objects.exists()


def test_a_kit_is_given_and_its_end_is_written_down(nurse, patient):
    typed = {"state": "in_hand", "origin": "given_here", "product": "1725059", "given_on": "2026-03-01", "expires_on": "2028-01-01"}
    nurse.post(add(patient, "naloxone"), {**typed, "training": "shown_back", "doses": "2", "holder": "person"})
    kit = NaloxoneKit.objects.get()
    nurse.post(one("health_fact_step", patient, "naloxone", kit, "end"), {"state": "lost", "ended_on": "2026-03-02"})
    kit.refresh_from_db()
    assert (kit.state, kit.ended_on) == ("lost", date(2026, 3, 2))
    assert nurse.get(one("health_fact_step", patient, "naloxone", kit, "begin")).status_code == 404


def test_an_overdose_is_told_with_boxes_to_tick(nurse, patient):
    typed = {
        "of": "person", "happened_on": "2026-03-01", "place": "home", "substances": ["fentanyl", "alcohol"], "alone": "yes",
        "naloxone_doses": "2", "naloxone_by": "bystander", "hospital": "emergency", "outcome": "survived", "intent": "unknown",
    }  # fmt: skip
    nurse.post(add(patient, "overdoses"), typed)
    overdose = Overdose.objects.get()
    assert overdose.substances == ["fentanyl", "alcohol"]
    nurse.post(one("health_fact_step", patient, "overdoses", overdose, "contact"), {"contacted_on": "2026-03-02", "words": "Came by."})
    overdose.refresh_from_db()
    assert overdose.contact_words == "Came by."


@pytest.mark.parametrize(
    ("typed", "score"),
    [
        ({"answer_one": 5, "answer_two": 6, "answer_three": 7}, 6.0),
        ({"score": "4.3"}, 4.3),
        ({"answer_one": 5, "answer_two": 6}, None),
        ({"answer_one": 5, "answer_two": 6, "answer_three": 11}, None),
        ({}, None),
    ],
)
def test_a_pain_score_is_computed_from_three_answers_or_entered(nurse, patient, typed, score):
    answer = nurse.post(add(patient, "pain-scores"), {"scored_on": "2026-03-01", **typed})
    assert answer.status_code == (422 if score is None else 302)
    assert [float(row.score) for row in PainScore.objects.all()] == ([] if score is None else [score])


def test_education_starts_with_the_language_of_the_person_and_ones_own_name(nurse, clinic):
    form = nurse.get(add(clinic.patient(language="es"), "education")).context["form"]
    assert (form.initial["language"], form.initial["given_by"]) == ("es", clinic.nurse.full_name)


def test_health_stays_closed_to_the_front_desk_and_to_other_caseloads(clinic, sign_in, here, patient):
    kit = give_naloxone(given_on=DAY, **here)
    hidden = clinic.patient(team=(clinic.peer,))
    therapist = sign_in(clinic.therapist)
    assert therapist.get(add(hidden, "allergies")).status_code == 404
    assert therapist.get(reverse("desk:health", args=[hidden.public_id])).status_code == 404
    assert therapist.get(one("health_fact", clinic.patient(), "naloxone", kit)).status_code == 404
    for page in (add(patient, "allergies"), one("health_fact", patient, "naloxone", kit), reverse("desk:health", args=[patient.public_id])):
        assert sign_in(clinic.front_desk).get(page).status_code == 403


def test_a_medication_ends_from_its_page(nurse, here, patient):
    medication = list_other_medication(name="Sertraline", **here)
    page = nurse.get(one("health_fact", patient, "medications", medication)).content.decode()
    way = one("health_fact_step", patient, "medications", medication, "end")
    assert way in page
    nurse.post(way, {"until": "2026-03-04", "why_ended": "Changed."})
    medication.refresh_from_db()
    assert not medication.is_taken


def test_an_overdose_of_long_ago_is_written_without_fuss(here):
    assert record_overdose(happened_on=date(2019, 1, 1), **here).pk
