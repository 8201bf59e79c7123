from datetime import date

import pytest

from patients.consent.rules import (
    ConsentFacts,
    Decision,
    Paper,
    Recipient,
    consent_carrying,
    missing_elements,
    redisclosure_of,
    scope_of,
)

TODAY = date(2026, 3, 4)
HOSPITAL = Recipient(7, "hospital", "covered_entity")
LANDLORD = Recipient(8, "housing")
COURT = Recipient(9, "justice")
WHOLE = Paper(
    kind="specific",
    purposes=["treatment"],
    categories=["demographics", "medications"],
    description="My medications",
    revocation_statement="Tell us at any time",
    redisclosure_statement="It may be passed on",
    refusal_statement="",
    signed_by="Rosa Lane",
    signer_relationship="patient",
    signed_on=date(2026, 3, 1),
    valid_until=date(2026, 9, 1),
    ends_with="",
)
TPO = WHOLE._replace(kind="tpo", refusal_statement="Nothing follows", valid_until=None, ends_with="none")


def facts(paper=WHOLE, number=1, **changes):
    values = {"program_id": 3, "state": "active", "recipients": [7], "today": TODAY, "treatment_ended": False, **changes}
    return ConsentFacts(id=number, paper=paper, **values)


def asked(*consents, recipient=HOSPITAL, purpose="treatment", categories=("medications",)):
    return consent_carrying(recipient, purpose, frozenset(categories), consents)


def elements(paper, *recipients):
    return [missing.element for missing in missing_elements(paper, recipients or [HOSPITAL], TODAY)]


def test_a_whole_consent_opens_what_it_says():
    assert elements(WHOLE) == []
    assert elements(TPO) == []
    assert asked(facts()) == Decision(1)
    assert asked(facts()).allowed


@pytest.mark.parametrize(
    ("change", "element"),
    [
        ({"purposes": []}, "purposes"),
        ({"categories": []}, "categories"),
        ({"description": ""}, "description"),
        ({"revocation_statement": ""}, "revocation_statement"),
        ({"valid_until": None}, "valid_until"),
        ({"signed_by": ""}, "signed_by"),
        ({"signer_relationship": ""}, "signer_relationship"),
        ({"signed_on": None}, "signed_on"),
        ({"signed_on": date(2026, 3, 5)}, "signed_on_later"),
        ({"valid_until": date(2026, 3, 1)}, "valid_until_past"),
        ({"valid_until": None, "ends_with": "none"}, "ends_with_none"),
        ({"redisclosure_statement": ""}, "redisclosure_statement"),
    ],
)
def test_each_missing_element_is_named_and_closes_the_consent(change, element):
    paper = WHOLE._replace(**change)
    assert elements(paper) == [element]
    refused = asked(facts(paper))
    assert not refused.allowed
    assert refused.lacking != ()


def test_all_missing_elements_are_named_at_once():
    empty = Paper("tpo", [], [], "", "", "", "", "", "", None, None, "")
    assert [missing.element for missing in missing_elements(empty, [], TODAY)] == [
        "recipients",
        "purposes",
        "categories",
        "description",
        "revocation_statement",
        "valid_until",
        "signed_by",
        "signer_relationship",
        "signed_on",
        "redisclosure_statement",
        "refusal_statement",
    ]


def test_a_consent_for_treatment_payment_and_operations_is_for_nothing_else():
    assert elements(TPO._replace(purposes=["treatment", "housing"])) == ["purposes_tpo"]
    assert elements(TPO._replace(refusal_statement="")) == ["refusal_statement"]


def test_redisclosure_must_be_told_only_where_hipaa_permits_it():
    silent = WHOLE._replace(redisclosure_statement="")
    assert elements(silent, LANDLORD) == []
    assert elements(silent._replace(purposes=["housing"]), HOSPITAL) == []
    assert elements(silent, LANDLORD, HOSPITAL) == ["redisclosure_statement"]


def test_a_court_is_named_in_no_consent_of_these_kinds_and_told_nothing():
    assert elements(WHOLE, COURT) == ["justice"]
    assert asked(facts(recipients=[9]), recipient=COURT).lacking == ("justice",)


@pytest.mark.parametrize(
    ("change", "question", "lacking"),
    [
        ({"state": "revoked"}, {}, ("revoked",)),
        ({"state": "draft"}, {}, ("not_active",)),
        ({"today": date(2026, 9, 1)}, {}, ("expired",)),
        ({"today": date(2026, 2, 28)}, {}, ("not_signed_yet",)),
        ({"recipients": [8]}, {}, ("recipient",)),
        ({}, {"purpose": "payment"}, ("purpose",)),
        ({}, {"categories": ("medications", "plan")}, ("category",)),
        ({}, {"categories": ()}, ("category",)),
        (
            {"state": "revoked", "recipients": [8]},
            {"purpose": "housing", "categories": ("plan",)},
            ("revoked", "recipient", "purpose", "category"),
        ),
    ],
)
def test_no_says_for_want_of_what(change, question, lacking):
    assert asked(facts(**change), **question)[:2] == (1, lacking)


def test_it_holds_until_the_day_before_it_ends():
    assert asked(facts(today=date(2026, 8, 31))).allowed
    assert not asked(facts(today=date(2026, 9, 1))).allowed


def test_the_end_of_the_treatment_ends_it():
    paper = TPO._replace(ends_with="End of the treatment ")
    assert asked(facts(paper)).allowed
    assert asked(facts(paper, treatment_ended=True)).lacking == ("expired",)
    assert asked(facts(TPO, treatment_ended=True)).allowed


def test_the_newest_consent_that_carries_it_is_the_one():
    assert asked(facts(number=1), facts(number=3, state="revoked"), facts(number=2)).consent_id == 2


def test_of_several_that_do_not_the_nearest_explains():
    far = facts(number=1, recipients=[8], state="revoked")
    near = facts(WHOLE._replace(categories=["demographics"]), number=2)
    assert asked(far, near) == Decision(2, ("category",), ())


def test_without_any_consent_that_is_said():
    assert asked() == Decision(None, ("no_consent",))


def test_a_consent_that_became_deficient_opens_nothing_and_says_what_it_lacks():
    silent = facts(WHOLE._replace(redisclosure_statement=""))
    assert asked(silent, recipient=Recipient(7, "hospital", "neither")).allowed
    refused = asked(silent)
    assert refused.lacking == ("deficient",)
    assert [(missing.element, missing.source) for missing in refused.elements] == [("redisclosure_statement", "42 CFR 2.31(a)(4)(iii)")]


@pytest.mark.parametrize(
    ("kind", "recipient", "regime"),
    [
        ("tpo", HOSPITAL, "as_hipaa"),
        ("tpo", Recipient(1, "treatment_program", "neither", True), "as_consented"),
        ("tpo", LANDLORD, "to_contractors"),
        ("specific", HOSPITAL, "as_consented"),
    ],
)
def test_what_a_recipient_may_do_with_it(kind, recipient, regime):
    assert redisclosure_of(kind, recipient) == regime


def test_the_scope_is_explained_in_a_sentence():
    assert scope_of(facts()) == (
        "Consent 1, signed 2026-03-01, until 2026-09-01, revocable at any time."
        " Purpose: treatment. Information: demographics, medications. In words: My medications"
    )
