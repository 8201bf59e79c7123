from datetime import date, timedelta
from decimal import Decimal

import pytest

from casemgr.core.accounts.models import Program, Site
from casemgr.core.refusals import Denied, Refused
from patients.episodes.models import Episode
from patients.safety.models import SafetyConcern
from patients.screenings.actions import record_answers, record_observation
from patients.screenings.models import Observation, QuestionnaireAnswers
from patients.screenings.queries import answers_for, course_of_total, observations_for
from patients.screenings.rules import OWN_SYSTEM

PHQ = {"kind": "survey", "code": "44261-6", "title": "PHQ-9 total score"}


@pytest.fixture
def by(clinic, now):
    return {"by": clinic.nurse, "at": now}


@pytest.fixture
def patient(clinic):
    return clinic.patient()


def _fields(refused):
    return {reason.field for reason in refused.value.reasons}


def test_a_total_is_recorded_without_the_answers(patient, by, now):
    score = record_observation(patient=patient, **PHQ, value_number=Decimal(14), observed_at=now, **by)
    score.refresh_from_db()
    assert (score.value_number, score.status, score.code_system) == (Decimal(14), "final", "http://loinc.org")


@pytest.mark.parametrize(
    ("code", "system", "total"), [("44261-6", "http://loinc.org", 28), ("cows", OWN_SYSTEM, 49), ("70274-6", "http://loinc.org", -1)]
)
def test_a_total_outside_the_instrument_is_refused(patient, by, now, code, system, total):
    with pytest.raises(Refused) as refused:
        record_observation(
            patient=patient, kind="survey", code=code, code_system=system, title="x", value_number=Decimal(total), observed_at=now, **by
        )
    assert _fields(refused) == {"value_number"}
    assert not Observation.objects.exists()


def test_a_missing_total_is_never_zero(patient, by, now):
    with pytest.raises(Refused) as refused:
        record_observation(patient=patient, **PHQ, observed_at=now, **by)
    assert _fields(refused) == {"value_number"}


def test_everything_wrong_is_named_at_once(patient, by, now):
    with pytest.raises(Refused) as refused:
        record_observation(patient=patient, kind="?", code="", title="", status="?", observed_at=now + timedelta(minutes=1), **by)
    assert _fields(refused) == {"kind", "code", "status", "observed_at", "value_number"}


def test_a_laboratory_result_is_words_and_a_code(patient, by, now):
    record_observation(
        patient=patient, kind="laboratory", code="59673-4", title="fentaNYL [Presence] in Urine by Screen method", value_code="LA6577-6",
        value_text="Negative", observed_at=now, **by,
    )  # fmt: skip
    assert [row.value_text for row in observations_for(patient, kind="laboratory")] == ["Negative"]
    assert not observations_for(patient, kind="survey").exists()


def test_the_course_of_a_score_leaves_out_errors(patient, by, now):
    for days, total, status in ((10, 18, "final"), (5, 12, "entered-in-error"), (0, 7, "final")):
        record_observation(patient=patient, **PHQ, value_number=Decimal(total), observed_at=now - timedelta(days=days), status=status, **by)
    assert [row.value_number for row in course_of_total(patient, "44261-6")] == [Decimal(18), Decimal(7)]


def test_answers_are_kept_as_they_were_given(patient, by, now):
    record_answers(
        patient=patient, questionnaire="urn:x|phq9", title="PHQ-9", answered_at=now, answers=[{"linkId": "1", "value": 2}], total=None, **by
    )
    kept = answers_for(patient).get()
    assert (kept.answers, kept.total, str(kept)) == ([{"linkId": "1", "value": 2}], None, "PHQ-9")


def test_an_answer_about_safety_opens_a_concern_by_whichever_verb_it_comes(clinic, patient, by, now):
    alike = {"patient": patient, "questionnaire": "phq9", "title": "PHQ-9", **by}
    for days in (31, 0):
        record_answers(**alike, answered_at=now - timedelta(days=days), answers=[{"linkId": "9", "value": days and 3}])
    assert not SafetyConcern.objects.exists()
    record_answers(**alike, answered_at=now - timedelta(days=30), answers=[{"linkId": "9", "value": 2}])
    concern = SafetyConcern.objects.get()
    assert (concern.patient, concern.program, concern.level) == (patient, clinic.program, 1)
    yes = {"value_code": "LA33-6", "value_text": "Yes"}
    record_observation(patient=patient, kind="survey", code="93249-1", title="C-SSRS 4", observed_at=now, **yes, **by)
    concern.refresh_from_db()
    assert (concern.level, concern.told, concern.signals.count()) == (4, 2, 2)


def test_danger_is_told_where_whoever_recorded_it_works_and_never_undoes_the_record(clinic, patient, by, now):
    hill = Program.objects.create(name="Hill OTP")
    site = Site.objects.create(program=hill, name="Hill", time_zone="America/New_York")
    stay = {"program": hill, "site": site, "admitted_on": date(2026, 2, 1), "recorded_at": now, "recorded_by": clinic.system}
    Episode.objects.create(patient=patient, **stay)
    elsewhere = clinic.patient(site)
    for one in (patient, elsewhere):
        nine = {"kind": "survey", "code": "44260-8", "title": "PHQ-9 item 9", "value_number": 2}
        record_observation(patient=one, **nine, observed_at=now, **by)
    assert Observation.objects.count() == 2
    told = SafetyConcern.objects.order_by("pk").values_list("patient", "program", "recorded_by")
    assert list(told) == [(patient.pk, clinic.program.pk, clinic.nurse.pk), (elsewhere.pk, hill.pk, clinic.system.pk)]


def test_a_total_that_no_eight_questions_come_to_tells_of_the_ninth(patient, by, now):
    for total in (24, 26):
        assert not SafetyConcern.objects.exists()
        record_observation(patient=patient, **PHQ, value_number=Decimal(total), observed_at=now, **by)
    concern = SafetyConcern.objects.get()
    signal = concern.signals.get()
    assert (concern.level, signal.item, signal.answer) == (1, "9", 2)
    assert "question 9 was not answered with no" in signal.words


def test_an_answer_about_safety_that_cannot_be_read_is_refused_at_its_field(patient, by, now):
    nine = {"patient": patient, "kind": "survey", "code": "44260-8", "title": "PHQ-9 item 9", "observed_at": now, **by}
    with pytest.raises(Refused, match="1 - Several days; 2 - More than half the days") as refused:
        record_observation(**nine, value_text="sometimes at night")
    assert _fields(refused) == {"value_text"}
    answers = [{"linkId": "3", "value": "rather not say"}, {"linkId": "4", "answers": []}]
    with pytest.raises(Refused, match="0 - No; 1 - Yes") as refused:
        record_answers(patient=patient, questionnaire="C-SSRS", title="", answered_at=now, answers=answers, **by)
    assert _fields(refused) == {"answers"}
    assert not Observation.objects.exists()
    record_observation(**nine, status="registered")
    record_observation(**nine, value_text="1 - Several days")
    assert SafetyConcern.objects.get().level == 1


def test_answers_of_the_future_or_of_nothing_are_refused(patient, by, now):
    with pytest.raises(Refused) as refused:
        record_answers(patient=patient, questionnaire="", title="", answered_at=now + timedelta(days=1), answers=[], status="?", **by)
    assert _fields(refused) == {"questionnaire", "answered_at", "status"}
    assert not QuestionnaireAnswers.objects.exists()


def test_front_desk_records_no_result(clinic, patient, now):
    with pytest.raises(Denied):
        record_observation(patient=patient, **PHQ, value_number=Decimal(3), observed_at=now, by=clinic.front_desk, at=now)
    assert not Observation.objects.exists()


def test_recording_is_cheap(patient, by, now, query_count):
    assert by["by"].current_memberships
    with query_count(5):
        record_observation(patient=patient, **PHQ, value_number=Decimal(3), observed_at=now, **by)
    with query_count(5):
        record_answers(patient=patient, questionnaire="x", title="", answered_at=now, answers=[], **by)
