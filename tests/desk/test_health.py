"""The health page at the roof: everything known on one page, with what is ordered here beside it."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from casemgr.core.accounts.models import Membership, Program
from casemgr.core.accounts.rules import Role
from patients.health.actions import mark_health_fact_as_error
from patients.health.allergies.actions import note_allergies_asked, record_allergy
from patients.health.education.actions import record_education
from patients.health.heart.actions import record_electrocardiogram
from patients.health.infections.actions import record_infection_test, record_vaccination
from patients.health.medications.actions import list_other_medication, reconcile_medications
from patients.health.medications.models import InteractionReview
from patients.health.naloxone.actions import give_naloxone
from patients.health.overdoses.actions import record_overdose
from patients.health.pain.actions import plan_pain_step, record_pain, score_pain
from patients.health.pregnancy.actions import record_pregnancy
from tests.charts import order_for
from treatment_plans.medication.models import MedicationStatement, Order

HEALTH_QUERIES = (
    3  # the session, who reads, and in which roles
    + 1  # the patient, and what the reader may do for them
    + 15  # one for each kind of fact
    + 2  # what is ordered here, what others told
    + 1  # on the record
    + 1  # the counts of the navigation
)
DAY = date(2026, 3, 4)


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def here(clinic, patient, now):
    return {"patient": patient, "program": clinic.program, "by": clinic.nurse, "at": now}


def page_of(patient):
    return reverse("desk:health", args=[patient.public_id])


def live(here, number):
    """Write one fact of every kind."""
    record_allergy(substance=f"Substance {number}", **here)
    note_allergies_asked(asked_on=DAY, answer="not_known", **here)
    list_other_medication(name=f"Clonazepam {number}", dose_words="0.5 mg at night", **here)
    reconcile_medications(done_on=DAY, compared_with=["pharmacy"], finding="same", **here)
    give_naloxone(given_on=DAY, expires_on=date(2028, 1, 1), lot="N1", **here)
    record_overdose(happened_on=DAY, substances=["fentanyl"], naloxone_doses=2, alone="yes", hospital="emergency", **here)
    record_pregnancy(status="pregnant", noted_on=DAY, due_on=date(2026, 9, 1), **here)
    record_infection_test(infection="hcv", result="positive", tested_on=DAY, linkage="referred", **here)
    record_vaccination(vaccine="hepatitis_b", given_on=DAY, dose_number=1, **here)
    record_electrocardiogram(taken_on=DAY, qtc_ms=505, risks=["syncope"], **here)
    record_pain(site="Lower back", first_opioid_prescriber="Dr. Lane", **here)
    score_pain(scored_on=DAY, score=Decimal("6.3"), **here)
    plan_pain_step(relief="physical_therapy", since=DAY, **here)
    record_education(topic="overdose", given_on=DAY, teach_back="said_back", **here)


def test_the_page_costs_the_same_for_two_and_for_twelve(clinic, sign_in, here, patient, query_count):
    browser = sign_in(clinic.nurse)
    browser.get(page_of(patient))
    for count in (2, 12):
        for number in range(count):
            live(here, f"{count}.{number}")
        with query_count(HEALTH_QUERIES):
            browser.get(page_of(patient))


def test_every_fact_is_on_the_page_with_its_words(clinic, sign_in, here, patient):
    live(here, 1)
    text = sign_in(clinic.nurse).get(page_of(patient)).content.decode()
    for words in (
        "Substance 1", "Clonazepam 1", "0.5 mg at night", "Pharmacy", "Nasal spray 4 mg", "lot N1", "Fentanyl", "was alone",
        "naloxone: 2 doses", "Pregnant", "Hepatitis C", "Referred", "QTc 505 ms", "Very long", "first opioid from Dr. Lane", "PEG 6.3",
        "Physical therapy", "Overdose and naloxone", "Said it back", "Nobody spoke with the person since the overdose",
        "Prenatal care is not arranged yet", "No status of the last 12 months: HIV, Hepatitis B, Tuberculosis",
    ):  # fmt: skip
        assert words in text


def test_what_was_an_error_is_folded_away_and_counts_no_longer(clinic, sign_in, here, patient, now):
    kit = give_naloxone(given_on=DAY, expires_on=date(2028, 1, 1), **here)
    browser = sign_in(clinic.nurse)
    assert "No naloxone in hand" not in browser.get(page_of(patient)).content.decode()
    mark_health_fact_as_error(fact=kit, why="Given to somebody else.", by=clinic.nurse, at=now)
    text = browser.get(page_of(patient)).content.decode()
    assert "No naloxone in hand" in text
    assert "Given to somebody else." in text


def test_a_warning_stands_until_somebody_writes_a_decision_and_stops_nothing(clinic, sign_in, here, patient):
    order_for(clinic, patient, starts_on="2026-02-01")
    list_other_medication(name="Clonazepam", **here)
    MedicationStatement.objects.create(
        patient=patient, kind="ordered", code="1", title="Citalopram 20 MG", status="active", at=here["at"], recorded_at=here["at"],
        recorded_by=clinic.system,
    )  # fmt: skip
    nurse = sign_in(clinic.nurse)
    text = nurse.get(page_of(patient)).content.decode()
    assert "Benzodiazepine with methadone" in text
    assert "FDA Drug Safety Communication of September 20, 2017" in text
    assert "Citalopram 20 MG: May prolong the QT interval together with methadone" in text
    way = reverse("desk:decide_interaction", args=[patient.public_id])
    assert way in text
    assert nurse.post(way, {"warning": "0", "decision": ""}).status_code == 422
    for decision in ("Taper agreed.", "ECG was fine."):
        nurse.post(way, {"warning": "0", "decision": decision})
    assert InteractionReview.objects.count() == 2
    assert nurse.get(way).url == page_of(patient)
    text = nurse.get(page_of(patient)).content.decode()
    assert "Decided: Taper agreed." in text
    assert way not in text


def test_whoever_may_not_see_medication_reads_nothing_of_it(clinic, sign_in, here, patient):
    order_for(clinic, patient, starts_on="2026-02-01")
    list_other_medication(name="Clonazepam", **here)
    text = sign_in(clinic.peer).get(page_of(patient)).content.decode()
    assert "Clonazepam" in text
    assert "ethadone" not in text.replace("because methadone can prolong it", "")
    nurse, hill = sign_in(clinic.nurse), Program.objects.create(name="Hill OTP")
    assert "Benzodiazepine with methadone" in nurse.get(page_of(patient)).content.decode()
    Membership.objects.create(user=clinic.nurse, program=hill, role=Role.PEER, starts_on=date(2024, 1, 1))
    Order.objects.update(program=hill)
    assert "Benzodiazepine with methadone" not in nurse.get(page_of(patient)).content.decode(), "who is a nurse here is a peer there"


def test_a_high_dose_of_methadone_asks_for_an_ecg(clinic, sign_in, patient):
    order_for(clinic, patient, starts_on="2026-02-01", daily_mg=Decimal(110))
    assert "An ECG should be taken" in sign_in(clinic.nurse).get(page_of(patient)).content.decode()


def test_the_chart_names_allergies_overdose_and_pregnancy_in_its_banner(clinic, sign_in, here, patient):
    browser, chart = sign_in(clinic.nurse), reverse("desk:chart", args=[patient.public_id])
    assert "Allergies: not asked yet" in browser.get(chart).content.decode()
    record_allergy(substance="Penicillin", criticality="high", **here)
    record_overdose(happened_on=DAY, **here)
    record_pregnancy(status="pregnant", noted_on=DAY, **here)
    page = browser.get(chart)
    words = [str(sign.word) for sign in page.context["banner"]]
    assert words[:2] == ["Allergy: Penicillin", "Overdose"] or words[:2] == ["Overdose", "Allergy: Penicillin"]
    assert "Pregnancy" in words
    assert page_of(patient) in page.content.decode()
