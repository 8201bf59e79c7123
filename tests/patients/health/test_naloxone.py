from datetime import date

import pytest

from casemgr.core.refusals import Refused
from patients.health.naloxone.actions import end_naloxone_kit, give_naloxone
from patients.health.naloxone.queries import kits_in_hand, naloxone_need_of
from patients.health.naloxone.rules import KitInHand, NaloxoneNeed, need_of_naloxone
from patients.health.rules import months_before

TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("kits", "need"),
    [
        ([], NaloxoneNeed.NONE_IN_HAND),
        ([(date(2025, 1, 1), date(2026, 3, 4))], NaloxoneNeed.EXPIRED),
        ([(date(2025, 6, 1), date(2026, 4, 2))], NaloxoneNeed.EXPIRES_SOON),
        ([(date(2025, 6, 1), date(2026, 4, 3))], None),
        ([(date(2025, 3, 4), date(2027, 1, 1))], None),
        ([(date(2025, 3, 3), date(2027, 1, 1))], NaloxoneNeed.GIVEN_LONG_AGO),
        ([(date(2025, 6, 1), None)], None),
        ([(date(2024, 6, 1), None)], NaloxoneNeed.GIVEN_LONG_AGO),
        ([(date(2024, 1, 1), date(2025, 1, 1)), (date(2026, 1, 1), date(2028, 1, 1))], None),
    ],
)
def test_the_best_kit_in_hand_decides(kits, need):
    assert need_of_naloxone([KitInHand(*kit) for kit in kits], TODAY) == need


@pytest.mark.parametrize(
    ("day", "before"),
    [(date(2026, 3, 4), date(2025, 3, 4)), (date(2028, 2, 29), date(2027, 2, 28)), (date(2026, 12, 31), date(2025, 12, 31))],
)
def test_a_year_before_is_the_same_day(day, before):
    assert months_before(day, 12) == before


def test_what_is_in_hand_is_computed_from_what_became_of_the_kits(here, by, patient):
    kit = give_naloxone(given_on=date(2026, 1, 10), expires_on=date(2028, 1, 1), lot="N77", training="shown_back", **here)
    assert naloxone_need_of(patient, TODAY) is None
    end_naloxone_kit(kit=kit, state="used", ended_on=TODAY, **by)
    assert naloxone_need_of(patient, TODAY) == NaloxoneNeed.NONE_IN_HAND
    give_naloxone(given_on=TODAY, expires_on=date(2028, 6, 1), replaces=kit, **here)
    assert kits_in_hand(patient).get().replaces == kit
    with pytest.raises(Refused, match="in hand no longer"):
        end_naloxone_kit(kit=kit, state="lost", ended_on=TODAY, **by)


def test_a_kit_that_was_offered_and_not_wanted_is_a_fact_too(here, patient):
    give_naloxone(given_on=TODAY, state="declined", **here)
    assert naloxone_need_of(patient, TODAY) == NaloxoneNeed.NONE_IN_HAND


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"given_on": date(2026, 3, 5)}, {"given_on"}),
        ({"given_on": TODAY, "expires_on": date(2026, 1, 1)}, {"expires_on"}),
        ({"given_on": TODAY, "doses": 0}, {"doses"}),
        ({"given_on": TODAY, "product": "water"}, {"product"}),
    ],
)
def test_what_cannot_be_is_refused(here, fields, facts, wrong):
    with pytest.raises(Refused) as refused:
        give_naloxone(**facts, **here)
    assert fields(refused) == wrong


@pytest.mark.parametrize("state", ["in_hand", "declined"])
def test_what_became_of_a_kit_is_said(here, by, state):
    kit = give_naloxone(given_on=TODAY, **here)
    with pytest.raises(Refused, match="what became of the kit"):
        end_naloxone_kit(kit=kit, state=state, ended_on=TODAY, **by)


def test_a_kit_replaces_one_of_the_same_person(here, clinic):
    other = give_naloxone(given_on=TODAY, **{**here, "patient": clinic.patient()})
    with pytest.raises(Refused, match="same person"):
        give_naloxone(given_on=TODAY, replaces=other, **here)
