"""Suggestions while one writes, and after saving where no script runs."""

from django.urls import reverse

from patients.world.models import LifeEvent
from referrals.casework.models import Task


def _text(answer):
    return answer.content.decode()


def test_a_suggestion_comes_while_one_writes_and_nothing_is_kept(clinic, sign_in):
    browser = sign_in(clinic.peer)
    answer = _text(browser.post(reverse("kinder_words"), {"note": "The addict said “I am a junkie”."}))
    assert "person with a substance use disorder" in answer
    assert "junkie" not in answer
    assert "<html" not in answer
    assert _text(browser.get(reverse("kinder_words"))).strip() == ""
    assert browser.post(reverse("kinder_words"), {"note": "Came on time."}).content.strip() == b""


def test_the_field_asks_for_itself_alone(clinic, sign_in):
    patient = clinic.patient()
    page = _text(sign_in(clinic.case_manager).get(reverse("referrals:add_task", args=[patient.public_id])))
    assert 'hx-params="detail"' in page
    assert reverse("kinder_words") in page
    own = _text(sign_in(clinic.case_manager).get(reverse("patients:add_world_fact", args=[patient.public_id, "strengths"])))
    assert reverse("kinder_words") not in own


def test_without_a_script_the_suggestion_comes_after_saving_and_never_blocks(clinic, sign_in):
    patient, browser = clinic.patient(), sign_in(clinic.case_manager)
    page = reverse("patients:add_world_fact", args=[patient.public_id, "events"])
    said = {"kind": "job", "began_on": "2026-02-01", "words": "Hired by an ex-con"}
    silent = browser.post(page, said, follow=True)
    assert "kinder would be" not in _text(silent)
    told = browser.post(page, {**said, "person_first": "words"}, follow=True)
    assert "“ex-con”: kinder would be: person who is/was incarcerated" in _text(told)
    assert LifeEvent.objects.count() == 2
    assert not Task.objects.exists()
