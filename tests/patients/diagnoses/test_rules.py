import pytest

from patients.diagnoses.rules import RevisionProblem, axis_of, find_codes, icd_codes, revision_problems, tidy_code


@pytest.mark.parametrize(
    ("code", "axis"),
    [
        ("F10.10", "substance_use"),
        ("F11.20", "substance_use"),
        ("F19.99", "substance_use"),
        ("F20.9", "mental_health"),
        ("F32.1", "mental_health"),
        ("F09", "mental_health"),
        ("Z55.0", "social"),
        ("Z59.00", "social"),
        ("Z65.3", "social"),
        ("Z66", None),
        ("Z79.891", None),
        ("T40.1X1A", None),
        ("O99.320", None),
    ],
)
def test_the_code_decides_the_axis(code, axis):
    assert axis_of(code) == axis


@pytest.mark.parametrize(("typed", "official"), [("f1120", "F11.20"), ("F11.20", "F11.20"), (" z59.00 ", "Z59.00"), ("f20", "F20")])
def test_a_code_is_written_one_way(typed, official):
    assert tidy_code(typed) == official


@pytest.mark.parametrize(
    ("typed", "first"),
    [("f112", "F11.20"), ("opioid dependence remission", "F11.21"), ("REMISSION opioid dep", "F11.21"), ("homelessness", "Z59.00")],
)
def test_a_code_is_found_by_its_beginning_or_words_of_its_title(typed, first):
    assert find_codes(typed)[0].code == first


def test_what_is_no_code_finds_nothing():
    assert find_codes("") == []
    assert find_codes("xyzzy") == []
    assert len(find_codes("f")) == 20


def test_the_list_of_codes_covers_both_axes_and_the_social_ones():
    axes = [axis_of(code) for code in icd_codes()]
    assert len(icd_codes()) == 723
    assert (axes.count("substance_use"), axes.count("mental_health"), axes.count("social")) == (458, 92, 82)


@pytest.mark.parametrize(
    ("was", "certainty", "course", "has_end", "basis", "problems"),
    [
        ("provisional", "confirmed", "active", False, "", []),
        ("provisional", "refuted", "active", False, "", [RevisionProblem.REFUTED_WITHOUT_BASIS]),
        ("provisional", "refuted", "active", False, "Only while using.", []),
        ("confirmed", "confirmed", "active", True, "", [RevisionProblem.ENDED_YET_ACTIVE]),
        ("confirmed", "confirmed", "resolved", True, "", []),
        ("refuted", "confirmed", "active", False, "", [RevisionProblem.REFUTED_ALREADY]),
    ],
)
def test_a_diagnosis_changes_with_reasons(was, certainty, course, has_end, basis, problems):
    assert revision_problems(was=was, certainty=certainty, course=course, has_end=has_end, basis=basis) == problems
