import json
from pathlib import Path

import pytest

from patients.instruments.data import instrument, instruments
from patients.instruments.rules import AnswerProblem, missing_items, score, score_of_total, takes_a_total

EXAMPLES = json.loads((Path(__file__).parent / "data" / "examples.json").read_text(encoding="utf-8"))
SUMS = [
    told
    for told in instruments().values()
    if told.scoring["method"] == "sum" and all(item.options.options for item in told.items if item.is_scored)
]


def _keys(told):
    """Return for each scored question what its answers count."""
    reverse = told.scoring.get("reverse", {})
    return {
        item.id: {option.value: reverse.get(item.id, {}).get(str(option.value), option.value) for option in item.options.options}
        for item in told.items
        if item.id in told.scoring["items"]
    }


def answers_with_total(told, total):
    """Return answers that add up to a total, by filling one question after the other; nothing when no answers do."""
    reached: dict[int, dict[str, int]] = {0: {}}
    for item, counts in _keys(told).items():
        reached = {done + count: {**answers, item: value} for done, answers in reached.items() for value, count in counts.items()}
    return reached.get(total)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example['instrument']}: {example['source'][:40]}")
def test_every_example_scores_as_it_is_written(example):
    result = score(instrument(example["instrument"]), example["responses"])
    told = result.flat()
    assert {key: told.get(key) for key in example["expected"]} == example["expected"]
    assert result.problems == ()


@pytest.mark.parametrize("told", SUMS, ids=lambda told: told.id)
def test_every_total_of_a_sum_lies_in_the_band_that_spans_it(told):
    lowest, highest = told.range
    for total in range(lowest, highest + 1):
        answers = answers_with_total(told, total)
        if answers is None:
            assert told.id == "cows"
            continue
        result = score(told, answers)
        band = next(entry["code"] for entry in told.bands["total"] if entry["min"] <= total <= entry["max"])
        assert (result.total, result.band, result.missing) == (total, band, ())


def _edges():
    for told in instruments().values():
        for band in told.bands.get("total", ()):
            for total in (band["min"], band["max"]):
                yield pytest.param(told, total, band["code"], id=f"{told.id}-{total}")


@pytest.mark.parametrize(("told", "total", "band"), list(_edges()))
def test_both_ends_of_every_band_belong_to_it_also_for_a_total_alone(told, total, band):
    assert takes_a_total(told)
    assert score_of_total(told, total).band == band


@pytest.mark.parametrize("told", SUMS, ids=lambda told: told.id)
def test_one_missing_answer_leaves_no_total_and_is_named(told):
    answers = answers_with_total(told, told.range[0])
    for item in told.scoring["items"]:
        without = {key: value for key, value in answers.items() if key != item}
        for given in (without, {**without, item: None}):
            result = score(told, given)
            assert (result.total, result.band, result.missing, result.is_complete) == (None, "", (item,), False)
            assert result.derived == {rule["code"]: None for rule in told.derived}
    assert score(told, {}).missing == tuple(told.scoring["items"])


@pytest.mark.parametrize("told", [told for told in instruments().values() if told.items], ids=lambda told: told.id)
def test_what_no_question_offers_is_impossible_and_scores_nothing(told):
    item = told.items[0]
    offered = {option.value for option in item.options.options} or set(range(item.options.lowest, item.options.highest + 1))
    for wrong in {-1, max(offered) + 1, *(set(range(min(offered), max(offered))) - offered)} | {1.0, "1", "", (0,)}:
        result = score(told, {item.id: wrong})
        assert [(problem.item, problem.code) for problem in result.problems] == [(item.id, AnswerProblem.NOT_AN_OPTION)], wrong
        assert (result.total, result.subscores, result.band) == (None, {}, "")
    assert score(told, {"no such question": 0}).problems[0].code == AnswerProblem.UNKNOWN_ITEM


COWS = {
    "1": {0, 1, 2, 4}, "2": {0, 1, 2, 3, 4}, "3": {0, 1, 3, 5}, "4": {0, 1, 2, 5}, "5": {0, 1, 2, 4}, "6": {0, 1, 2, 4},
    "7": {0, 1, 2, 3, 5}, "8": {0, 1, 2, 4}, "9": {0, 1, 2, 4}, "10": {0, 1, 2, 4}, "11": {0, 3, 5},
}  # fmt: skip


@pytest.mark.parametrize(("item", "allowed"), COWS.items())
def test_cows_takes_only_the_steps_that_its_paper_has(item, allowed):
    for value in range(7):
        problems = score(instrument("cows"), {item: value}).problems
        assert [problem.item for problem in problems] == ([] if value in allowed else [item])
    assert max(sum(max(values) for values in COWS.values()), 48) == 48


def _phq9(*values):
    return score(instrument("phq9"), {str(number): value for number, value in enumerate(values, 1)})


@pytest.mark.parametrize(
    ("values", "total", "major", "other"),
    [
        ((2, 2, 2, 2, 2, 0, 0, 0, 0), 10, True, False),
        ((2, 0, 2, 2, 2, 0, 0, 0, 1), 9, True, False),
        ((1, 1, 3, 3, 3, 3, 3, 3, 3), 23, False, False),
        ((2, 0, 2, 0, 0, 0, 0, 0, 0), 4, False, True),
        ((0, 3, 0, 0, 0, 0, 0, 0, 0), 3, False, False),
        ((0, 2, 0, 0, 0, 0, 0, 0, 1), 3, False, True),
        ((2, 1, 1, 1, 1, 1, 1, 1, 1), 10, False, True),
        ((3, 3, 3, 3, 3, 3, 3, 3, 3), 27, True, False),
    ],
)
def test_phq9_names_the_syndromes_that_its_answers_fit(values, total, major, other):
    result = _phq9(*values)
    assert result.total == total
    assert result.derived == {"major_depressive_syndrome": major, "other_depressive_syndrome": other}
    assert ("positive_screen" in result.positive) == (total >= 10)


def test_the_thought_of_death_alarms_before_the_rest_is_answered():
    assert score(instrument("phq9"), {"9": 1}).alerts == ("phq9_i9",)
    assert score(instrument("phq9"), {"9": 0}).alerts == ()
    assert _phq9(3, 3, 3, 3, 3, 3, 2, 0, 0).alerts == ("phq9_severe",)
    assert "10" not in score(instrument("phq9"), {}).missing


@pytest.mark.parametrize(
    ("symptoms", "fits"),
    [
        ({1, 6, 8, 9, 15, 16}, True),
        ({5, 7, 13, 14, 19, 20}, True),
        ({6, 8, 9, 15, 16}, False),
        ({1, 8, 9, 15, 16}, False),
        ({1, 6, 8, 15, 16}, False),
        ({1, 6, 8, 9, 15}, False),
    ],
)
def test_pcl5_counts_a_symptom_from_moderately_on_in_each_cluster(symptoms, fits):
    result = score(instrument("pcl5"), {str(number): 2 if number in symptoms else 1 for number in range(1, 21)})
    assert result.derived == {"provisional_ptsd": fits}
    assert result.total == 20 + len(symptoms)
    assert sum(result.subscores.values()) == result.total
    assert set(result.subscores) == {"B_intrusion", "C_avoidance", "D_cognition_mood", "E_arousal"}


@pytest.mark.parametrize(("total", "band"), [(30, "below_cut"), (31, "probable_ptsd"), (33, "probable_ptsd")])
def test_pcl5_cuts_at_thirty_one(total, band):
    result = score(instrument("pcl5"), answers_with_total(instrument("pcl5"), total))
    assert (result.band, result.positive) == (band, ("probable_ptsd",) if total >= 31 else ())


@pytest.mark.parametrize(
    ("answers", "total", "missing"),
    [
        ({"exposure": 0}, 0, ()),
        ({"exposure": 0, "1": 1}, 0, ()),
        ({}, None, ("exposure",)),
        ({"1": 1, "2": 1}, None, ("exposure",)),
        ({"exposure": 1, "1": 1, "2": 1, "3": 1, "4": 1}, None, ("5",)),
        ({"exposure": 1, "1": 1, "2": 1, "3": 1, "4": 1, "5": 0}, 4, ()),
    ],
)
def test_pcptsd5_asks_for_symptoms_only_after_an_event(answers, total, missing):
    result = score(instrument("pcptsd5"), answers)
    assert (result.total, result.missing) == (total, missing)
    assert ("positive_screen" in result.positive) == (total is not None and total >= 4)


@pytest.mark.parametrize(
    ("total", "sex", "is_positive"),
    [(2, "female", 0), (3, "female", 1), (3, "", 1), (3, "unknown", 1), (3, "other", 1), (3, "male", 0), (4, "male", 1), (12, "male", 1)],
)
def test_auditc_cuts_lower_for_women_and_where_the_sex_is_unknown(total, sex, is_positive):
    answers = {"1": min(4, total), "2": max(0, min(4, total - 4)), "3": max(0, total - 8)}
    result = score(instrument("auditc"), answers, sex=sex)
    assert (result.total, len(result.positive)) == (total, is_positive)


def test_auditc_asks_no_more_of_who_never_drinks():
    assert score(instrument("auditc"), {"1": 0}).total == 0
    assert score(instrument("auditc"), {"1": 0, "2": 4, "3": 4}).total == 0
    assert score(instrument("auditc"), {"1": 1}).missing == ("2", "3")


@pytest.mark.parametrize(
    ("answers", "risk", "missing"),
    [
        ({"1": 0, "2": 0, "6": 0}, "none", ()),
        ({"1": 1, "2": 0, "6": 0}, "low", ()),
        ({"1": 0, "2": 1, "3": 0, "4": 0, "5": 0, "6": 0}, "low", ()),
        ({"1": 0, "2": 1, "3": 1, "4": 0, "5": 0, "6": 0}, "moderate", ()),
        ({"1": 0, "2": 0, "6": 1, "6b": 0}, "moderate", ()),
        ({"1": 0, "2": 0, "6": 1, "6b": 1}, "high", ()),
        ({"1": 0, "2": 1, "3": 0, "4": 1, "5": 0, "6": 0}, "high", ()),
        ({"1": 0, "2": 1, "3": 0, "4": 0, "5": 1, "6": 0}, "high", ()),
        ({"1": 1, "2": 1, "4": 1}, "high", ("3", "5", "6")),
        ({"5": 1}, "high", ("1", "2", "6")),
        ({"1": 0, "2": 0}, None, ("6",)),
        ({"1": 0, "2": 0, "6": 1}, None, ("6b",)),
        ({"1": 1, "2": 1, "3": 1, "6": 0}, None, ("4", "5")),
        ({}, None, ("1", "2", "6")),
    ],
)
def test_the_columbia_screener_never_takes_an_unfinished_answer_for_less(answers, risk, missing):
    result = score(instrument("cssrs_screener"), answers)
    assert (result.subscores["risk"], result.band, result.missing) == (risk, risk or "", missing)
    assert result.alerts == ((f"cssrs_{risk}",) if risk in ("low", "moderate", "high") else ())


BAM = {item.id: 0 for item in instrument("bam").items}


@pytest.mark.parametrize("name", ["use", "risk", "protective"])
@pytest.mark.parametrize("which", ["bam", "bamr"])
def test_a_part_of_the_bam_waits_for_its_own_questions_only(which, name):
    told = instrument(which)
    for item in told.scoring["subscales"][name]:
        result = score(told, {key: value for key, value in BAM.items() if key != item})
        assert {part for part, value in result.subscores.items() if value is None} == {name}
        assert result.missing == (item,)
    assert score(told, BAM).total is None


@pytest.mark.parametrize(("item", "part"), [("14", "protective"), ("17", ""), ("7E", "")])
def test_bam_counts_income_as_four_and_some_questions_nowhere(item, part):
    result = score(instrument("bam"), {**BAM, item: 4})
    assert sum(result.subscores.values()) == (4 if part else 0)
    assert score(instrument("bam"), {**BAM, "14": 1}).problems[0].item == "14"


@pytest.mark.parametrize(("step", "counts"), [(0, 0), (1, 8), (2, 15), (3, 22), (4, 30)])
def test_bamr_weighs_steps_as_days(step, counts):
    assert score(instrument("bamr"), {**BAM, "8": step}).subscores["risk"] == counts
    assert score(instrument("bamr"), {**BAM, "14": min(step, 1)}).subscores["protective"] == (30 if step else 0)


HRSN = {"1": 0, "2": [0], "3": 0, "4": 0, "5": 0, "6": 0, "7": 1, "8": 1, "9": 1, "10": 1}


@pytest.mark.parametrize(
    ("answers", "needs", "code"),
    [
        ({"1": 1}, ["housing"], "Z59.811"),
        ({"1": 2}, ["housing"], "Z59.00"),
        ({"2": [2, 7]}, ["housing"], "Z59.10"),
        ({"3": 1}, ["food"], "Z59.41"),
        ({"4": 2}, ["food"], "Z59.41"),
        ({"5": 1}, ["transportation"], "Z59.82"),
        ({"6": 1}, ["utilities"], "Z59.12"),
        ({"6": 2}, ["utilities"], "Z59.861"),
        ({"7": 5, "8": 4}, ["safety"], "Z63.0"),
        ({"7": 5, "8": 3}, [], ""),
        ({"11": 1}, ["financial"], "Z59.87"),
        ({"12": 2}, ["employment"], "Z56.0"),
        ({"13": 1}, [], ""),
        ({"13": 2}, ["family_community_support"], ""),
        ({"14": 2}, [], ""),
        ({"14": 3}, ["family_community_support"], "Z60.2"),
        ({"15": 1}, ["education_language"], "Z60.3"),
        ({"16": 1}, ["education_language"], "Z55.5"),
        ({"17": 5, "18": 30}, [], ""),
        ({"17": 3, "18": 40}, ["physical_activity"], ""),
        ({"17": 0}, ["physical_activity"], ""),
        ({"22": 1}, ["substance_use"], ""),
        ({"23": 1, "24": 1}, [], ""),
        ({"23": 1, "24": 2}, ["mental_health"], ""),
        ({"25": 2}, [], ""),
        ({"25": 3}, ["mental_health"], ""),
        ({"26": 1}, ["disability"], ""),
    ],
)
def test_ahc_hrsn_names_each_need_with_a_code_that_fits(answers, needs, code):
    result = score(instrument("ahc_hrsn"), {**HRSN, **answers})
    assert result.subscores["needs"] == needs
    assert code in result.subscores["z_codes"] if code else True
    assert result.missing == ()


def test_ahc_hrsn_waits_for_its_ten_questions_and_for_halves_of_pairs():
    told = instrument("ahc_hrsn")
    for item in HRSN:
        result = score(told, {key: value for key, value in HRSN.items() if key != item})
        assert (result.missing, result.subscores["needs"]) == ((item,), None)
    assert score(told, {**HRSN, "2": []}).missing == ("2",)
    assert score(told, {**HRSN, "2": [0, 3]}).problems[0].code == AnswerProblem.CONTRADICTS_ITSELF
    assert score(told, {**HRSN, "23": 1}).missing == ("24",)
    assert score(told, {**HRSN, "17": 2}).missing == ("18",)
    assert score(told, {**HRSN, "7": 5, "8": 5}).alerts == ("hrsn_safety",)


def test_taps_scores_each_substance_by_itself():
    told = instrument("taps2")
    gates = {item.id: 0 for item in told.items if item.is_gate}
    assert set(score(told, gates).subscores.values()) == {0}
    assert score(told, gates).missing == ()
    result = score(told, {**gates, "alcohol_a": 1, "alcohol_b": 1, "alcohol_c": 1, "alcohol_d": 0, "rx_opioids_a": 1})
    assert (result.subscores["alcohol"], result.bands["alcohol"], result.subscores["rx_opioids"]) == (2, "higher_risk", None)
    assert result.missing == ("rx_opioids_b", "rx_opioids_c")
    positive = score(told, {**gates, "heroin_a": 1, "heroin_b": 0, "heroin_c": 0})
    assert (positive.bands["heroin"], positive.positive) == ("problem_use", ("positive_opioid",))


@pytest.mark.parametrize(("third", "total"), [(0, 10), (1, 9)])
def test_the_third_question_of_the_dast_counts_the_other_way(third, total):
    assert score(instrument("dast10"), {**{str(number): 1 for number in range(1, 11)}, "3": third}).total == total


@pytest.mark.parametrize(
    ("count", "together", "impact", "result"), [(7, 1, 2, "positive"), (13, 1, 3, "positive"), (6, 1, 3, "negative"), (7, 0, 3, "negative"), (7, 1, 1, "negative")]
)  # fmt: skip
def test_mdq_needs_seven_at_one_time_and_a_moderate_problem(count, together, impact, result):
    answers = {str(number): int(number <= count) for number in range(1, 14)} | {"14": together, "15": impact}
    told = score(instrument("mdq"), answers)
    assert (told.subscores, told.band) == ({"count": count, "result": result}, result)
    assert told.alerts == (("mdq_pos",) if result == "positive" else ())
    for item in ("1", "14", "15"):
        assert score(instrument("mdq"), {key: value for key, value in answers.items() if key != item}).subscores["result"] is None


@pytest.mark.parametrize(
    ("domain", "item", "may_miss"), [("physical", "10", 1), ("environment", "8", 1), ("psychological", "5", 0), ("social", "20", 0)]
)
def test_whoqol_puts_the_mean_for_one_answer_in_two_domains_only(domain, item, may_miss):
    told = instrument("whoqol_bref")
    answers = {entry.id: 4 for entry in told.items} | {"3": 2, "4": 2, "26": 2}
    assert score(told, answers).subscores[domain] == 75.0
    result = score(told, {key: value for key, value in answers.items() if key != item})
    assert (result.subscores[domain], result.missing) == (75.0 if may_miss else None, (item,))
    two = score(told, {key: value for key, value in answers.items() if key not in told.scoring["domains"][domain][-2:]})
    assert two.subscores[domain] is None


@pytest.mark.parametrize(("pain", "raw"), [(0, 17), (1, 16), (3, 16), (4, 15), (6, 15), (7, 14), (9, 14), (10, 13)])
def test_promis_counts_pain_in_five_steps(pain, raw):
    answers = {f"g{number:02}": 4 for number in range(1, 11)} | {"g07": pain}
    result = score(instrument("promis10"), answers).subscores
    assert (result["gph_raw"], result["gmh_raw"], result["gmh_t"]) == (raw, 16, 53.3)
    assert result["gph_t"] == {17: 54.1, 16: 50.8, 15: 47.7, 14: 44.9, 13: 42.3}[raw]


def test_what_partners_send_is_kept_and_not_scored():
    assert (instrument("prapare").items, score(instrument("prapare"), {}).total) == ((), None)
    assert missing_items(instrument("bam"), {"6": 4}) == tuple(
        item.id for item in instrument("bam").items if item.is_scored and item.id != "6"
    )
