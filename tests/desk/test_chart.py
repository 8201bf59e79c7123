import re

import pytest
from django.conf import settings
from django.urls import reverse

from casemgr.core.accounts.models import Membership, Program, Site
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.desk.chart.acts import HEAD_ACTS
from casemgr.desk.chart.panels import PANELS
from casemgr.desk.chart.panels.panel import address_of
from casemgr.desk.chart.rules import risks_from_codes
from casemgr.desk.history.queries import SOURCES
from patients.diagnoses.models import Diagnosis
from patients.episodes.models import Episode
from patients.record.models import ContactPoint
from referrals.casework.models import Task
from tests.charts import dose_of, fill_chart, order_for

CLINICAL = ("safety", "diagnoses", "plan", "medication", "sessions", "screenings", "toxicology")
CHART_QUERIES = (
    3  # the session's: its first request writes down when it began
    + 3  # the session, who reads, and in which roles
    + 1  # the patient, and what the reader may do for them
    + 0  # recovery: its picture is fetched afterwards
    + 2  # safety: open concerns, plans that hold
    + 1  # diagnoses
    + 2  # plan: the plan, its goals with what is met
    + 3  # medication: orders, doses of a fortnight, what others gave
    + 1  # health: allergies, other medication, naloxone, overdose, pregnancy in one statement
    + 1  # sessions
    + 1  # tasks
    + 1  # referrals
    + 3  # screenings: results, questionnaires, assessments
    + 2  # own world: in short, wishes (the banner takes both from there)
    + 1  # toxicology: the last specimens with what was unexpected
    + 2  # appointments: to come, past
    + 2  # contact: ways to reach, numbers
    + 1  # team
    + 1  # groups
    + 1  # consents
    + 1  # care
    + 2  # coming and leaving: the last stay with its facts, what was asked for before
    + 1  # on the record: the chart was opened
    + 1  # the counts of the navigation
)
"""Statements of a chart, panel by panel, however much there is; a banner line that asks the database itself stands here too."""


def chart_of(patient):
    return reverse("desk:chart", args=[patient.public_id])


def plain(page):
    """Return a page without what differs each time it is drawn: addresses and security tokens."""
    return re.sub(r"[0-9a-f-]{36}|[A-Za-z0-9]{64}", "", page.content.decode())


def panels(page):
    return set(re.findall(r'<section class="panel[^>]*id="([\w-]+)"', page.content.decode()))


def test_a_case_manager_finds_everything_on_one_page(clinic, sign_in):
    patient = clinic.patient(given="Ana", family="Flores", chosen_name="Ari", pronouns="they/them")
    fill_chart(clinic, patient, 2)
    page = sign_in(clinic.case_manager).get(chart_of(patient))
    assert panels(page) == {
        "now", "safety", "recovery", "diagnoses", "plan", "medication", "health", "sessions", "tasks", "referrals", "screenings", "toxicology", "world",
        "appointments",
        "contact", "team", "groups",
        "consents", "care", "coming",
    }  # fmt: skip
    text = page.content.decode()
    assert "Ari Flores" in text
    assert "(Ana Flores)" in text
    assert "they/them" in text
    assert "day 59" in text
    assert "60 mg given" in text
    assert "<title>Chart · casemgr</title>" in re.sub(r"\s+", " ", text)


def test_the_front_desk_sees_whom_to_expect_and_nothing_clinical(clinic, sign_in):
    patient = clinic.patient()
    fill_chart(clinic, patient, 2)
    page = sign_in(clinic.front_desk).get(chart_of(patient))
    assert panels(page) == {"now", "appointments", "contact", "team", "care"}
    text = page.content.decode()
    for secret in ("Diagnosis 0", "F11.20", "Goal 0", "Note 0", "Methadone", "Score 0", "Task 0", "Partner", "60 mg"):
        assert secret not in text


def test_a_director_knows_who_is_here_but_reads_no_chart(clinic, sign_in):
    patient = clinic.patient()
    fill_chart(clinic, patient, 2)
    page = sign_in(clinic.director).get(chart_of(patient))
    assert not panels(page) & set(CLINICAL)


def test_a_peer_reads_the_chart_without_the_medication(clinic, sign_in):
    patient = clinic.patient()
    fill_chart(clinic, patient, 2)
    page = sign_in(clinic.peer).get(chart_of(patient))
    assert "sessions" in panels(page)
    assert "medication" not in panels(page)
    assert "Methadone" not in page.content.decode()


@pytest.mark.parametrize("role", [Role.CASE_MANAGER, Role.THERAPIST, Role.PEER])
def test_the_patient_of_another_caseload_is_nobody(clinic, sign_in, role):
    theirs = clinic.patient(team=(clinic.hire(role, clinic.north),))
    browser = sign_in(clinic.staff[role])
    forbidden = browser.get(chart_of(theirs))
    unknown = browser.get(reverse("desk:chart", args=["00000000-0000-4000-8000-000000000000"]))
    assert (forbidden.status_code, unknown.status_code) == (404, 404)
    assert plain(forbidden) == plain(unknown)


def test_the_patient_of_another_site_is_nobody_to_a_nurse(clinic, sign_in):
    there = clinic.patient(clinic.south)
    assert sign_in(clinic.nurse).get(chart_of(there)).status_code == 404


def test_a_right_held_at_one_site_opens_no_panel_at_the_other(clinic, sign_in):
    both = clinic.hire(Role.NURSE, clinic.north)
    Membership.objects.create(user=both, program=clinic.program, site=clinic.south, role=Role.FRONT_DESK, starts_on="2024-01-01")
    here, there = clinic.patient(clinic.north), clinic.patient(clinic.south)
    browser = sign_in(both)
    assert "diagnoses" in panels(browser.get(chart_of(here)))
    assert panels(browser.get(chart_of(there))) == {"now", "appointments", "contact", "team", "care"}


def test_records_of_a_program_in_which_the_reader_has_no_part_stay_closed(clinic, sign_in):
    patient = clinic.patient()
    other = Program.objects.create(name="Elsewhere")
    site = Site.objects.create(program=other, name="Far")
    Episode.objects.create(
        patient=patient, program=other, site=site, admitted_on="2026-01-01", recorded_at=clinic.now, recorded_by=clinic.system
    )
    Task.objects.create(
        patient=patient, program=other, domain="legal", title="Their secret", due_on="2026-03-04", recorded_at=clinic.now,
        recorded_by=clinic.system,
    )  # fmt: skip
    text = sign_in(clinic.case_manager).get(chart_of(patient)).content.decode()
    assert "Elsewhere" not in text
    assert "Their secret" not in text


def test_opening_a_chart_is_put_on_the_record(clinic, sign_in):
    patient = clinic.patient()
    sign_in(clinic.nurse).get(chart_of(patient))
    event = AuditEvent.objects.get(verb="chart")
    assert (event.patient_id, event.actor_id, event.outcome) == (patient.pk, clinic.nurse.pk, "seen")


def test_what_was_refused_is_not_noted_as_seen(clinic, sign_in):
    theirs = clinic.patient(team=(clinic.hire(Role.CASE_MANAGER, clinic.north),))
    sign_in(clinic.case_manager).get(chart_of(theirs))
    assert not AuditEvent.objects.filter(verb="chart").exists()


@pytest.mark.parametrize("n", [0, 2, 12])
def test_a_full_chart_takes_as_many_statements_as_an_empty_one(clinic, sign_in, query_count, n):
    patient = clinic.patient()
    if n:
        fill_chart(clinic, patient, n)
    browser = sign_in(clinic.case_manager)
    with query_count(CHART_QUERIES):
        browser.get(chart_of(patient))


def test_the_head_names_the_risks_the_gravest_first(clinic, sign_in):
    patient = clinic.patient()
    by = {"patient": patient, "recorded_at": clinic.now, "recorded_by": clinic.system}
    Diagnosis.objects.create(axis="substance_use", code="F10.20", title="Alcohol dependence", **by)
    Diagnosis.objects.create(axis="mental_health", code="R45.851", title="Suicidal ideations", **by)
    Diagnosis.objects.create(axis="physical", code="T40.1X1A", title="Poisoning by heroin", course="resolved", **by)
    ContactPoint.objects.create(kind="phone", value="555-0199", is_unsafe=True, **by)
    order_for(clinic, patient, starts_on="2026-02-01", state="on_hold", hold_reason="Sedated on Monday")
    text = sign_in(clinic.nurse).get(chart_of(patient)).content.decode()
    head = text[text.index("page-head--sticky") : text.index("</header>", text.index("page-head--sticky"))]
    words = [word for word in ("Suicidal thoughts", "Medication on hold", "Unsafe contact", "Alcohol use", "Overdose") if word in head]
    assert words == ["Suicidal thoughts", "Medication on hold", "Unsafe contact", "Alcohol use"]
    assert head.index("Suicidal thoughts") < head.index("Alcohol use")


def test_a_risk_is_named_once_whatever_number_of_codes_stand_for_it():
    found = risks_from_codes([("F10.20", "a"), ("F10.10", "b"), ("T14.91", "c"), ("F33.1", "d")])
    assert [risk.code for risk in found] == ["suicide_attempt", "alcohol"]
    assert [risk.kind for risk in found] == ["stop", "warn"]


def test_an_unsafe_phone_is_never_offered_to_call(clinic, sign_in):
    patient = clinic.patient()
    by = {"patient": patient, "recorded_at": clinic.now, "recorded_by": clinic.system}
    ContactPoint.objects.create(kind="phone", value="555-0199", ok_to_call=True, is_unsafe=True, **by)
    text = sign_in(clinic.case_manager).get(chart_of(patient)).content.decode()
    assert "in person only" in text
    assert "555-0199, may be called" not in text


@pytest.mark.parametrize(
    ("given", "state", "said"),
    [(True, "active", "60 mg given"), (False, "active", "Due: Methadone 60 mg"), (False, "on_hold", "On hold")],
)
def test_the_chart_says_where_todays_dose_stands(clinic, sign_in, given, state, said):
    patient = clinic.patient()
    order = order_for(clinic, patient, starts_on="2026-02-01", state=state, hold_reason="why" if state == "on_hold" else "")
    if given:
        dose_of(order, clinic, clinic.now.date())
    assert said in sign_in(clinic.nurse).get(chart_of(patient)).content.decode()


def test_a_nurse_gives_the_dose_from_the_chart_until_it_is_given(clinic, sign_in):
    patient = clinic.patient()
    order = order_for(clinic, patient, starts_on="2026-02-01")
    browser, way = sign_in(clinic.nurse), reverse("treatment_plans:dose", args=[order.pk])
    assert way in browser.get(chart_of(patient)).content.decode()
    assert way not in sign_in(clinic.case_manager).get(chart_of(patient)).content.decode()
    dose_of(order, clinic, clinic.now.date())
    assert way not in browser.get(chart_of(patient)).content.decode()


def test_every_act_of_the_chart_leads_somewhere(clinic):
    patient = clinic.patient()
    for act in [*HEAD_ACTS, *(act for panel in PANELS for act in panel.acts)]:
        assert address_of(act, patient)


def test_what_is_seldom_done_stands_behind_more_and_a_key_always_in_front(clinic, sign_in):
    patient = clinic.patient()
    page = sign_in(clinic.case_manager).get(chart_of(patient))
    for shown in [*page.context["panels"], *page.context["beside"]]:
        assert not [button.key for button in shown.more if button.key]
        assert bool(shown.panel.history) == any(button.url.endswith(f"history/?of={shown.panel.key}") for button in shown.more)


def test_the_chart_says_when_the_plan_is_to_be_reviewed(clinic, sign_in):
    patient = clinic.patient()
    fill_chart(clinic, patient, 1)
    page = sign_in(clinic.case_manager).get(chart_of(patient))
    assert page.context["current"].review_on.isoformat() == "2026-04-05"
    assert sign_in(clinic.front_desk).get(chart_of(patient)).context["current"].review_on is None


def test_every_panel_has_a_name_a_template_and_words_of_its_own():
    keys = [panel.key for panel in PANELS]
    assert sorted(keys) == sorted(set(keys))
    for panel in PANELS:
        assert "id=shown.panel.key" in (settings.BASE_DIR / "templates" / panel.place).read_text()


def test_no_two_panels_read_something_under_the_same_name(clinic):
    patient, names = clinic.patient(), []
    for panel in PANELS:
        names += panel.read(patient, frozenset({clinic.program.pk}), clinic.now.date())
    assert sorted(names) == sorted(set(names))


def test_every_fact_of_a_panel_has_its_line_in_the_history():
    kept = {source.model for _right, source in SOURCES}
    assert [(panel.key, model) for panel in PANELS for model in panel.history if model not in kept] == []
