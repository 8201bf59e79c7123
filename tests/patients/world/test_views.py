"""The page "Own world", and what of it stands on the chart."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from casemgr.core.audit.models import AuditEvent
from casemgr.desk.recovery.lanes.life import LIFE
from patients.world.actions import record_world_fact
from patients.world.models import WORLD, Barrier, CloseOne, Strength, Wishes

WORLD_QUERIES = 17
# session, user, memberships, patient, eleven sections, the audit row, counts of the navigation


@pytest.fixture
def browser(clinic, sign_in):
    return sign_in(clinic.case_manager)


def _page(name, patient, *more):
    return reverse(f"patients:{name}", args=[patient.public_id, *more])


def _text(answer):
    return answer.content.decode()


POSTS = {
    "wishes": {"own_words": "Ari", "stop_signal": "Red"},
    "start": {"safety": "done", "trust": "begun", "peers": "declined"},
    "goals": {"words": "My own door key", "state": "held"},
    "strengths": {"words": "Patience"},
    "barriers": {"kind": "transport", "words": "No bus after six"},
    "use": {"words": "So I can sleep", "tags": ["sleep"]},
    "stressors": {"category": "money", "severity": "8"},
    "people": {"name": "Jo", "relation": "former partner", "may_talk": "no", "is_safety_concern": "on"},
    "family": {"relative": "father", "condition": "alcohol"},
    "events": {"kind": "housing", "began_on": "2026-02-01"},
    "veteran": {"served": "yes", "branch": "army", "wants_va_referral": "on"},
}
SEEN = ("My own door key", "Patience", "No bus after six", "Sleep as a target", "8/10", "A concern for safety", "Z81.1", "Army", "Red")


def test_each_section_is_written_on_its_small_form_and_stands_on_the_page(browser, patient):
    for key, said in POSTS.items():
        assert browser.get(_page("add_world_fact", patient, key)).status_code == 200
        assert browser.post(_page("add_world_fact", patient, key), said).url == _page("world", patient), key
        assert WORLD[key]._default_manager.filter(patient=patient).count() == 1
    text = _text(browser.get(_page("world", patient)))
    assert [word for word in SEEN if word not in text] == []
    assert _page("add_world_fact", patient, "wishes") not in text
    assert AuditEvent.objects.filter(verb="world", outcome="seen", patient_id=patient.pk).exists()


def test_the_banner_says_how_to_meet_somebody_and_whom_to_be_careful_with(browser, here, patient):
    record_world_fact(of="wishes", seating="By the door", own_words="Ari", **here)
    record_world_fact(of="people", name="Zed", relation="ex", may_talk="no", is_safety_concern=True, **here)
    head = _text(browser.get(reverse("desk:chart", args=[patient.public_id]))).split('class="chart-head__banner"')[1].split("</ul>")[0]
    assert [word for word in ("Seating: By the door", "Ari", "Say nothing to: Zed") if word not in head] == []


def test_a_refusal_stands_at_its_field(browser, patient):
    browser.post(_page("add_world_fact", patient, "barriers"), {"kind": "cost"})
    refused = browser.post(_page("add_world_fact", patient, "barriers"), {"kind": "cost"})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"kind"}
    assert browser.get(_page("add_world_fact", patient, "nonsense")).status_code == 404


def test_revising_marking_and_resolving(browser, here, patient):
    strength = record_world_fact(of="strengths", words="Paints", **here)
    assert browser.post(_page("revise_world_fact", patient, "strengths", strength.pk), {"words": "Paints and sings"}).status_code == 302
    page = _text(browser.get(_page("revise_world_fact", patient, "strengths", strength.pk)))
    assert "Paints and sings" in page
    assert "What was written before" in page
    browser.post(_page("add_world_fact", patient, "barriers"), {"kind": "cost"})
    barrier = Barrier.objects.get()
    assert (
        browser.post(
            _page("barrier_resolved", patient, barrier.pk),
            {"resolved_on": barrier.recorded_at.astimezone(ZoneInfo(patient.time_zone)).date()},
        ).status_code
        == 302
    )
    barrier.refresh_from_db()
    assert not barrier.lasts
    assert browser.post(_page("world_fact_error", patient, "strengths", strength.pk), {"why": "Not hers"}).status_code == 302
    assert Strength.objects.get().in_error_why == "Not hers"
    assert browser.get(_page("revise_world_fact", patient, "strengths", strength.pk)).status_code == 404


def test_other_caseloads_and_the_front_desk_stay_outside(clinic, sign_in, browser, here, patient):
    foreign = record_world_fact(of="strengths", words="x", **here)
    assert sign_in(clinic.front_desk).get(_page("world", patient)).status_code == 403
    hidden = clinic.patient(team=(clinic.peer,))
    assert browser.get(_page("world", hidden)).status_code == 404
    assert browser.get(_page("add_world_fact", hidden, "goals")).status_code == 404
    assert browser.get(_page("revise_world_fact", clinic.patient(), "strengths", foreign.pk)).status_code == 404


def test_the_page_costs_the_same_for_two_and_for_twelve(clinic, browser, here, patient, query_count):
    browser.get(_page("world", patient))
    for count in (2, 12):
        for _more in range(count - Strength.objects.count()):
            record_world_fact(of="strengths", words="x", **here)
            record_world_fact(of="people", name="x", relation="y", **here)
        with query_count(WORLD_QUERIES):
            browser.get(_page("world", patient))
    assert (CloseOne.objects.count(), Wishes.objects.count()) == (12, 0)


def test_life_events_are_drawn_in_one_statement(clinic, here, patient, query_count):
    today = here["at"].date()
    record_world_fact(of="events", kind="jail", began_on=today - timedelta(days=9), ended_on=today - timedelta(days=2), **here)
    record_world_fact(of="events", kind="loss", began_on=today - timedelta(days=5), words="Her mother", **here)
    record_world_fact(of="events", kind="job", began_on=today - timedelta(days=4), **here)
    with query_count(1):
        found = LIFE.read(patient, frozenset({clinic.program.pk}), today)
    drawn = {str(series.title): [(point.label, (point.until - point.on).days) for point in series.points] for series in found}
    assert drawn == {"Work": [("Work", 4)], "Jail or prison": [("Jail or prison", 7)], "Loss": [("Her mother", 0)]}
    assert LIFE.read(patient, frozenset(), today) == []
