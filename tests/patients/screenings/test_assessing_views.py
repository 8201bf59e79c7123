import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent
from patients.safety.queries import open_concerns_for
from patients.screenings.assessing.actions import complete_assessment, record_total, save_answers, start_assessment
from patients.screenings.models import Assessment
from patients.world.models import Barrier

LIST_QUERIES = 11
# session, user, memberships, patient, audit row, assessments, stay, drafts, due (two), counts of the navigation


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def therapist(clinic, sign_in):
    return sign_in(clinic.staff["therapist"])


@pytest.fixture
def go_through(clinic, patient, now):
    def _go_through(instrument="phq9", value=1, days=0, **more):
        by = {"by": clinic.staff["therapist"], "at": now - timedelta(days=days)}
        draft = start_assessment(patient=patient, program=clinic.program, instrument=instrument, **by)
        answers = {item.id: value for item in draft.told.items if item.is_needed} | more
        return complete_assessment(assessment=save_answers(assessment=draft, answers=answers, **by), **by)

    return _go_through


def _page(name, patient, *more):
    return reverse(f"patients:{name}", args=[patient.public_id, *more])


def _text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_an_instrument_is_gone_through_on_one_page(therapist, patient):
    answer = therapist.post(_page("start_assessment", patient), {"instrument": "gad7"}, follow=True)
    page = answer.request["PATH_INFO"]
    assert "Feeling nervous, anxious or on edge" in _text(answer)
    answer = therapist.post(page, {"item_1": "3", "complete": "1"})
    assert answer.status_code == 422
    assert "Answer question 2. A total is never made up from a missing answer." in _text(answer)
    draft = Assessment.objects.get()
    assert (draft.answers, draft.state) == ({"1": 3}, "draft")
    answer = therapist.post(page, {f"item_{number}": "2" for number in range(1, 8)} | {"complete": "1"}, follow=True)
    assert "Total 14 Moderate" in _text(answer)
    assert "More than half the days" in _text(answer)


def test_a_draft_of_another_sitting_says_so_and_is_begun_anew(therapist, clinic, patient, now):
    by = {"by": clinic.staff["therapist"], "at": now}
    draft = start_assessment(patient=patient, program=clinic.program, instrument="phq2", **by)
    page = _page("assessment", patient, draft.pk)
    assert "begun in another sitting" not in _text(therapist.get(page))
    save_answers(assessment=draft, answers={"1": 3}, **by)
    assert "begun in another sitting" in _text(therapist.get(page))
    anew = therapist.post(_page("start_assessment", patient), {"instrument": "phq2"}, follow=True)
    assert "begun in another sitting" not in _text(anew)
    assert list(Assessment.objects.order_by("pk").values_list("state", "answers")) == [("cancelled", {"1": 3}), ("draft", {})]


def test_a_change_is_kept_at_once_and_says_what_is_open(therapist, patient):
    page = therapist.post(_page("start_assessment", patient), {"instrument": "phq2"}).url
    answer = therapist.post(page, {"item_1": "1"}, headers={"HX-Request": "true"})
    assert "Still open: 2" in _text(answer)
    assert Assessment.objects.get().answers == {"1": 1}


def _seen(answer):
    return html.unescape(re.search(r'name="seen" value="([^"]*)"', answer.content.decode()).group(1))


def test_a_page_left_open_takes_back_only_what_it_showed(therapist, clinic, patient, now):
    """Two people answer the same draft: the page at the desk, drawn before the tablet was handed out, is sent once more afterwards."""
    page = therapist.post(_page("start_assessment", patient), {"instrument": "bam"}).url
    kept = therapist.post(page, {"item_1": "1", "item_3": "4", "seen": _seen(therapist.get(page))}, headers={"HX-Request": "true"})
    save_answers(assessment=Assessment.objects.get(), answers={"2": 3}, by=clinic.staff["therapist"], at=now, alone=True)
    again = therapist.post(page, {"item_1": "0", "seen": _seen(kept)}, headers={"HX-Request": "true"})
    assert Assessment.objects.get().answers == {"1": 0, "2": 3}
    assert Assessment.objects.get().answered_alone == ["2"]
    refused = therapist.post(page, {"item_1": "0", "item_3": "2", "complete": "1", "seen": _seen(again)})
    assert refused.status_code == 422
    therapist.post(page, {"item_1": "0", "seen": _seen(refused)})
    assert Assessment.objects.get().answers == {"1": 0, "2": 3}


@pytest.mark.parametrize("htmx", [False, True])
def test_item_nine_asks_for_the_columbia_screener_at_once(therapist, patient, htmx):
    page = therapist.post(_page("start_assessment", patient), {"instrument": "phq9"}).url
    headers = {"HX-Request": "true"} if htmx else {}
    answer = therapist.post(page, {"item_9": "1"}, headers=headers)
    screener = Assessment.objects.get(instrument="cssrs_screener")
    leads_to = answer["HX-Redirect"] if htmx else answer.url
    assert leads_to == _page("assessment", patient, screener.pk)
    assert "Have you wished you were dead" in _text(therapist.get(leads_to))
    assert Assessment.objects.get(instrument="phq9").answers == {"9": 1}
    assert therapist.post(page, {"item_9": "1", "item_1": "0"}).url == page


def test_an_impossible_answer_stands_at_its_question(therapist, patient):
    page = therapist.post(_page("start_assessment", patient), {"instrument": "cows"}).url
    answer = therapist.post(page, {"item_1": "3"})
    assert answer.status_code == 422
    assert not Assessment.objects.get().answers


def test_the_result_says_what_changed_since_the_last_time(therapist, patient, go_through):
    go_through(value=2, days=30, **{"9": 0})
    row = go_through(value=1, **{"9": 0})
    answer = _text(therapist.get(_page("assessment", patient, row.pk)))
    assert "Total 8 Mild since last time: -8, better, more than chance" in answer
    assert "Total 8 Mild -8, better, more than chance" in _text(therapist.get(_page("assessments", patient)))


def test_a_total_alone_is_taken_down(therapist, patient):
    answer = therapist.post(_page("add_total", patient), {"instrument": "isi", "total": "29", "answered_at": "2026-03-04T09:30"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["total"])
    answer = therapist.post(
        _page("add_total", patient), {"instrument": "isi", "total": "16", "answered_at": "2026-03-04T09:30"}, follow=True
    )
    assert "Clinical insomnia (moderate)" in _text(answer)


@pytest.mark.parametrize(("total", "leads_to_the_screener"), [("24", False), ("25", True)])
def test_a_total_that_tells_of_question_nine_leads_to_the_columbia_screener(therapist, patient, total, leads_to_the_screener):
    filled_in = (timezone.localtime() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    facts = {"instrument": "phq9", "total": total, "answered_at": filled_in}
    missing = therapist.post(_page("add_total", patient), facts)
    assert (missing.status_code, list(missing.context["form"].errors)) == (422, ["nine"])
    answer = therapist.post(_page("add_total", patient), {**facts, "nine": "not_known"}, follow=True)
    assert ("Have you wished you were dead" in _text(answer)) is leads_to_the_screener
    assert ("Question 9 is not known" in _text(answer)) is not leads_to_the_screener
    assert open_concerns_for(patient).exists() is leads_to_the_screener


def test_a_mistake_is_marked_with_its_reason(therapist, patient, go_through):
    row = go_through(**{"9": 0})
    answer = therapist.post(_page("end_assessment", patient, row.pk), {"reason": "Another person's answers"}, follow=True)
    assert "Nothing answered yet" in _text(answer)
    assert "Another person" in _text(therapist.get(_page("assessment", patient, row.pk)))


def test_childhood_does_not_exist_for_who_may_not_open_it(clinic, sign_in, patient, now):
    row = record_total(
        patient=patient, program=clinic.program, instrument="ace", total=4, answered_at=now, by=clinic.staff["therapist"], at=now
    )
    nurse = sign_in(clinic.nurse)
    assert nurse.get(_page("assessment", patient, row.pk)).status_code == 404
    assert "ACE" not in _text(nurse.get(_page("assessments", patient)))
    assert "Adverse" not in _text(nurse.get(_page("start_assessment", patient)))
    assert "ACE" in _text(sign_in(clinic.staff["therapist"]).get(_page("assessments", patient)))


def test_what_is_due_is_listed_and_goes_when_it_is_done(therapist, patient, go_through):
    before = _text(therapist.get(_page("assessments", patient)))
    assert "PHQ-9 Patient Health Questionnaire-9 never since admission" in before
    go_through(**{"9": 0})
    assert "PHQ-9 Patient Health Questionnaire-9 never since admission" not in _text(therapist.get(_page("assessments", patient)))
    assert "Screenings due" in _text(therapist.get("/"))


def test_pages_stay_closed_and_reading_is_on_the_record(clinic, sign_in, therapist, patient):
    therapist.get(_page("assessments", patient))
    assert AuditEvent.objects.filter(verb="assessments", patient_id=patient.pk).count() == 1
    hidden = clinic.patient(team=(clinic.hire("therapist", clinic.north),))
    for name in ("assessments", "start_assessment", "add_total"):
        assert therapist.get(_page(name, hidden)).status_code == 404
    assert sign_in(clinic.front_desk).get(_page("assessments", patient)).status_code == 403


def test_the_list_costs_the_same_for_two_and_for_twelve(therapist, patient, go_through, query_count):
    therapist.get(_page("assessments", patient))
    for count in (2, 12):
        while Assessment.objects.count() < count:
            go_through("phq2", days=Assessment.objects.count())
        with query_count(LIST_QUERIES):
            therapist.get(_page("assessments", patient))


def test_a_need_that_was_found_becomes_a_barrier_with_one_press(clinic, therapist, sign_in, patient, go_through):
    found = go_through("ahc_hrsn", 0, **{"1": 2, "2": [0], "5": 1, "7": 1, "8": 1, "9": 1, "10": 1})
    page = _page("assessment", patient, found.pk)
    assert found.subscores["needs"] == ["housing", "transportation"]
    assert "Transportation would be the barrier “Transport”, with a task to see to it" in _text(therapist.get(page))
    answer = therapist.post(_page("take_need", patient, found.pk), {"need": "transportation"}, follow=True)
    assert "On the list of barriers: Transport." in _text(answer)
    barrier = Barrier.objects.get()
    assert (barrier.kind, barrier.from_questionnaire, barrier.program_id) == ("transport", "AHC-HRSN", clinic.program.pk)
    for need, said in (("transportation", "This barrier is on the list already"), ("food", "This questionnaire did not find this need.")):
        answer = therapist.post(_page("take_need", patient, found.pk), {"need": need})
        assert (answer.status_code, said in _text(answer)) == (422, True)
    stranger = sign_in(clinic.hire("therapist", clinic.north))
    assert stranger.post(_page("take_need", patient, found.pk), {"need": "housing"}).status_code == 404
    assert sign_in(clinic.front_desk).post(_page("take_need", patient, found.pk), {"need": "housing"}).status_code == 403
    assert Barrier.objects.count() == 1
