from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.translation import override

from casemgr.core.refusals import Refused
from patients.diagnoses.models import Diagnosis
from treatment_plans.plan.actions import activate_plan, add_problem, change_plan, end_plan, meet_objective, settle_goal, start_plan
from treatment_plans.plan.models import Goal, Intervention, Objective, Plan, Problem
from treatment_plans.plan.pieces.actions import change_goal
from treatment_plans.plan.policy.actions import set_plan_policy
from treatment_plans.plan.versions.actions import start_version
from treatment_plans.plan.versions.queries import differences_between, in_words, pieces_of
from treatment_plans.plan.versions.rules import first_digest
from treatment_plans.reviews.actions import put_off_signature, review_plan, sign_plan
from treatment_plans.reviews.models import PlanReview, PlanSignature
from treatment_plans.reviews.queries import standing_of


def codes(refused):
    return [reason.code or reason.field for reason in refused.value.reasons]


def refused_by_the_database(statement, *values):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_what_is_signed_stays_at_every_door_and_progress_goes_on(clinic, by, in_force):
    plan = in_force()
    with pytest.raises(Refused, match="your own name"):
        sign_plan(plan=plan, party="clinician", name="Somebody Else", **by)
    sign_plan(plan=plan, party="clinician", name=clinic.therapist.full_name.lower(), **by)
    with pytest.raises(Refused) as refused:
        sign_plan(plan=plan, party="clinician", name=clinic.therapist.full_name, **by)
    assert codes(refused) == ["signed_already"]
    plan.refresh_from_db()
    assert plan.signed_at == clinic.now
    goal, objective, problem = Goal.objects.first(), Objective.objects.first(), Problem.objects.first()
    for act in (
        lambda: add_problem(plan=plan, axis="social", title="Work", **by),
        lambda: change_plan(plan=plan, review_on=plan.review_on, strengths="Cooks", **by),
        lambda: change_goal(goal=goal, words="Something else", **by),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert codes(refused) == ["plan_signed"]
    refused_by_the_database("UPDATE treatment_plans_plan SET strengths = 'x' WHERE id = %s", plan.pk)
    refused_by_the_database("UPDATE treatment_plans_plan SET signed_at = NULL WHERE id = %s", plan.pk)
    refused_by_the_database("UPDATE treatment_plans_plan SET patient_id = %s WHERE id = %s", clinic.patient().pk, plan.pk)
    refused_by_the_database("UPDATE treatment_plans_plan SET ended_on = starts_on - 1 WHERE id = %s", plan.pk)
    refused_by_the_database("UPDATE treatment_plans_goal SET words = 'x' WHERE id = %s", goal.pk)
    refused_by_the_database("UPDATE treatment_plans_objective SET words = 'x' WHERE id = %s", objective.pk)
    refused_by_the_database("DELETE FROM treatment_plans_intervention WHERE goal_id = %s", goal.pk)
    refused_by_the_database("UPDATE treatment_plans_problem SET title = 'x' WHERE id = %s", problem.pk)
    refused_by_the_database("UPDATE treatment_plans_plansignature SET name = 'x' WHERE plan_id = %s", plan.pk)
    refused_by_the_database("DELETE FROM treatment_plans_plansignature WHERE plan_id = %s", plan.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        Intervention.objects.create(goal=goal, kind="art", recorded_by=clinic.therapist, recorded_at=clinic.now)
    meet_objective(objective=objective, on=clinic.now.date(), **by)
    settle_goal(goal=goal, state="achieved", **by)
    assert standing_of(plan).is_as_signed is True
    end_plan(plan=plan, on=clinic.now.date(), **by)


def test_the_person_signs_later_or_declines_or_somebody_signs_for_them(clinic, by, in_force):
    plan = in_force()
    with pytest.raises(Refused) as refused:
        put_off_signature(plan=plan, outcome="signed", reason=" ", **by)
    assert codes(refused) == ["outcome", "reason"]
    put_off_signature(plan=plan, outcome="later", reason="Wants to read it at home.", **by)
    assert standing_of(plan).missing == ("clinician", "person")
    plan.refresh_from_db()
    assert plan.signed_at is None
    with pytest.raises(Refused) as refused:
        sign_plan(plan=plan, party="representative", name="", way="smoke", signed_on=clinic.now.date() + timedelta(days=1), **by)
    assert codes(refused) == ["way", "name", "relationship", "signed_on"]
    sign_plan(plan=plan, party="person", name="P. Mora", way="paper", signed_on=clinic.now.date() - timedelta(days=2), **by)
    assert standing_of(plan).missing == ("clinician",)
    with pytest.raises(Refused) as refused:
        put_off_signature(plan=plan, outcome="declined", reason="Changed their mind.", **by)
    assert codes(refused) == ["signed_already"]
    assert list(PlanSignature.objects.values_list("outcome", "recorded_by")) == [
        ("later", clinic.therapist.pk),
        ("signed", clinic.therapist.pk),
    ]
    draft = start_plan(
        patient=plan.patient, program=clinic.program, starts_on=clinic.now.date(), review_on=clinic.now.date() + timedelta(days=9), **by
    )
    with pytest.raises(Refused) as refused:
        sign_plan(plan=draft, party="clinician", name=clinic.therapist.full_name, **by)
    assert codes(refused) == ["not_in_force"]


def test_the_words_are_as_signed_in_whatever_language_they_are_read(clinic, by, in_force):
    plan = in_force()
    with override("es"):
        older = first_digest(pieces_of([plan])[plan.pk])
    assert older != first_digest(pieces_of([plan])[plan.pk])
    sign_plan(plan=plan, party="clinician", name=clinic.therapist.full_name, **by)
    facts = {"plan": plan, "outcome": "signed", "name": "P. Mora", "way": "paper", "signed_on": clinic.now.date()}
    stamp = {"recorded_by": clinic.therapist, "recorded_at": clinic.now}
    for language in ("en", "es"):
        with override(language):
            assert standing_of(plan).is_as_signed is True
    PlanSignature.objects.create(party="person", digest=older, **facts, **stamp)
    for language in ("en", "es"):
        with override(language):
            assert standing_of(plan).is_as_signed is True
    PlanSignature.objects.create(party="representative", relationship="sister", digest="0" * 64, **facts, **stamp)
    assert standing_of(plan).is_as_signed is False


def test_a_new_version_begins_as_a_copy_and_says_what_changed(clinic, by, in_force):
    plan = in_force()
    sign_plan(plan=plan, party="clinician", name=clinic.therapist.full_name, **by)
    stopped = Goal.objects.filter(problem__axis="mental_health").get()
    with pytest.raises(Refused, match="Start a new version") as refused:
        settle_goal(goal=stopped, state="stopped", **by)
    assert codes(refused) == ["would_lose_mental_health"]
    Goal.objects.filter(pk=stopped.pk).update(state="stopped")
    today = clinic.now.date()
    draft = start_version(plan=plan, starts_on=today, review_on=today + timedelta(days=90), **by)
    assert (draft.version, draft.follows, draft.state) == (2, plan, "draft")
    with pytest.raises(Refused) as refused:
        start_version(plan=plan, starts_on=today, review_on=today + timedelta(days=90), **by)
    assert codes(refused) == ["draft_waits"]
    goal = Goal.objects.get(problem__plan=draft)
    assert (goal.words, goal.objectives.get().words, goal.interventions.get().responsible) == (
        "I want to sleep", "Sleep six hours", clinic.therapist,
    )  # fmt: skip
    change_goal(goal=goal, words="I want to sleep through", **by)
    add_problem(plan=draft, axis="social", title="Work", **by)
    found = differences_between(plan, draft)
    assert [(one.what.value, one.kind, one.title) for one in found] == [
        ("changed", "plan", ""),
        ("added", "problem", "Work"),
        ("changed", "goal", "I want to sleep through"),
        ("removed", "goal", "I want to sleep"),
        ("removed", "objective", "Sleep six hours"),
        ("removed", "intervention", "Cognitive behavioral therapy"),
    ]
    assert in_words(found[2]) == [("goal, in the person's own words", "I want to sleep", "I want to sleep through")]
    with pytest.raises(Refused) as refused:
        activate_plan(plan=draft, **by)
    assert codes(refused) == ["missing_mental_health"]


def test_no_statement_puts_a_plan_into_force_that_forgets_a_disorder(clinic, by, in_force):
    whole = in_force()
    half = start_version(plan=whole, starts_on=clinic.now.date(), review_on=clinic.now.date() + timedelta(days=9), **by)
    Plan.objects.filter(pk=whole.pk).update(state="ended", ended_on=clinic.now.date())
    Goal.objects.filter(problem__plan=half, problem__axis="substance_use").update(state="stopped")
    refused_by_the_database("UPDATE treatment_plans_plan SET state = 'active' WHERE id = %s", half.pk)
    Diagnosis.objects.filter(patient=whole.patient, axis="substance_use").update(certainty="refuted", basis="x")
    Plan.objects.filter(pk=half.pk).update(state="active")


def test_an_achieved_goal_alone_covers_no_disorder(clinic, by, in_force):
    whole = in_force()
    half = start_version(plan=whole, starts_on=clinic.now.date(), review_on=clinic.now.date() + timedelta(days=9), **by)
    settle_goal(goal=Goal.objects.get(problem__plan=half, problem__axis="mental_health"), state="achieved", **by)
    with pytest.raises(Refused) as refused:
        activate_plan(plan=half, **by)
    assert codes(refused) == ["missing_mental_health"]
    Plan.objects.filter(pk=whole.pk).update(state="ended", ended_on=clinic.now.date())
    refused_by_the_database("UPDATE treatment_plans_plan SET state = 'active' WHERE id = %s", half.pk)


def test_a_review_says_what_was_looked_at_and_when_it_comes_again(clinic, by, in_force):
    plan, today = in_force(), clinic.now.date()
    review = {"plan": plan, "reviewed_on": today, "looked_at": ["wishes", "goals"], "presence": "present", "words": "Going well.", **by}
    with pytest.raises(Refused) as refused:
        review_plan(**{**review, "looked_at": [], "presence": "", "words": " ", "reviewed_on": today + timedelta(days=1)}, decision="")
    assert codes(refused) == ["looked_at", "presence", "words", "decision", "reviewed_on", "next_review_on"]
    late = {"decision": "continue", "next_review_on": today + timedelta(days=120)}
    with pytest.raises(Refused) as refused:
        review_plan(**review, **late)
    assert codes(refused) == ["later_than_rule"]
    done = review_plan(**review, **late, later_reason="In residential care until then.")
    plan.refresh_from_db()
    assert (done.looked_at, done.figures["sessions"], plan.review_on) == (["goals", "wishes"], 0, today + timedelta(days=120))
    refused_by_the_database("UPDATE treatment_plans_planreview SET words = 'x' WHERE id = %s", done.pk)
    set_plan_policy(program=clinic.program, review_days=200, warn_days=20, untouched_days=45, by=clinic.director, at=clinic.now)
    sign_plan(plan=plan, party="clinician", name=clinic.therapist.full_name, **by)
    review_plan(**review, decision="change", next_review_on=today + timedelta(days=150))
    draft = Plan.objects.get(follows=plan)
    assert (draft.state, draft.review_on) == ("draft", today + timedelta(days=200))
    review_plan(**review, decision="end")
    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == ("ended", today)
    assert list(PlanReview.objects.values_list("decision", flat=True)) == ["end", "change", "continue"]
