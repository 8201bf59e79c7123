from datetime import date

import pytest

from casemgr.importing.mapping.care_plans import CarePlanFacts, GoalFacts, StepFacts, map_care_plan
from casemgr.importing.mapping.nodes import Node, NotMapped
from casemgr.importing.mapping.unmapped import map_care_team, reason_for


def plan(**fields) -> Node:
    return Node({"status": "active", "intent": "plan", "period": {"start": "2025-11-03"}, **fields}, "CarePlan")


def test_a_plan_tells_what_it_is_about_its_goals_and_what_is_done(bundle, context):
    entries = bundle("jordan")["entry"]
    context.resources = {entry["fullUrl"]: entry["resource"] for entry in entries}
    facts = map_care_plan(Node(entries[12]["resource"], "CarePlan"), context)
    assert facts == CarePlanFacts(
        title="Opioid dependence care plan",
        axis="substance_use",
        starts_on=date(2025, 11, 2),
        addresses=("urn:uuid:aaaaaaaa-0000-4000-8000-000000000004",),
        goals=(GoalFacts("I want to sleep through the night", date(2026, 6, 30)),),
        steps=(StepFacts("cbt", "Cognitive and behavioral therapy"), StepFacts("other", "Help with a place to live")),
    )


def test_a_goal_that_is_not_there_is_noted(context):
    assert map_care_plan(plan(goal=[{"reference": "Goal/9"}]), context).goals == ()
    assert context.notes == ["CarePlan.goal[0] refers to a goal that is not in this bundle."]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "completed"}, "only an active plan is taken over"),
        ({"intent": "proposal"}, "it was not agreed on"),
        ({"period": {}}, "it does not say from which day on"),
    ],
)
def test_a_plan_not_in_force_is_left_out(context, fields, reason):
    with pytest.raises(NotMapped, match=reason):
        map_care_plan(plan(**fields), context)


def test_a_care_team_is_left_out_and_names_its_professionals_never_the_patient(bundle, context):
    resource = next(entry["resource"] for entry in bundle("jordan")["entry"] if entry["resource"]["resourceType"] == "CareTeam")
    with pytest.raises(NotMapped, match="only a person may put somebody there"):
        map_care_team(Node(resource, "CareTeam"), context)
    assert context.notes == ["It names Mara Lund."]


def test_a_kind_that_nobody_expected_has_a_reason_too():
    assert reason_for("Immunization") == "immunizations are not part of the record yet"
    assert reason_for("Basic") == "the import does not know this kind of resource"
