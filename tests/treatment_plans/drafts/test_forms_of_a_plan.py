import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.accounts.rules import Role
from casemgr.core.finishing import key_of
from casemgr.core.refusals import Denied
from tests.treatment_plans.plan.conftest import by, diagnosed, draft
from treatment_plans.drafts.actions import save_draft
from treatment_plans.drafts.models import Draft
from treatment_plans.drafts.queries import OF_A_PLAN, RIGHTS, TITLES, draft_key, unfinished_notes
from treatment_plans.drafts.rules import Words, person_in, what_of
from treatment_plans.plan.actions import activate_plan, add_objective, add_problem
from treatment_plans.plan.measuring.models import ObjectiveValue
from treatment_plans.plan.models import Goal, Intervention, Objective, Plan, Problem
from treatment_plans.plan.standing.actions import rate_standing
from treatment_plans.plan.standing.models import StageOfChange, StandingRating
from treatment_plans.reviews.models import PlanSignature

__all__ = ["by", "diagnosed", "draft"]

HTMX = {"HX-Request": "true"}
SECRET = "Qxbramblewood"
SOMEBODY = UUID("6f1c2f3e-1111-4222-8333-444455556666")
TABLES = (Plan, Problem, Goal, Objective, ObjectiveValue, Intervention, StandingRating, StageOfChange, PlanSignature)


@pytest.fixture
def now():
    """Pages read the real clock, so the story happens now."""
    return timezone.now()


def keep(browser, key, *, version=0, text=SECRET, address="/plans/drafts/"):
    body = {"version": version, "address": address, "fields_typed": {"words": [text]}, "labels": {"words": "Words"}}
    return browser.post(reverse("treatment_plans:draft", args=[key]), json.dumps(body), "application/json").status_code


def written():
    """Return all that the forms of a plan write."""
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def forms_of(plan):
    """Return each form of a plan in force: its verb, the name of its page, the row, a part of it, and what is filled in."""
    problem, goal, counted = Problem.objects.get(title="Problem on social"), Goal.objects.get(), Objective.objects.get(words="Counted")
    step, spare, today = Intervention.objects.get(), Problem.objects.get(title="Spare"), timezone.localdate(timezone=plan.program.zone)
    whole = {f"level_{part}": 5 for part in ("physical", "emotional", "spiritual", "behavioral")}
    by_number = {"words": "Counted", "measured_as": "number", "target_value": 7, "direction": "up", "unit": "days"}
    return [
        ("change_plan", "change_plan", plan, "", {"review_on": today + timedelta(days=50), "strengths": "Cooks well"}),
        ("add_problem", "add_problem", plan, "social", {"axis": "social", "title": "No bus after six"}),
        ("change_problem", "change_problem", problem, "", {"axis": "social", "title": "No bus at night"}),
        ("add_goal", "add_goal", problem, "", {"words": "I want to get home"}),
        ("change_goal", "change_goal", goal, "", {"words": "I want to get home at night"}),
        ("add_objective", "add_objective", goal, "", {"words": "Two ways", "measured_as": "date", "target_on": today + timedelta(days=9)}),
        ("change_objective", "change_objective", counted, "", by_number),
        ("count_towards", "count_objective", counted, "", {"value": 3, "on": today, "words": "Three days"}),
        ("add_intervention", "add_intervention", goal, "", {"kind": "cbt", "description": "Maps"}),
        ("change_intervention", "change_intervention", step, "", {"kind": "cbt", "description": "Maps and timetables"}),
        ("stop_intervention", "stop_intervention", step, "", {"why": "Moved away"}),
        ("stop_objective", "stop_objective", counted, "", {"why": "Moved away"}),
        ("stop_problem", "stop_problem", spare, "", {"why": "Solved"}),
        ("rate_standing", "rate_standing", plan, "wheel", {**whole, "on": today}),
        ("rate_standing", "rate_standing", plan, "asam", {"words_dimension_6": "Wants to be home at night", "on": today}),
        ("note_stage_of_change", "stage_of_change", plan, "", {"disorder": "substance_use", "stage": "action", "on": today}),
        ("put_off_signature", "plan_not_signed", plan, "", {"outcome": "later", "reason": "Reads it at home"}),
    ]


def address_of(name, row, part):
    if name == "rate_standing":
        return reverse("treatment_plans:rate_standing", args=[row.pk, part])
    return reverse(f"treatment_plans:{name}", args=[row.pk]) + (f"?axis={part}" if part else "")


@pytest.fixture
def plan(clinic, draft, by):
    """Return a plan in force that nobody has signed."""
    begun = draft(
        clinic.patient(team=(clinic.therapist, clinic.case_manager, clinic.peer)),
        "social",
        starts_on=timezone.localdate(timezone=clinic.program.zone) - timedelta(days=20),
    )
    add_problem(plan=begun, axis="social", title="Spare", **by)
    add_objective(goal=Goal.objects.get(), words="Counted", measured_as="number", target_value=5, direction="up", **by)
    return activate_plan(plan=begun, **by)


def test_each_form_of_a_plan_keeps_its_words_wipes_them_when_it_saves_and_refuses_a_window_that_has_not_seen_them(
    clinic, plan, sign_in, now
):
    browser, seen = sign_in(clinic.therapist), set()
    for what, name, row, part, filled in forms_of(plan):
        key = draft_key(what, f"{row.pk}-{part}" if part else row.pk, plan.patient.public_id)
        address, headers = address_of(name, row, part), {} if what in NO_SLOT else HTMX
        opened = browser.get(address, headers=headers).content.decode()
        assert f'data-draft="{key}"' in opened, what
        assert (f'data-draft-address="{address}"' in opened) is (what not in NO_SLOT), "from a slot the way back leads to a page of its own"
        assert keep(browser, key, address=address) == 200
        before = written()
        stale = browser.post(address, {**filled, "draft_version": 0}, headers=headers)
        assert (stale.status_code, "Another window holds other words for this form." in stale.content.decode()) == (422, True), what
        assert (written() == before, Draft.objects.get(key=key).words.fields) == (True, {"words": [SECRET]})
        assert browser.post(address, {**filled, "draft_version": 1}, headers=headers).status_code in (200, 302), what
        assert (written() == before, Draft.objects.get(key=key).sealed) == (False, None)
        seen.add(what)
    late = browser.post(address, {**filled, "draft_version": 1})
    assert (late.status_code, "This was saved meanwhile in another window" in late.content.decode()) == (422, True)
    assert set(OF_A_PLAN) - seen == {"start_plan", "activate_plan"}
    assert not unfinished_notes(clinic.therapist).exists()


NO_SLOT = {"rate_standing", "note_stage_of_change", "put_off_signature"}


def test_the_start_of_a_plan_and_a_signed_reason_are_kept_and_the_signature_is_not(clinic, diagnosed, draft, sign_in):
    patient, browser = clinic.patient(), sign_in(clinic.therapist)
    today = timezone.localdate(timezone=clinic.program.zone)
    address, key = (
        reverse("treatment_plans:start_plan", args=[patient.public_id]),
        draft_key("start_plan", clinic.program.pk, patient.public_id),
    )
    assert f'data-draft="{key}"' in browser.get(address).content.decode()
    assert keep(browser, key, address=address) == 200
    filled = {"starts_on": today, "review_on": today + timedelta(days=90), "strengths": "Cooks"}
    assert (browser.post(address, {**filled, "draft_version": 0}).status_code, Plan.objects.exists()) == (422, False)
    assert browser.post(address, {**filled, "draft_version": 1}).status_code == 302
    begun = draft(patient, "substance_use")
    address, key = reverse("treatment_plans:activate_plan", args=[begun.pk]), draft_key("activate_plan", begun.pk, patient.public_id)
    assert "data-draft=" not in browser.get(address).content.decode(), "where no words are asked for, none are kept"
    diagnosed(patient, "substance_use")
    diagnosed(patient, "mental_health")
    page = browser.get(address).content.decode()
    assert f'data-draft="{key}"' in page
    assert "data-draft-skip" in re.search(r'<input[^>]*name="signed_name"[^>]*>', page)[0], "a signature is given, not kept"
    assert keep(browser, key, address=address) == 200
    signed = {"one_axis_reason": "Sees a psychiatrist elsewhere.", "signed_name": clinic.therapist.full_name}
    assert browser.post(address, {**signed, "draft_version": 0}).status_code == 422
    assert browser.post(address, {**signed, "signed_name": "Somebody", "draft_version": 1}).status_code == 422
    assert unfinished_notes(clinic.therapist).get().key == key, "what was refused leaves its draft"
    assert browser.post(address, {**signed, "draft_version": 1}).status_code == 302
    assert not unfinished_notes(clinic.therapist).exists()


def test_the_words_of_a_plan_are_their_owner_s_alone_and_ask_for_the_right_of_its_verb(clinic, plan, sign_in, now):
    goal, mine = Goal.objects.get(), sign_in(clinic.therapist)
    key, address = key_of(add_objective, plan.patient.public_id, goal.pk), reverse("treatment_plans:add_objective", args=[goal.pk])
    assert keep(mine, key, address=address) == 200
    assert mine.get(reverse("treatment_plans:draft", args=[key])).json()["fields"] == {"words": [SECRET]}
    other = sign_in(clinic.case_manager)
    assert other.get(reverse("treatment_plans:draft", args=[key])).json()["fields"] is None
    assert SECRET not in other.get(address, headers=HTMX).content.decode()
    assert other.get(reverse("treatment_plans:read_draft", args=[key])).status_code == 404
    for nobody in (clinic.peer, clinic.hire(Role.THERAPIST, clinic.north)):
        assert (keep(sign_in(nobody), key), sign_in(nobody).get(reverse("treatment_plans:draft", args=[key])).status_code) == (404, 404)
        with pytest.raises(Denied):
            save_draft(key=key, words=Words({"words": ["x"]}), version=0, by=nobody, at=now)
    listed = mine.get(reverse("treatment_plans:drafts")).content.decode()
    assert ("Add an objective" in listed, f'href="{address}"' in listed, SECRET in listed) == (True, True, False)
    Goal.objects.filter(pk=goal.pk).update(state="stopped")
    assert SECRET in mine.get(reverse("treatment_plans:read_draft", args=[key])).content.decode()


def test_a_form_without_words_keeps_none_and_each_with_words_has_a_right_and_a_title(clinic, draft, sign_in):
    draft(clinic.patient(), "social")
    address = reverse("treatment_plans:remove_goal", args=[Goal.objects.get().pk])
    assert "data-draft" not in sign_in(clinic.therapist).get(address).content.decode()
    key = key_of(rate_standing, SOMEBODY, 4, "wheel")
    assert (key, what_of(key), person_in(key)) == (f"rate_standing:4-wheel:{SOMEBODY}", "rate_standing", SOMEBODY)
    assert set(TITLES) == set(RIGHTS)
