from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from casemgr.core.refusals import Refused
from patients.screenings.models import Observation
from treatment_plans.plan.actions import activate_plan, add_objective
from treatment_plans.plan.measuring.actions import count_towards
from treatment_plans.plan.measuring.queries import measurable_scores, progress_of, yardstick_in_words
from treatment_plans.plan.measuring.rules import Yardstick, is_turned_round, missing_of, progress
from treatment_plans.plan.models import Goal, Objective

DAY = date(2026, 3, 2)
NUMBER = {"measured_as": "number", "unit": "nights a week", "start_value": Decimal(1), "target_value": Decimal(5), "direction": "up"}
SCORE = {"measured_as": "instrument", "instrument": "phq9", "start_value": Decimal(18), "target_value": Decimal(9), "direction": "down"}


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({}, ["measured_as"]),
        ({"measured_as": "feeling"}, ["measured_as"]),
        ({"measured_as": "date"}, ["target_on"]),
        ({"measured_as": "date", "target_on": DAY}, []),
        ({"measured_as": "number"}, ["target_value", "direction"]),
        (NUMBER, []),
        ({**SCORE, "instrument": ""}, ["instrument"]),
        (SCORE, []),
    ],
)
def test_what_can_be_measured_says_by_what_and_how_far(facts, missing):
    assert missing_of(Yardstick(**facts)) == missing


@pytest.mark.parametrize(
    ("start", "target", "way", "latest", "percent", "reached"),
    [
        (18, 9, "down", 18, 0, False),
        (18, 9, "down", 13, 55, False),
        (18, 9, "down", 9, 100, True),
        (18, 9, "down", 25, 0, False),
        (1, 5, "up", 4, 75, False),
        (1, 5, "up", 7, 100, True),
        (None, 5, "up", 4, None, False),
        (None, 5, "up", 5, 100, True),
        (5, 5, "up", 4, None, False),
    ],
)
def test_the_way_from_the_start_to_the_target(start, target, way, latest, percent, reached):
    found = progress(Yardstick("number", start and Decimal(start), Decimal(target), way), Decimal(latest), DAY)
    assert (found.percent, found.is_reached) == (percent, reached)


def test_a_start_beyond_the_target_is_noticed():
    assert is_turned_round(Yardstick("number", Decimal(18), Decimal(9), "up"))
    assert not is_turned_round(Yardstick("number", None, Decimal(9), "up"))
    assert not is_turned_round(Yardstick("number", Decimal(18), Decimal(9), "down"))


def test_scores_know_which_way_is_better_and_nothing_of_a_compartment_is_among_them():
    ways = {(one.instrument, one.score): one.better for one in measurable_scores()}
    assert (ways["phq9", "total"], ways["bam", "protective"]) == ("down", "up")
    assert not [key for key in ways if key[0] == "ace"]


def test_progress_is_read_from_scores_and_from_what_was_counted(clinic, by, draft, django_assert_num_queries):
    plan = draft(clinic.patient(), "social")
    goal = Goal.objects.get()
    counted = add_objective(goal=goal, words="Sleep", **NUMBER, **by)
    scored = add_objective(goal=goal, words="Mood", unit="dropped", **SCORE, **by)
    dated = add_objective(goal=goal, words="License", measured_as="date", target_on=date(2026, 6, 1), target_value=Decimal(3), **by)
    assert (scored.unit, scored.score, dated.target_value) == ("", "total", None)
    assert yardstick_in_words(counted) == "nights a week: from 1 to at least 5"
    assert yardstick_in_words(scored) == "PHQ-9: from 18 to at most 9"
    for value, day in ((16, 1), (9, 3)):
        Observation.objects.create(
            patient=plan.patient, kind="survey", code="44261-6", title="PHQ-9", value_number=value, observed_at=clinic.now.replace(day=day),
            recorded_at=clinic.now, recorded_by=clinic.system,
        )  # fmt: skip
    count_towards(objective=counted, value=Decimal(2), on=date(2026, 3, 3), **by)
    count_towards(objective=counted, value=Decimal(4), on=date(2026, 3, 2), **by)
    with django_assert_num_queries(4):
        found = progress_of(plan.patient, Objective.objects.filter(pk__in=[counted.pk, scored.pk, dated.pk]).order_by("pk").all()[:3])
    assert (found[counted.pk].percent, found[scored.pk].is_reached, dated.pk in found) == (25, True, False)
    with pytest.raises(Refused, match="not measured by a number"):
        count_towards(objective=scored, value=Decimal(4), on=date(2026, 3, 9), **by)
    activate_plan(plan=plan, **by)
    assert count_towards(objective=counted, value=Decimal(5), on=date(2026, 3, 4), **by).pk


def test_what_cannot_be_measured_as_it_says_is_refused_by_verb_and_database(clinic, by, draft):
    draft(clinic.patient(), "social")
    goal = Goal.objects.get()
    wrong = {"measured_as": "instrument", "instrument": "ace", "start_value": Decimal(1), "target_value": Decimal(3), "direction": "down"}
    with pytest.raises(Refused) as refused:
        add_objective(goal=goal, words=" ", **wrong, **by)
    assert [reason.field for reason in refused.value.reasons] == ["words", "instrument", "start_value"]
    with pytest.raises(IntegrityError, match="measured_objective_has_its_target"), transaction.atomic():
        Objective.objects.update(measured_as="number")
