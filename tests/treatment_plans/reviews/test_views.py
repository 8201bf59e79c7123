from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from tests.core.paper.reading import words_of
from treatment_plans.drafts.actions import save_draft
from treatment_plans.drafts.queries import draft_key, unfinished_notes
from treatment_plans.drafts.rules import Words
from treatment_plans.plan.models import Goal, Plan
from treatment_plans.plan.policy.models import PlanPolicy
from treatment_plans.reviews.actions import sign_plan
from treatment_plans.reviews.models import PlanReview, PlanSignature


@pytest.fixture
def now():
    """Pages read the real clock, so the story happens now."""
    return timezone.now()


def address(name, *args):
    return reverse(f"treatment_plans:{name}", args=args)


def text_of(answer):
    return answer.content.decode()


def test_a_plan_is_signed_reviewed_and_followed_by_its_next_version_without_any_script(clinic, in_force, sign_in, query_count):
    plan, today = in_force(), timezone.now().astimezone(clinic.program.zone).date()
    browser = sign_in(clinic.therapist)
    assert "Not signed yet" in text_of(browser.get(address("plan_version", plan.pk)))
    page = text_of(browser.get(address("plan_life", plan.pk)))
    assert "Nobody has signed yet" in page
    assert "I sign for the program" in page
    wrong = browser.post(address("sign_plan", plan.pk), {"name": "Somebody"})
    assert (wrong.status_code, clinic.therapist.full_name in text_of(wrong)) == (422, True)
    browser.post(address("sign_plan", plan.pk), {"name": clinic.therapist.full_name})
    browser.post(address("plan_not_signed", plan.pk), {"outcome": "later", "reason": "Wants to read it at home."})
    assert "“Wants to read it at home.”" in text_of(browser.get(address("plan_life", plan.pk)))
    person = {"party": "person", "name": "P. M.", "way": "paper", "signed_on": today}
    browser.post(address("sign_plan_for_person", plan.pk), person)
    with query_count(14):
        page = text_of(browser.get(address("plan_life", plan.pk)))
    assert "word for word as it was signed" in page
    assert "A signature is missing" not in page
    assert PlanSignature.objects.count() == 3
    page = text_of(browser.get(address("plan_version", plan.pk)))
    assert "Signed: the words stay as they are" in page
    assert address("add_problem", plan.pk) not in page
    assert "Goal achieved" in page
    review = {"reviewed_on": today, "presence": "present", "looked_at": ["goals"], "words": "Going well.", "decision": "change"}
    assert browser.post(address("review_plan", plan.pk), review).status_code == 422
    asked = text_of(browser.get(address("review_plan", plan.pk)))
    assert (today + timedelta(days=90)).isoformat() in asked
    key = draft_key("review", plan.pk, plan.patient.public_id)
    assert f'data-draft="{key}"' in asked
    save_draft(key=key, words=Words({"words": ["Going"]}), version=0, by=clinic.therapist, at=timezone.now())
    review["next_review_on"] = today + timedelta(days=60)
    assert browser.post(address("review_plan", plan.pk), {**review, "draft_version": 0}).status_code == 422
    assert (PlanReview.objects.exists(), unfinished_notes(clinic.therapist).exists()) == (False, True)
    done = browser.post(address("review_plan", plan.pk), {**review, "draft_version": 1})
    draft = Plan.objects.get(follows=plan)
    assert done["Location"] == address("plan_version", draft.pk)
    assert not unfinished_notes(clinic.therapist).exists()
    assert PlanReview.objects.get().figures["doses"] == 0
    Goal.objects.filter(problem__plan=draft, problem__axis="mental_health").update(words="I want to sleep through")
    page = text_of(browser.get(address("plan_changes", draft.pk)))
    assert "<del data-verbatim>I want to sleep</del>" in page
    assert "<ins data-verbatim>I want to sleep through</ins>" in page
    assert "This is the first version" in text_of(browser.get(address("plan_changes", plan.pk)))
    assert "was begun already" in text_of(browser.post(address("next_version", plan.pk), {"starts_on": today, "review_on": today}))


def test_the_person_gets_a_copy_in_plain_words_in_their_language(clinic, by, in_force, sign_in):
    plan = in_force()
    sign_plan(plan=plan, party="clinician", name=clinic.therapist.full_name, **by)
    browser = sign_in(clinic.therapist)
    english = browser.get(address("plan_copy", plan.pk))
    assert (english["Content-Type"], english["Cache-Control"]) == ("application/pdf", "no-store, private")
    assert plan.patient.family_name not in english["Content-Disposition"]
    words = words_of(english.content)
    for said in ("What I want: “I want to sleep”", "how thoughts, feelings and actions hang together", "What I can count on", "Version 1"):
        assert said in words
    assert "F11.20" not in words
    spanish = words_of(browser.get(address("plan_copy", plan.pk) + "?language=es").content)
    assert "Lo que quiero: «I want to sleep»" in spanish
    assert "Con qué puedo contar" in spanish
    assert AuditEvent.objects.filter(verb="plan_on_paper", patient_id=plan.patient_id).count() == 2


def test_the_director_says_how_often_plans_are_looked_at(clinic, sign_in):
    browser = sign_in(clinic.staff[Role.DIRECTOR])
    assert 'value="90"' in text_of(browser.get(address("plan_policy")))
    days = {"review_days": 60, "warn_days": 60, "untouched_days": 21}
    assert browser.post(address("plan_policy"), days).status_code == 422
    browser.post(address("plan_policy"), {**days, "warn_days": 10})
    assert PlanPolicy.objects.get().intervals.review_days == 60
    assert sign_in(clinic.therapist).get(address("plan_policy")).status_code == 403


@pytest.mark.parametrize("name", ["plan_life", "plan_copy", "plan_changes", "next_version", "review_plan", "sign_plan"])
def test_a_plan_of_another_caseload_does_not_exist(clinic, in_force, sign_in, name):
    theirs = in_force(clinic.patient(team=(clinic.hire(Role.THERAPIST, clinic.north),)))
    assert sign_in(clinic.therapist).get(address(name, theirs.pk)).status_code == 404
