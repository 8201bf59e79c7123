import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.finishing import Finished, finish, key_of
from casemgr.core.refusals import Refused
from patients.safety.actions import close_concern, raise_concern
from patients.safety.models import SafetyConcern, SafetyFollowUp, SafetyPlan, SafetyPlanReview
from patients.safety.planning.actions import write_safety_plan
from patients.world.models import Barrier, Strength
from referrals.referral.models import Referral
from tests.referrals.referral.conftest import consent, shelter
from treatment_plans.drafts.models import Draft
from treatment_plans.drafts.queries import OF_A_PERSON, draft_key, unfinished_notes

__all__ = ["consent", "shelter"]

SECRET = "Qxbramblewood"
TABLES = (SafetyPlan, SafetyPlanReview, SafetyConcern, SafetyFollowUp, Strength, Barrier, Referral)
STEPS = {"warning_signs": "I stop eating", "own_ways": "Walk", "safer_place": "Rosa keeps the key"}


@pytest.fixture
def now():
    """Pages read the real clock, so the story happens now."""
    return timezone.now()


@pytest.fixture
def person(clinic):
    return clinic.patient(team=(clinic.therapist, clinic.nurse))


def keep(browser, key):
    body = {"version": 0, "address": "/plans/drafts/", "fields_typed": {"words": [SECRET]}, "labels": {"words": "Words"}}
    return browser.post(reverse("treatment_plans:draft", args=[key]), json.dumps(body), "application/json").status_code


def written():
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def walk(browser, what, which, person, address, filled):
    """Keep words, be refused as a window that has not seen them, save as the one that has."""
    key = draft_key(what, which, person.public_id)
    opened = browser.get(address.removesuffix("review/").replace("answer/", "")).content.decode()
    assert f'data-draft="{key}"' in opened, what
    assert keep(browser, key) == 200
    before = written()
    stale = browser.post(address, {**filled, "draft_version": 0})
    assert (stale.status_code, "Another window holds other words for this form." in stale.content.decode()) == (422, True), what
    assert (written() == before, Draft.objects.get(key=key).words.fields) == (True, {"words": [SECRET]})
    assert browser.post(address, {**filled, "draft_version": 1}).status_code == 302, what
    assert (written() == before, Draft.objects.get(key=key).sealed) == (False, None)
    return what


def test_safety_plan_own_world_and_referral_keep_their_words_and_wipe_them_when_they_save(clinic, person, shelter, consent, sign_in, now):
    browser, program = sign_in(clinic.therapist), clinic.program.pk

    def at(name, *args):
        return reverse(name, args=[person.public_id, *args])

    said = {**STEPS, "person": "Rosa, 555-0171"}
    seen = {walk(browser, "write_safety_plan", program, person, at("patients:write_safety_plan"), said)}
    page = browser.get(at("patients:write_safety_plan")).content.decode()
    assert page.count("data-draft-skip") == 2, "a signature is given, not kept"
    again = {**said, "begins_with": 1, "own_ways": "Sing"}
    walk(browser, "write_safety_plan", f"{program}-1", person, at("patients:write_safety_plan"), again)
    plan = SafetyPlan.objects.get(version=2)
    seen.add(walk(browser, "review_safety_plan", plan.pk, person, at("patients:review_safety_plan", plan.pk), {"words": "It holds"}))
    seen.add(walk(browser, "record_world_fact", "strengths", person, at("patients:add_world_fact", "strengths"), {"words": "Patience"}))
    walk(browser, "record_world_fact", "barriers", person, at("patients:add_world_fact", "barriers"), {"kind": "other", "words": "Stairs"})
    fact = Strength.objects.get()
    address = at("patients:revise_world_fact", "strengths", fact.pk)
    seen.add(walk(browser, "revise_world_fact", f"{fact.pk}-strengths", person, address, {"words": "Much patience"}))
    asked = {"organization": shelter.pk, "purpose": "housing", "service": "A bed", "message": "From Friday."}
    seen.add(walk(browser, "draft_referral", program, person, reverse("referrals:refer", args=[person.public_id]), asked))
    sent = Referral.objects.get()
    today = timezone.localdate(timezone=clinic.program.zone)
    consent(person, signed_on=today, valid_until=today + timedelta(days=300))
    assert browser.post(reverse("referrals:referral_send", args=[sent.pk])).status_code == 302
    address = reverse("referrals:referral_answer", args=[sent.pk])
    seen.add(walk(browser, "answer_referral", sent.pk, person, address, {"state": "accepted", "answer": "A bed from Friday"}))
    concern = raise_concern(patient=person, program=clinic.program, level=2, words="Says little", by=clinic.therapist, at=now)
    found = {
        "screener_result": "low", "disposition": "judged_low", "disposition_words": "We went through the plan", "first_on": today,
        "second_on": today + timedelta(days=2), "kind": "call",
    }  # fmt: skip
    seen.add(walk(browser, "close_concern", concern.pk, person, at("patients:close_concern", concern.pk), found))
    due = SafetyFollowUp.objects.order_by("pk").first()
    told = {"outcome": "reached", "words": "Sleeps again"}
    seen.add(walk(browser, "record_follow_up", due.pk, person, at("patients:safety_follow_up", due.pk), told))
    assert seen == set(OF_A_PERSON)
    assert not unfinished_notes(clinic.therapist).exists()


def test_a_floor_below_finishes_a_draft_in_its_own_transaction_and_one_needs_the_right_of_the_form(clinic, person, sign_in, now):
    facts = {"patient": person, "program": clinic.program, "steps": STEPS, "contacts": [("person", "Rosa", "555-0171")], "at": now}
    key = key_of(write_safety_plan, person.public_id, clinic.program.pk)
    with pytest.raises(Refused, match="Write at least one line"):
        write_safety_plan(**{**facts, "steps": {}}, draft=Finished(key, 0), by=clinic.therapist)
    assert not Draft.objects.exists(), "what is refused is undone as a whole"
    write_safety_plan(**facts, draft=Finished(key, 0), by=clinic.therapist)
    with pytest.raises(Refused, match="saved meanwhile"):
        write_safety_plan(**facts, draft=Finished(key, 0), by=clinic.therapist)
    assert SafetyPlan.objects.count() == 1
    finish(None, by=clinic.therapist, at=now)
    assert keep(sign_in(clinic.peer), key) == 404
    assert keep(sign_in(clinic.front_desk), key) == 403
    assert keep(sign_in(clinic.therapist), key_of(close_concern, clinic.patient(team=(clinic.nurse,)).public_id, 1)) == 404
