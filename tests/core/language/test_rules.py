"""What the language lint finds, and what it passes over."""

import pytest

from casemgr.core.language.rules import find_terms, terms


@pytest.mark.parametrize("term", terms().values(), ids=lambda term: term.words)
def test_each_word_of_the_data_is_found_with_what_to_say_instead(term):
    for words in (term.words, term.words if term.words.isupper() else term.words.capitalize()):
        text = f"We wrote {words} here."
        finding = find_terms(text)[0]
        assert text[finding.start : finding.end] == finding.found
        assert finding.found.lower() == term.words.lower()
        assert (finding.prefer, finding.source) == (term.prefer, term.source)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The ADDICT relapsed.", ["ADDICT", "relapsed"]),
        ("Two drug  users and felons", ["drug  users", "felons"]),
        ("She is on MAT. The yoga mat.", ["MAT"]),
        ("He has been clean since May", ["been clean"]),
        ("addiction, an addictive, cleanser, matter", []),
        ("non-compliant; noncompliant", ["non-compliant", "noncompliant"]),
        ("Es adicta.", ["adicta"]),
        ("", []),
    ],
)
def test_words_are_whole_in_any_case_with_their_plurals(text, found):
    assert [finding.found for finding in find_terms(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "She says “I am an addict”.",
        'He said: "I relapsed" and smiled.',
        "Her words: 'just a junkie'.",
        "Ella dice «soy adicta».",
        "She says “I relapsed and",
        "F11.10 Opioid abuse, uncomplicated",
        "Opioid abuse, uncomplicated was refuted.".replace(" was refuted", ""),
        "Family history of alcohol abuse and dependence",
        "Took the Drug Abuse Screening Test.",
        "Brought clean clothes.",
        "The apartment is clean.",
        "His dirty laundry",
        "Survived child abuse; was abused by an uncle.",
        "Good sleep habits, and vice versa.",
        "Met at the homeless shelter.",
        "Ropa limpia, abuso sexual",
    ],
)
def test_quotes_titles_and_harmless_words_are_passed_over(text):
    assert find_terms(text) == []


def test_what_stands_beside_a_quotation_or_behind_a_code_is_found():
    assert [one.found for one in find_terms("“I relapsed.” The addict left.")] == ["addict"]
    assert [one.found for one in find_terms("F11.10 Opioid abuse, uncomplicated. Called an addict.")] == ["addict"]
