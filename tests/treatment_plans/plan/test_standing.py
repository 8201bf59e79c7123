from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from casemgr.core.refusals import Refused
from treatment_plans.plan.standing.actions import note_stage_of_change, rate_standing
from treatment_plans.plan.standing.models import StageOfChange, StandingRating
from treatment_plans.plan.standing.queries import standing_for
from treatment_plans.plan.standing.rules import is_rating, not_asked, outline, spokes

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("scale", "part", "level", "fits"),
    [
        ("wheel", "spiritual", 10, True),
        ("wheel", "spiritual", 11, False),
        ("wheel", "dimension_1", 1, False),
        ("asam", "dimension_6", 4, True),
        ("asam", "dimension_6", 5, False),
        ("asam", "dimension_6", None, True),
        ("mood", "physical", 1, False),
    ],
)
def test_a_rating_lies_on_its_scale(scale, part, level, fits):
    assert is_rating(scale, part, level) is fits


def test_an_empty_domain_is_asked_for_and_the_shape_waits_for_it():
    levels = {"physical": 5, "emotional": 0, "behavioral": 10}
    assert not_asked("wheel", levels) == ["spiritual"]
    assert outline(spokes({}, levels)) == ""
    whole = spokes({"physical": 3}, {**levels, "spiritual": 10})
    assert (whole[0].x, whole[0].y, whole[0].change) == (100.0, 60.0, 2)
    assert outline(whole) == "100.0,60.0 100.0,100.0 100.0,180.0 20.0,100.0"


def test_ratings_stand_beside_each_other_and_tell_the_change(clinic, by, draft, django_assert_num_queries):
    plan = draft(clinic.patient(), "social")
    whom = {"patient": plan.patient, "program": plan.program, "scale": "wheel", **by}
    first = {"physical": 3, "emotional": 2, "behavioral": 4}
    rate_standing(levels=first, words={"spiritual": "Not today."}, on=DAY, **whom)
    rate_standing(levels={**first, "physical": 6, "emotional": 1, "spiritual": 7}, on=date(2026, 3, 4), **whom)
    with django_assert_num_queries(2):
        standing = standing_for(plan)
    told = {one.part: (one.last.level, one.change) for one in standing.wheel}
    assert told == {"physical": (6, 3), "emotional": (1, -1), "spiritual": (7, None), "behavioral": (4, 0)}
    assert standing.now
    assert not standing.before.count("None")
    assert not standing.dimensions_are_rated
    with pytest.raises(Refused) as refused:
        rate_standing(levels={"physical": 11, "emotional": None}, on=date(2026, 3, 9), **whom)
    assert [(reason.field, reason.text) for reason in refused.value.reasons] == [
        ("on", "That day is still to come."),
        ("level_physical", "Rate it on the scale."),
    ]
    with pytest.raises(Refused, match="Rate at least one part"):
        rate_standing(levels={"physical": None}, words={"physical": " "}, on=DAY, **whom)
    row = StandingRating.objects.first()
    for change in ({"level": 9}, {"rated_on": date(2026, 1, 1)}):
        with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
            StandingRating.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="rated_part_belongs_to_its_scale"), transaction.atomic():
        StandingRating.objects.create(
            patient=plan.patient, program=plan.program, scale="asam", part="physical", level=1, rated_on=DAY, recorded_at=clinic.now,
            recorded_by=clinic.system,
        )  # fmt: skip


def test_the_stage_of_change_is_told_per_disorder(clinic, by, draft, diagnosed):
    patient = clinic.patient()
    opioids, trauma = diagnosed(patient, "substance_use"), diagnosed(patient, "mental_health")
    plan = draft(patient)
    whom = {"patient": patient, "program": plan.program, **by}
    note_stage_of_change(axis="substance_use", diagnosis=opioids, stage="action", on=DAY, **whom)
    note_stage_of_change(axis="mental_health", diagnosis=trauma, stage="precontemplation", on=DAY, **whom)
    note_stage_of_change(axis="substance_use", diagnosis=opioids, stage="maintenance", on=date(2026, 3, 4), **whom)
    assert [(one.diagnosis, one.stage) for one in standing_for(plan).stages] == [(opioids, "maintenance"), (trauma, "precontemplation")]
    theirs = diagnosed(clinic.patient(), "substance_use")
    with pytest.raises(Refused) as refused:
        note_stage_of_change(axis="weather", diagnosis=theirs, stage="bliss", on=date(2026, 4, 1), **whom)
    assert [reason.field for reason in refused.value.reasons] == ["on", "diagnosis", "disorder", "stage"]
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        StageOfChange.objects.update(stage="action")


def test_the_page_asks_once_more_for_a_domain_that_was_left_empty(clinic, draft, diagnosed, sign_in):
    patient = clinic.patient()
    opioids = diagnosed(patient, "substance_use")
    plan = draft(patient)
    browser = sign_in(clinic.therapist)
    wheel, asam = (reverse("treatment_plans:rate_standing", args=[plan.pk, scale]) for scale in ("wheel", "asam"))
    typed = {"level_physical": 4, "level_emotional": 3, "level_behavioral": 5, "on": "2026-03-02"}
    asked = browser.post(wheel, typed)
    assert asked.status_code == 422
    assert "Spiritual was not asked about yet. Ask, or say in words why it stays empty." in asked.content.decode()
    browser.post(wheel, {**typed, "words_spiritual": "Wants to think about it."})
    browser.post(asam, {"level_dimension_1": "3", "words_dimension_6": "Evenings at home.", "on": "2026-03-02"})
    browser.post(
        reverse("treatment_plans:stage_of_change", args=[plan.pk]), {"disorder": opioids.pk, "stage": "preparation", "on": "2026-03-02"}
    )
    page = browser.get(reverse("treatment_plans:plan_version", args=[plan.pk])).content.decode()
    for words in ("Wants to think about it.", "Preparation", "Evenings at home.", "1. Intoxication, withdrawal", "not rated", "wheel__dot"):
        assert words in page
    assert StandingRating.objects.filter(scale="asam").count() == 2
    assert browser.get(reverse("treatment_plans:rate_standing", args=[plan.pk, "mood"])).status_code == 404
    assert sign_in(clinic.nurse).get(wheel).status_code == 403
