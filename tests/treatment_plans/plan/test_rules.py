import pytest

from treatment_plans.plan.rules import Gap, GoalShape, Part, ProblemShape, gaps, is_own_name, missing_parts, needs_one_axis_reason

WHOLE = GoalShape(objectives=1, interventions=1)
BOTH = {"substance_use", "mental_health"}
SU, MH = ProblemShape("substance_use", [WHOLE]), ProblemShape("mental_health", [WHOLE])


@pytest.mark.parametrize(
    ("problems", "missing"),
    [
        ([], (Part.PROBLEM,)),
        ([ProblemShape("social", [])], (Part.GOAL,)),
        ([ProblemShape("social", [GoalShape(0, 0)])], (Part.OBJECTIVE, Part.INTERVENTION)),
        ([ProblemShape("social", [GoalShape(1, 0)])], (Part.INTERVENTION,)),
        ([ProblemShape("social", [GoalShape(0, 1)])], (Part.OBJECTIVE,)),
        ([ProblemShape("social", [GoalShape(0, 0), GoalShape(2, 1)])], ()),
        ([ProblemShape("social", []), ProblemShape("social", [GoalShape(1, 0)])], (Part.INTERVENTION,)),
    ],
)
def test_a_thread_leads_from_the_problem_to_what_is_done(problems, missing):
    assert missing_parts(problems) == missing


@pytest.mark.parametrize(
    ("diagnosed", "problems", "found"),
    [
        (BOTH, [SU, MH], []),
        (BOTH, [SU], [Gap("mental_health", (Part.PROBLEM,))]),
        (BOTH, [MH], [Gap("substance_use", (Part.PROBLEM,))]),
        (BOTH, [], [Gap("substance_use", (Part.PROBLEM,)), Gap("mental_health", (Part.PROBLEM,))]),
        ({"substance_use"}, [SU], []),
        ({"substance_use"}, [MH], [Gap("substance_use", (Part.PROBLEM,))]),
        ({"social"}, [], [Gap("", (Part.PROBLEM,))]),
        (set(), [ProblemShape("social", [WHOLE])], []),
    ],
)
def test_each_axis_with_a_diagnosis_needs_its_own_thread(diagnosed, problems, found):
    assert gaps(diagnosed, problems) == found


def test_a_reason_can_stand_in_for_one_of_two_halves_only():
    one, both = gaps(BOTH, [SU]), gaps(BOTH, [])
    assert needs_one_axis_reason(BOTH, one)
    assert not needs_one_axis_reason(BOTH, both)
    assert not needs_one_axis_reason({"substance_use"}, gaps({"substance_use"}, [MH]))


@pytest.mark.parametrize(
    ("typed", "own"),
    [("Noa Quist", True), ("  noa  QUIST ", True), ("Noá Quist", True), ("Noa", False), ("", False), ("Noa Quist Jr", False)],
)
def test_a_signature_is_the_own_name(typed, own):
    assert is_own_name(typed, "Noa Quist") is own
