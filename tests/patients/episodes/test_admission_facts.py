from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from casemgr.core.accounts.models import Membership, Program
from casemgr.core.outbox.draining import drain
from casemgr.core.refusals import Refused
from patients.caseload.models import CareTeamMember
from patients.episodes.actions import admit_patient, record_admission_facts, transfer_patient
from patients.episodes.models import AdmissionFacts, Episode, SubstanceTold
from patients.episodes.queries import incomplete_admissions
from patients.episodes.rules import ASKED, Told, completed, days_waited, missing_facts, reported, wrong_ages, wrong_numbers
from patients.record.models import Patient

TODAY = date(2026, 3, 4)
ALL = {
    "service": "7", "moud_planned": "1", "prior_treatments": "2", "race": "97", "ethnicity": "5", "education": "12", "marital": "1",
    "living": "3", "employment": "3", "income": "1", "insurance": "4", "payment": "4", "veteran": "2", "pregnant": "2",
    "psychiatric_problem": "1", "arrests": "0", "self_help": "98",
}  # fmt: skip
FENTANYL = Told(substance="7", route="4", frequency="5", first_use="19")


@pytest.fixture
def by(clinic, now):
    return {"by": clinic.case_manager, "at": now}


@pytest.fixture
def stay(clinic, now, by):
    person = Patient.objects.create(
        given_name="Ana", family_name="Flores", birth_date=date(1990, 1, 1), registered_site=clinic.north, recorded_at=now,
        recorded_by=clinic.case_manager,
    )  # fmt: skip
    return admit_patient(patient=person, site=clinic.north, admitted_on=date(2026, 2, 2), referral_source="1", **by)


@pytest.mark.parametrize(
    ("facts", "sex", "source", "name", "code"),
    [
        ({"employment": "1"}, "female", "1", "outside_labor_force", "96"),
        ({"employment": "4", "outside_labor_force": "2"}, "female", "1", "outside_labor_force", "2"),
        ({"employment": "4", "outside_labor_force": "96"}, "female", "1", "outside_labor_force", ""),
        ({}, "male", "1", "pregnant", "96"),
        ({}, "female", "1", "pregnant", ""),
        ({"pregnant": "1"}, "male", "1", "pregnant", "1"),
        ({"justice": "3"}, "female", "1", "justice", "96"),
        ({"justice": "3"}, "female", "7", "justice", "3"),
    ],
)
def test_what_leaves_no_question_does_not_apply(facts, sex, source, name, code):
    assert completed(facts, sex=sex, source=source)[name] == code


def test_unknown_and_not_collected_are_answers_and_silence_is_none():
    facts = completed(ALL, sex="female", source="1")
    assert missing_facts(facts, [FENTANYL]) == []
    assert missing_facts(facts, []) == ["substances"]
    assert missing_facts(facts, [Told(substance="7")]) == ["substances"]
    assert missing_facts({**facts, "race": ""}, [FENTANYL]) == ["race"]
    assert set(missing_facts({}, [])) == {*ASKED, "substances"} - {"outside_labor_force"}
    assert (reported(""), reported("97"), reported("3")) == ("98", "97", "3")


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"education": "25", "arrests": "96"}, []),
        ({"education": "70", "arrests": "98"}, []),
        ({"education": "26", "arrests": "99"}, ["education", "arrests"]),
        ({"education": "twelve", "arrests": "-1"}, ["education", "arrests"]),
    ],
)
def test_a_count_is_a_number_or_a_code(facts, wrong):
    assert wrong_numbers(facts) == wrong


@pytest.mark.parametrize(("age", "first_use", "wrong"), [(30, "31", [1]), (30, "30", []), (None, "60", []), (30, "97", []), (30, "x", [1])])
def test_nobody_used_before_they_were_that_old(age, first_use, wrong):
    assert wrong_ages([Told(substance="7", first_use=first_use)], age=age) == wrong


@pytest.mark.parametrize(("asked", "days"), [(date(2026, 2, 2), 0), (date(2026, 1, 26), 7), (date(2026, 3, 1), 0), (date(2020, 1, 1), 996)])
def test_days_of_waiting_fit_the_code(asked, days):
    assert days_waited(asked, date(2026, 2, 2)) == days


def test_an_admission_needs_none_of_it_and_is_listed_until_it_is_asked(stay, by):
    facts = AdmissionFacts.objects.get(episode=stay)
    assert {"living", "service", "substances"} <= set(facts.missing)
    assert list(incomplete_admissions(Episode.objects.all())) == [stay]
    record_admission_facts(episode=stay, **ALL, substances=[FENTANYL, Told(substance="1")], **by)
    facts.refresh_from_db()
    assert facts.missing == []
    assert (facts.outside_labor_force, facts.justice) == ("96", "96")
    assert list(facts.substances.values_list("rank", "substance", "route")) == [(1, "7", "4"), (2, "1", "96")]
    assert not incomplete_admissions(Episode.objects.all()).exists()
    record_admission_facts(episode=stay, living="1", substances=[FENTANYL], **by)
    facts.refresh_from_db()
    assert (facts.living, facts.education, facts.substances.count()) == ("1", "12", 1)


def test_what_is_no_answer_is_refused_at_its_field(stay, by):
    with pytest.raises(Refused) as refused:
        record_admission_facts(episode=stay, living="42", education="99", substances=[Told(substance="7", first_use="80")], **by)
    assert {reason.field for reason in refused.value.reasons} == {"living", "education", "first_use_1"}


def test_the_table_holds_no_route_of_no_substance(stay, by):
    facts = AdmissionFacts.objects.get(episode=stay)
    with pytest.raises(IntegrityError, match="no_substance_has_no_route"), transaction.atomic():
        SubstanceTold.objects.create(facts=facts, rank=1, substance="1", route="4", recorded_at=by["at"], recorded_by=by["by"])


def test_a_move_takes_the_answers_along(clinic, stay, by):
    record_admission_facts(episode=stay, **ALL, substances=[FENTANYL], **by)
    moved = transfer_patient(episode=stay, to_site=clinic.south, on=TODAY, **by)
    facts = AdmissionFacts.objects.get(episode=moved)
    assert (facts.missing, facts.living, facts.substances.get().route) == ([], "3", "4")


def test_a_transfer_to_another_program_keeps_the_chart_and_takes_along_who_works_there(clinic, stay, by):
    other = Program.objects.create(name="Hill Street Program")
    far = other.sites.create(name="Far", time_zone="America/New_York")
    with pytest.raises(Refused, match="in which you admit nobody"):
        transfer_patient(episode=stay, to_site=far, on=TODAY, **by)
    for user in (clinic.case_manager, clinic.therapist):
        clinic.on_care_team(stay.patient, user)
    Membership.objects.create(user=clinic.case_manager, program=other, site=far, role="case_manager", starts_on=date(2025, 1, 1))
    worker = type(clinic.case_manager).objects.get(pk=clinic.case_manager.pk)
    moved = transfer_patient(episode=stay, to_site=far, on=TODAY, by=worker, at=by["at"])
    stay.refresh_from_db()
    assert (moved.patient_id, moved.program, moved.transferred_from, stay.discharged_on) == (stay.patient_id, other, stay, TODAY)
    assert stay.leaving_plan.basis == "moved"
    drain(at=by["at"])
    team = CareTeamMember.objects.filter(patient=stay.patient)
    assert set(team.filter(until__isnull=True).values_list("user", "program")) == {(clinic.case_manager.pk, other.pk)}
    assert team.filter(program=clinic.program, until=TODAY).count() == 2
    with pytest.raises(Refused) as refused:
        admit_patient(patient=stay.patient, site=far, admitted_on=TODAY, by=worker, at=by["at"])
    assert "in_care" in {reason.code for reason in refused.value.reasons}


def test_the_page_asks_keeps_and_says_what_is_open(clinic, sign_in, stay):
    clinic.on_care_team(stay.patient, clinic.case_manager)
    browser, page = sign_in(clinic.case_manager), reverse("patients:admission_facts", args=[stay.patient.public_id, stay.pk])
    assert "Not asked yet" in browser.get(page).content.decode()
    answer = browser.post(page, {**ALL, "substance_1": "7", "route_1": "4", "frequency_1": "5", "first_use_1": "19"}, follow=True)
    assert "Saved." in answer.content.decode()
    assert AdmissionFacts.objects.get(episode=stay).missing == []
    assert browser.post(page, {"substance_1": "7", "first_use_1": "88"}).context["form"].errors.keys() == {"first_use_1"}
    assert sign_in(clinic.nurse).get(page).status_code == 403
