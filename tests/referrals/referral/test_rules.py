import pytest

from patients.consent.models import InformationCategory, PurposeOfUse
from referrals.referral.rules import TOLD_FOR, WORDS_OF, parts_beside, tells_all, waits_too_long, what_is_told


def test_a_referral_tells_what_its_purpose_needs_and_no_more():
    assert what_is_told("housing") == ("demographics", "contact", "housing")
    assert what_is_told("employment") == ("demographics", "contact", "employment")
    assert what_is_told("treatment") == ("demographics", "contact", "medications", "diagnoses", "plan")
    assert what_is_told("other") == ("demographics", "contact")


def test_housing_and_work_are_never_told_of_medications_diagnoses_or_sessions():
    for purpose in ("housing", "employment", "other"):
        assert not {"medications", "diagnoses", "plan", "sessions", "screenings"} & set(what_is_told(purpose))


def test_only_known_purposes_and_parts_of_the_record_are_named():
    assert set(TOLD_FOR) <= set(PurposeOfUse.values)
    assert {part for purpose in PurposeOfUse.values for part in what_is_told(purpose)} <= set(InformationCategory.values)


def test_the_words_of_a_referral_go_along_with_all_its_parts_or_stay():
    assert tells_all("housing", ["contact", "demographics", "housing", "plan"])
    assert not tells_all("housing", ["contact", "demographics"])


@pytest.mark.parametrize(
    ("purpose", "text", "parts"),
    [
        ("treatment", "On methadone, HIV positive", ["infections"]),
        ("housing", "On Methadone, HIV positive, pregnant", ["medications", "infections", "pregnancy"]),
        ("housing", "Victoria House; she aids a neighbor, from Friday, at 12 River Court", []),
        ("housing", "Necesita una cama: violencia doméstica, VIH", ["infections", "partner_violence"]),
        ("employment", "Drug court date on Monday, before: trauma", ["trauma", "legal"]),
    ],
)
def test_a_text_that_speaks_of_other_parts_is_looked_over(purpose, text, parts):
    assert parts_beside(purpose, text) == parts
    assert set(WORDS_OF) <= set(InformationCategory.values)


def test_a_week_of_waiting_is_borne_and_more_is_marked():
    assert not waits_too_long(7)
    assert waits_too_long(8)
