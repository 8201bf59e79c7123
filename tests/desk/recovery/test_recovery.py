import json
import re
from datetime import date

import pytest
from django.urls import reverse

from casemgr.core.accounts.models import Program, Site
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.desk.recovery.lanes.overdose import OVERDOSE
from casemgr.desk.recovery.lanes.toxicology import TOXICOLOGY
from casemgr.desk.recovery.lanes.use import USE
from casemgr.desk.recovery.rules import MEANINGFUL
from casemgr.desk.recovery.words import MARK_WORDS
from patients.diagnoses.models import UseReport
from patients.diagnoses.models.use import Substance, UseSource
from patients.instruments.data import instrument
from tests.charts import DAY, dose_of, fill_chart, order_for
from tests.desk.recovery.years import monitor, overdose, score, specimen, years_of
from treatment_plans.medication.models import Order
from treatment_plans.plan.models import Plan

RECOVERY_QUERIES = (
    3  # the session's: its first request writes down when it began
    + 3  # the session, who reads, and in which roles
    + 1  # the patient, and what the reader may do for them
    + 4  # doses: orders, doses, stays in care, what was on hold
    + 1  # toxicology
    + 1  # use, as it was told
    + 1  # overdoses
    + 2  # scores: answered here, told or imported
    + 1  # sessions
    + 1  # plan reviews
    + 1  # stays in care
    + 1  # life events
    + 1  # on the record: the chart was opened
    + 1  # the counts of the navigation
)
"""Statements of the recovery chart, lane by lane, however many years there are."""


def address(patient, name="recovery"):
    return reverse(f"desk:{name}", args=[patient.public_id])


def data_in(page):
    return json.loads(re.search(r'<script id="recovery-data" type="application/json">(.*?)</script>', page.content.decode()).group(1))


def lanes_in(page):
    return {lane["key"]: lane for lane in data_in(page)["lanes"]}


@pytest.mark.parametrize("years", [0, 1, 5])
def test_five_years_take_as_many_statements_as_an_empty_chart(clinic, sign_in, query_count, years):
    patient = clinic.patient()
    if years:
        years_of(clinic, patient, years)
    browser = sign_in(clinic.therapist)
    with query_count(RECOVERY_QUERIES):
        browser.get(address(patient), {"months": "all"})


def test_every_fact_of_the_axis_is_in_the_picture_the_data_and_the_table(clinic, sign_in):
    patient = clinic.patient()
    fill_chart(clinic, patient, 3)
    score(clinic, patient, "44261-6", 60, 6)
    score(clinic, patient, "44261-6", 30, 15)
    page = sign_in(clinic.therapist).get(address(patient))
    text, data = page.content.decode(), data_in(page)
    assert [lane["key"] for lane in data["lanes"]] == [
        "seen",
        "doses_methadone",
        "toxicology",
        "use",
        "phq9",
        "sessions",
        "session_mood",
        "session_craving",
        "reviews",
        "care",
    ]
    for lane in data["lanes"]:
        assert lane["title"] in text
        table = text
        if lane["key"] != "seen":  # what was seen is said in sentences, not in a table
            table = text[text.index(f'data-lane="{lane["key"]}"') :]
            table = table[: table.index("</table>")]
        for _first, _last, _when, words in lane["points"]:
            assert data["words"][words] in table
    assert "PHQ-9 15, Moderately severe; 9 more than before" in text


def test_hover_and_table_name_a_day_in_the_same_words(clinic, sign_in):
    patient = clinic.patient()
    score(clinic, patient, "70274-6", 10, 8)
    page = sign_in(clinic.therapist).get(address(patient))
    [[_first, _last, when, _words]] = lanes_in(page)["gad7"]["points"]
    assert when == "Feb. 22, 2026"
    assert f'<td>{when}</td><td data-label="What is on record">GAD-7 8, Mild</td>' in page.content.decode()


def test_a_dose_is_given_taken_home_missed_or_on_hold(clinic, sign_in):
    patient = clinic.patient()
    order = order_for(clinic, patient, starts_on=date(2026, 2, 23))
    dose_of(order, clinic, date(2026, 2, 23))
    dose_of(order, clinic, date(2026, 2, 24))
    page = sign_in(clinic.nurse).get(address(patient))
    words = data_in(page)["words"]
    said = [(when, words[n]) for _first, _last, when, n in lanes_in(page)["doses_methadone"]["points"]]
    assert said[:3] == [
        ("Feb. 23, 2026", "Methadone 60 mg, given here"),
        ("Feb. 24, 2026", "Methadone 60 mg, given here"),
        ("Feb. 25, 2026", "Methadone missed, no dose on record"),
    ]
    assert "March 4, 2026" not in [when for when, _words in said]


def test_the_days_of_an_order_held_by_a_prescriber_are_not_called_missed(clinic, sign_in):
    patient = clinic.patient()
    order = order_for(clinic, patient, starts_on=date(2026, 3, 1))
    AuditEvent.objects.create(
        at=clinic.now - 2 * DAY, actor_name="P", verb="hold_order", outcome="done", patient_id=patient.pk,
        subject=f"treatment_plans.order:{order.pk}",
    )  # fmt: skip
    page = sign_in(clinic.nurse).get(address(patient))
    words = data_in(page)["words"]
    said = {when: words[n] for _first, _last, when, n in lanes_in(page)["doses_methadone"]["points"]}
    assert said == {
        "March 1, 2026": "Methadone missed, no dose on record",
        "March 2, 2026": "Methadone on hold, nothing was to be given",
        "March 3, 2026": "Methadone on hold, nothing was to be given",
    }


def test_nobody_misses_a_dose_before_admission_or_on_a_closed_day(clinic, sign_in):
    patient = clinic.patient()
    Order.objects.filter(patient=patient).delete()
    order_for(clinic, patient, starts_on=date(2025, 12, 20), ends_on=date(2026, 1, 6))
    page = sign_in(clinic.nurse).get(address(patient), {"months": "all"})
    days = [when for _first, _last, when, _words in lanes_in(page)["doses_methadone"]["points"]]
    assert days == ["Jan. 5, 2026"]


def test_a_peer_sees_no_dose(clinic, sign_in):
    patient = clinic.patient()
    fill_chart(clinic, patient, 2)
    page = sign_in(clinic.peer).get(address(patient))
    assert "doses_methadone" not in lanes_in(page)
    assert "Methadone" not in page.content.decode()


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.DIRECTOR])
@pytest.mark.parametrize("name", ["recovery", "recovery_picture"])
def test_who_reads_no_chart_reads_no_recovery_chart(clinic, sign_in, role, name):
    assert sign_in(clinic.staff[role]).get(address(clinic.patient(), name)).status_code == 403


@pytest.mark.parametrize("name", ["recovery", "recovery_picture"])
def test_the_recovery_chart_of_another_caseload_does_not_exist(clinic, sign_in, name):
    theirs = clinic.patient(team=(clinic.hire(Role.THERAPIST, clinic.north),))
    assert sign_in(clinic.therapist).get(address(theirs, name)).status_code == 404
    assert not AuditEvent.objects.filter(verb="recovery_chart").exists()


def test_what_another_program_wrote_stays_closed(clinic, sign_in):
    patient = clinic.patient()
    other = Program.objects.create(name="Elsewhere")
    Site.objects.create(program=other, name="Far")
    Plan.objects.create(
        patient=patient, program=other, state="active", starts_on=date(2026, 1, 5), review_on=date(2026, 4, 5), recorded_at=clinic.now,
        recorded_by=clinic.system,
    )  # fmt: skip
    assert "reviews" not in lanes_in(sign_in(clinic.therapist).get(address(patient)))


@pytest.mark.parametrize("name", ["recovery", "recovery_picture"])
def test_reading_it_is_put_on_the_record(clinic, sign_in, name):
    patient = clinic.patient()
    sign_in(clinic.therapist).get(address(patient, name))
    event = AuditEvent.objects.get(verb="recovery_chart")
    assert (event.patient_id, event.actor_id, event.outcome) == (patient.pk, clinic.therapist.pk, "seen")


def test_without_a_script_a_range_is_a_link_and_the_picture_an_image(clinic, sign_in):
    patient = clinic.patient()
    years_of(clinic, patient, 1)
    text = sign_in(clinic.therapist).get(address(patient), {"months": "3"}).content.decode()
    assert 'href="?months=24"' in text
    assert 'role="img"' in text
    assert "Methadone 60 mg, taken home" in text
    begin, shown = re.search(r'viewBox="(\d+) 0 (\d+) \d+" preserveAspectRatio="none" data-plot', text).groups()
    assert int(shown) >= 92
    assert int(begin) + int(shown) == data_in(sign_in(clinic.therapist).get(address(patient), {"months": "3"}))["days"]


def test_nonsense_in_the_address_is_the_usual_year(clinic, sign_in):
    patient = clinic.patient()
    text = sign_in(clinic.therapist).get(address(patient), {"months": "';--"}).content.decode()
    assert re.search(r'href="\?months=12"[^>]*aria-current="true"', text)


def test_days_of_use_craving_and_sleep_are_answers_of_the_monitor(clinic, sign_in):
    patient = clinic.patient()
    monitor(clinic, patient, 40, {"2": 12, "4": 0, "6": 0, "8": 3})
    monitor(clinic, patient, 10, {"2": 2, "4": 1, "6": 2, "8": 4}, instrument="bam")
    page = sign_in(clinic.therapist).get(address(patient))
    words, lanes = data_in(page)["words"], lanes_in(page)
    said = {key: [words[point[3]] for point in lane["points"]] for key, lane in lanes.items() if key.startswith("bam")}
    assert said == {
        "bam_use": [
            "Days of use told, of the last 30: alcohol 0, other substances 0",
            "Days of use told, of the last 30: alcohol 1-3, other substances 4-8",
        ],
        "bam_craving": ["Craving over the last 30 days: Considerably", "Craving over the last 30 days: Extremely"],
        "bam_sleep": ["Nights of trouble sleeping, of the last 30: 12", "Nights of trouble sleeping, of the last 30: 4-8"],
    }


def test_symptoms_that_rose_before_use_are_seen_with_their_dates_in_their_order(clinic, sign_in):
    patient = clinic.patient()
    score(clinic, patient, "44261-6", 50, 6)
    score(clinic, patient, "44261-6", 25, 14)
    monitor(clinic, patient, 45, {"6": 0})
    monitor(clinic, patient, 10, {"6": 5})
    text = sign_in(clinic.therapist).get(address(patient)).content.decode()
    seen = text[text.index('id="seen"') :]
    assert "Symptoms rose before use" in seen
    assert "Use before symptoms rose" not in seen
    rose, used = "Feb. 7, 2026: PHQ-9 14, 8 more than on Jan. 13, 2026", "Feb. 22, 2026: Days of use told"
    assert seen.index(rose) < seen.index(used)


def test_use_before_symptoms_rose_is_seen_too(clinic, sign_in):
    patient = clinic.patient()
    overdose(clinic, patient, 30)
    score(clinic, patient, "70274-6", 50, 5)
    score(clinic, patient, "70274-6", 12, 9)
    seen = sign_in(clinic.therapist).get(address(patient)).content.decode()
    seen = seen[seen.index('id="seen"') :]
    assert "Use before symptoms rose" in seen
    assert seen.index("Overdose: Fentanyl, 2 doses of naloxone, Emergency department") < seen.index("GAD-7 9, 4 more than on")


@pytest.mark.parametrize(
    ("reads", "talk", "is_use"),
    [
        ("unexpected_positive", "", True),
        ("unexpected_positive", "use_told", True),
        ("unexpected_positive", "explained", False),
        ("unexpected_positive", "handling", False),
        ("unexpected_positive", "no_use_told", False),
    ],
)
def test_a_result_is_taken_for_use_only_while_nothing_else_explains_it(clinic, reads, talk, is_use):
    patient = clinic.patient()
    specimen(clinic, patient, 5, [("cocaine", "positive", reads)], talk=talk)
    [series] = TOXICOLOGY.read(patient, frozenset({clinic.program.pk}), clinic.now.date())
    assert bool(series.uses) is is_use


def test_a_specimen_is_a_ring_as_expected_and_a_square_where_it_is_not(clinic):
    patient = clinic.patient()
    specimen(clinic, patient, 9, [("methadone", "positive", "as_expected")])
    specimen(clinic, patient, 5, [("methadone", "negative", "unexpected_negative")])
    [series] = TOXICOLOGY.read(patient, frozenset({clinic.program.pk}), clinic.now.date())
    assert [(point.shape, point.words) for point in series.points] == [
        ("ring", "Urine, as expected: Methadone shows"),
        ("square", "Urine, unexpected: Methadone, negative"),
    ]
    assert series.uses == ()


def test_an_overdose_meant_as_self_harm_is_drawn_and_compared_with_nothing(clinic):
    patient = clinic.patient()
    overdose(clinic, patient, 3, intent="intentional")
    overdose(clinic, patient, 2, of="another")
    [series] = OVERDOSE.read(patient, frozenset({clinic.program.pk}), clinic.now.date())
    assert (len(series.points), series.uses) == (1, ())


def test_use_that_somebody_told_is_drawn_on_its_day_and_compared(clinic):
    patient = clinic.patient()
    UseReport.objects.create(
        patient=patient, substance=Substance.values[0], used_on=date(2026, 3, 1), source=UseSource.values[0], recorded_at=clinic.now,
        recorded_by=clinic.nurse,
    )  # fmt: skip
    [series] = USE.read(patient, frozenset({clinic.program.pk}), clinic.now.date())
    assert [point.on for point in series.points] == [use.on for use in series.uses] == [date(2026, 3, 1)]


def test_the_meaningful_change_is_the_one_of_the_instruments():
    assert {key: instrument(key).change["meaningful_points"] for key in MEANINGFUL} == MEANINGFUL


def test_what_is_seen_of_the_cycle_never_names_a_cause():
    for words in MARK_WORDS.values():
        assert not re.search(r"cause|because|lead|due to|trigger|relapse", str(words), re.IGNORECASE)
