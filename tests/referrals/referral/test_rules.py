from patients.consent.models import InformationCategory, PurposeOfUse
from referrals.referral.rules import TOLD_FOR, waits_too_long, what_is_told


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


def test_a_week_of_waiting_is_borne_and_more_is_marked():
    assert not waits_too_long(7)
    assert waits_too_long(8)
