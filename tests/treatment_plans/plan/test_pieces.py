from datetime import date, timedelta

import pytest
from django.urls import reverse

from casemgr.core.accounts.models import Program
from casemgr.core.refusals import Denied, Refused
from patients.world.models import Barrier, OwnGoal
from treatment_plans.plan.actions import activate_plan, add_goal, add_intervention, add_objective, add_problem, settle_goal
from treatment_plans.plan.catalog.actions import change_listed_intervention, list_intervention
from treatment_plans.plan.catalog.models import EvidenceTag
from treatment_plans.plan.catalog.queries import NAMES, intervention_names, intervention_types
from treatment_plans.plan.catalog.rules import code_for, shipped
from treatment_plans.plan.models import Goal, Intervention, InterventionKind, Objective, Plan, Problem
from treatment_plans.plan.pieces import actions
from treatment_plans.plan.queries import INTEGRATED_CARE, axes_diagnosed, gaps_in, goals_in_force


def address(name, *args):
    return reverse(f"treatment_plans:{name}", args=args)


def world(clinic, patient, model, **facts):
    stamp = {"patient": patient, "program": clinic.program, "recorded_at": clinic.now, "recorded_by": clinic.system}
    return model.objects.create(**stamp, **facts)


def test_every_kind_is_listed_with_a_tag_and_whoever_claims_evidence_says_where():
    assert list(InterventionKind.values) == [code for code in shipped() if code != "rapid_resolution"]
    assert set(shipped()) == set(NAMES)
    for one in shipped().values():
        assert one.evidence in EvidenceTag.values
        assert (one.evidence == "custom") == (not one.source)
    assert [code for code, one in shipped().items() if not one.is_offered] == ["rapid_resolution"]
    assert code_for("Jin Shin!", {"jin_shin"}) == "jin_shin_2"
    assert len(code_for("x" * 99, set())) <= 32


def test_a_program_keeps_its_own_list(clinic, by, draft):
    director = {"by": clinic.director, "at": clinic.now}
    here = clinic.program
    assert [one.code for one in intervention_types(here)][-1] == "other"
    own = list_intervention(program=here, name="Garden group", evidence="experience", source="Three years here", **director)
    change_listed_intervention(program=here, code="rapid_resolution", name="Rapid Resolution Therapy", evidence="custom", **director)
    change_listed_intervention(program=here, code="cbt", name="CBT", evidence="strong", source="TIP 42", is_offered=False, **director)
    offered = {one.code: one for one in intervention_types(here)}
    assert {own.code, "rapid_resolution"} <= set(offered)
    assert "cbt" not in offered
    assert intervention_names(here, ["garden_group", "cbt", "lost"]) == {"garden_group": "Garden group", "cbt": "CBT", "lost": "lost"}
    assert "garden_group" not in {one.code for one in intervention_types(Program.objects.create(name="Elsewhere"), with_all=True)}
    draft(clinic.patient(), "social")
    step = add_intervention(goal=Goal.objects.get(), kind="garden_group", times=2, per="week", frequency="Tuesdays", **by)
    assert (step.label, step.how_often) == ("Garden group", "2 times a week, Tuesdays")
    change_listed_intervention(program=here, code="garden_group", name="Soil", evidence="custom", is_offered=False, **director)
    step.refresh_from_db()
    assert step.label == "Garden group"
    assert actions.change_intervention(intervention=step, kind="garden_group", times=1, per="month", **by).how_often == "once a month"
    with pytest.raises(Refused) as refused:
        list_intervention(program=here, name=" soil", evidence="strong", **director)
    assert [(reason.field, reason.code) for reason in refused.value.reasons] == [("name", "name_taken"), ("source", "no_source")]
    with pytest.raises(Denied):
        list_intervention(program=here, name="Mine", by=clinic.therapist, at=clinic.now)


def test_the_list_has_pages_for_whoever_answers_for_the_practice(clinic, sign_in):
    browser = sign_in(clinic.director)
    page = browser.get(address("intervention_list")).content.decode()
    assert page.count("Not offered") == 1
    assert "Strong evidence" in page
    wrong = browser.post(address("list_intervention"), {"name": "Garden", "evidence": "strong"})
    assert (wrong.status_code, "Say where it is shown" in wrong.content.decode()) == (422, True)
    browser.post(address("list_intervention"), {"name": "Garden", "evidence": "custom"})
    browser.post(
        address("change_listed_intervention", "yoga"), {"name": "Yoga", "evidence": "experience", "source": "Ours", "is_offered": "on"}
    )
    page = browser.get(address("intervention_list")).content.decode()
    assert page.count("changed here") == 2
    assert browser.get(address("change_listed_intervention", "nothing")).status_code == 404
    assert sign_in(clinic.therapist).get(address("intervention_list")).status_code == 403


def test_a_problem_rests_on_what_the_person_told(clinic, by, draft):
    patient, other = clinic.patient(), clinic.patient()
    plan = draft(patient)
    ride, theirs = world(clinic, patient, Barrier, kind="transport"), world(clinic, other, Barrier, kind="cost")
    wish = world(clinic, patient, OwnGoal, words="See my daughter")
    problem = add_problem(plan=plan, axis="social", title="No ride", barrier=ride, **by)
    goal = add_goal(problem=problem, words=wish.words, own_goal=wish, **by)
    assert (problem.barrier, goal.own_goal) == (ride, wish)
    with pytest.raises(Refused, match="This barrier is another person's"):
        actions.change_problem(problem=problem, axis="social", title="No money", barrier=theirs, **by)
    changed = actions.change_problem(problem=problem, axis="physical", title=" Pain ", **by)
    assert (changed.axis, changed.title, changed.barrier) == ("physical", "Pain", None)


def test_pieces_are_taken_out_of_a_draft_and_stopped_in_force(clinic, by, draft):
    plan = draft(clinic.patient(), "social", "physical")
    kept, gone = Problem.objects.order_by("pk")
    actions.remove_objective(objective=Objective.objects.get(goal__problem=gone), **by)
    actions.remove_problem(problem=gone, **by)
    assert [Model.objects.count() for Model in (Problem, Goal, Objective, Intervention)] == [1, 1, 1, 1]
    assert Problem.pgh_event_model.objects.filter(pgh_obj_id=gone.pk, pgh_label="delete").count() == 1
    activate_plan(plan=plan, **by)
    goal, objective, step = Goal.objects.get(), Objective.objects.get(), Intervention.objects.get()
    for verb, piece in (("problem", kept), ("goal", goal), ("objective", objective), ("intervention", step)):
        with pytest.raises(Refused, match="in force, so nothing is taken out"):
            getattr(actions, f"remove_{verb}")(**{verb: piece}, **by)
    assert list(goals_in_force([plan.patient])) == [goal]
    assert gaps_in(plan, axes_diagnosed(plan.patient_id)) == []
    actions.stop_intervention(intervention=step, why="Moved to evenings", **by)
    assert [part.value for part in gaps_in(plan, set())[0].parts] == ["intervention"]
    actions.stop_objective(objective=objective, why="Too early", **by)
    actions.stop_problem(problem=kept, why="Found a ride", **by)
    assert not goals_in_force([plan.patient]).exists()
    with pytest.raises(Refused, match="was stopped already"):
        actions.stop_problem(problem=kept, why="Again", **by)
    with pytest.raises(Refused, match="problem was stopped"):
        add_goal(problem=Problem.objects.get(), words="x", **by)


def of(model, axis):
    return model.objects.get(**{{Problem: "axis", Goal: "problem__axis"}.get(model, "goal__problem__axis"): axis})


def test_a_plan_in_force_loses_no_half_by_the_way(clinic, by, draft, diagnosed):
    patient = clinic.patient()
    diagnosed(patient, "substance_use")
    diagnosed(patient, "mental_health")
    plan = draft(patient, "substance_use", "mental_health")
    activate_plan(plan=plan, **by)
    problem, goal, objective, step = (of(model, "mental_health") for model in (Problem, Goal, Objective, Intervention))
    attempts = {
        "a problem": [
            lambda: actions.stop_problem(problem=problem, why="x", **by),
            lambda: actions.change_problem(problem=problem, axis="social", title="x", **by),
        ],
        "a goal": [lambda: settle_goal(goal=goal, state="stopped", **by)],
        "an objective": [lambda: actions.stop_objective(objective=objective, why="x", **by)],
        "an intervention": [lambda: actions.stop_intervention(intervention=step, why="x", **by)],
    }
    for missing, verbs in attempts.items():
        for attempt in verbs:
            with pytest.raises(Refused) as refused:
                attempt()
            reason = refused.value.reasons[0]
            assert (reason.code, reason.source) == ("would_lose_mental_health", INTEGRATED_CARE)
            assert (
                f"Mental health: there is an active diagnosis, and the plan in force would be left without {missing} for it." in reason.text
            )
            assert "First add what takes its place" in reason.text
    assert gaps_in(plan, axes_diagnosed(patient.pk)) == []
    add_intervention(goal=goal, kind="dbt", **by)
    step.refresh_from_db()
    assert actions.stop_intervention(intervention=step, why="Another way now", **by).stopped_on
    assert settle_goal(goal=goal, state="achieved", **by).state == "achieved"


def test_a_signed_reason_lets_one_half_go_and_never_both(clinic, by, draft, diagnosed):
    patient = clinic.patient()
    diagnosed(patient, "substance_use")
    diagnosed(patient, "mental_health")
    signed = {"one_axis_reason": "Sees a psychiatrist elsewhere.", "signed_name": clinic.therapist.full_name}
    plan = activate_plan(plan=draft(patient, "substance_use"), **signed, **by)
    with pytest.raises(Refused, match="Substance use: there is an active diagnosis"):
        settle_goal(goal=Goal.objects.get(), state="stopped", **by)
    problem = add_problem(plan=plan, axis="mental_health", title="Sleep", **by)
    goal = add_goal(problem=problem, words="I want to sleep", **by)
    add_objective(goal=goal, words="Six hours", **by)
    step = add_intervention(goal=goal, kind="cbt", **by)
    assert gaps_in(plan, axes_diagnosed(patient.pk)) == []
    assert actions.stop_intervention(intervention=step, why="Elsewhere", **by).stopped_on


def test_a_signed_plan_keeps_its_words_and_a_piece_of_it_can_be_stopped(clinic, by, draft):
    plan = draft(clinic.patient(), "social")
    activate_plan(plan=plan, **by)
    Plan.objects.filter(pk=plan.pk).update(signed_at=clinic.now)
    goal, objective, step = Goal.objects.get(), Objective.objects.get(), Intervention.objects.get()
    for attempt in (
        lambda: actions.change_goal(goal=goal, words="x", **by),
        lambda: actions.change_objective(objective=objective, words="x", **by),
        lambda: actions.change_intervention(intervention=step, kind="dbt", **by),
    ):
        with pytest.raises(Refused, match="This plan is signed"):
            attempt()
    assert actions.stop_objective(objective=objective, why="Too early", **by).stopped_on == date(2026, 3, 4)


def test_the_pieces_are_changed_on_the_page(clinic, by, draft, sign_in):
    patient = clinic.patient()
    wish = world(clinic, patient, OwnGoal, words="See my daughter")
    plan = draft(patient, "social", starts_on=clinic.now.date() - timedelta(days=2))
    problem, goal, objective, step = Problem.objects.get(), Goal.objects.get(), Objective.objects.get(), Intervention.objects.get()
    browser = sign_in(clinic.therapist)
    browser.post(address("change_problem", problem.pk), {"axis": "physical", "title": "Sore back"})
    browser.post(address("change_goal", goal.pk), {"own_goal": wish.pk, "words": ""})
    measured = {"words": "Mood", "measured_as": "instrument", "scored": "phq9|total", "target_value": "9", "start_value": "18"}
    browser.post(address("change_objective", objective.pk), measured)
    browser.post(address("change_intervention", step.pk), {"kind": "yoga", "times": "1", "per": "week"})
    page = browser.get(address("plan_version", plan.pk)).content.decode()
    for words in ("Sore back", "“See my daughter”", "PHQ-9: from 18 to at most 9", "once a week", "Ask first"):
        assert words in page
    browser.post(address("change_intervention", step.pk), {"kind": "yoga", "caution": "No headstands", "cleared_on": "2026-03-01"})
    assert "No headstands" in browser.get(address("plan_version", plan.pk)).content.decode()
    browser.post(
        address("change_objective", objective.pk), {"words": "Walks", "measured_as": "number", "target_value": 5, "direction": "up"}
    )
    browser.post(address("count_objective", objective.pk), {"value": "6", "on": "2026-03-03"})
    assert "Target reached" in browser.get(address("plan_version", plan.pk)).content.decode()
    asked = browser.get(address("stop_intervention", step.pk), headers={"HX-Request": "true"}).content.decode()
    assert "Take out: Yoga" in asked
    browser.post(address("stop_intervention", step.pk), {})
    assert not Intervention.objects.exists()
    add_intervention(goal=goal, kind="cbt", **by)
    activate_plan(plan=plan, **by)
    browser.post(address("stop_objective", objective.pk), {"why": "Walks anyway"})
    assert "Walks anyway" in browser.get(address("plan_version", plan.pk)).content.decode()
    assert Objective.objects.get().stopped_on is not None
    assert date(2026, 3, 3) == Objective.objects.get().values.get().counted_on
