"""Answers about safety are heard however another system names question and answer."""

import pytest

from patients.instruments.data import instruments
from patients.instruments.rules import SafetyAnswer, safety_answers, safety_questions

QUESTIONS = safety_questions(instruments().values())
NINE = "Thoughts that you would be better off dead, or of hurting yourself in some way"


def heard(questionnaire, link, *answers, question=""):
    entry = {"link_id": link, "question": question, "answers": list(answers)}
    return safety_answers(QUESTIONS, questionnaire, [{"link_id": "1", "answers": [{"number": 3}]}, entry])


@pytest.mark.parametrize(
    ("questionnaire", "link", "question"),
    [
        ("http://loinc.org/q/44249-1|2.80", "/44249-1/44260-8", ""),
        ("https://partner.test/Questionnaire/PHQ-9", "9", ""),
        ("https://partner.test/Questionnaire/phq9|1.0", "phq9-9", ""),
        ("urn:x:phq9", "q9", ""),
        ("https://partner.test/Questionnaire/PHQ-9-item", "phq9-item9", ""),
        ("https://partner.test/Questionnaire/intake", "group.7", NINE.upper() + "?"),
        (
            "https://partner.test/Questionnaire/intake",
            "7",
            "Ha pensado que estaría mejor muerto(a) o se le ha ocurrido lastimarse de alguna manera",
        ),
    ],
)
@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"code": "LA6570-1", "text": "More than half the days"}, 2),
        ({"number": 1.0}, 1),
        ({"text": "Varios días"}, 1),
        ({"code": "at0012", "text": "Nearly every day"}, 3),
        ({"number": 7}, 3),
        ({"code": "LA6568-5"}, 0),
        ({"text": "sometimes at night"}, None),
        ({"text": "1 - Several days"}, 1),
        ({"text": "Several days (1)"}, 1),
        ({"text": "[2] More  than half the days."}, 2),
        ({"text": "3 = siempre"}, 3),
        ({"text": "Not at all (0)"}, 0),
        ({"text": "2 - Not at all"}, 0),
        ({"text": "0 - but last month, yes"}, None),
        ({"text": "0 to 3 times"}, None),
        ({"valueCoding": {"code": "LA6571-9"}}, 3),
    ],
)
def test_the_ninth_question_of_the_phq_is_found_and_read(questionnaire, link, question, given, value):
    assert heard(questionnaire, link, given, question=question) == [SafetyAnswer("phq9", "9", value)]


@pytest.mark.parametrize("yes", [{"code": "LA33-6"}, {"code": "true"}, {"text": "Yes"}, {"code": "373066001"}, {"number": 1}])
@pytest.mark.parametrize(("link", "item"), [("93373-9/93246-7", "1"), ("93269-9", "6b"), ("93250-9", "5")])
def test_a_yes_in_the_screener_is_found_whatever_the_questionnaire_is_called(yes, link, item):
    assert heard("https://partner.test/q/1", link, {"code": "LA32-8"}, yes) == [SafetyAnswer("cssrs_screener", item, 1)]


@pytest.mark.parametrize("name", ["C-SSRS", "cssrs", "CSSRS_full", "Columbia-Suicide Severity Rating Scale"])
def test_the_screener_is_known_by_its_other_names_and_an_open_question_is_no_answer(name):
    assert heard(f"https://partner.test/q/{name}", "cssrs-2", {"text": "1 - Yes"})[1:] == [SafetyAnswer("cssrs_screener", "2", 1)]
    assert safety_answers(QUESTIONS, name, [{"link_id": "4", "answers": []}]) == []
    assert heard("Columbia Impairment Scale", "2", {"number": 3}) == []


def test_a_ninth_question_of_anything_else_is_not_about_safety():
    assert heard("https://partner.test/Questionnaire/GAD-7", "9", {"number": 3}) == []
    assert safety_answers(QUESTIONS, "phq9", [{"linkId": "9", "value": 2}, "9", {}]) == [SafetyAnswer("phq9", "9", 2)]
