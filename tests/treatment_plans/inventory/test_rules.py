from datetime import date, timedelta
from decimal import Decimal

import pytest

from treatment_plans.inventory.models import Substance
from treatment_plans.inventory.rules import CATALOGUE, catalogue, is_another_drug, is_oral, is_usable, measure, say_mg


def test_the_catalogue_names_the_products_by_their_rxnorm_code_and_says_where_it_comes_from():
    assert len(catalogue()) == 41
    concentrate = catalogue()["991147"]
    assert (concentrate.name, concentrate.ingredient, concentrate.form) == (
        "methadone hydrochloride 10 MG/ML Oral Solution",
        "methadone",
        "oral concentrate",
    )
    assert "U.S. National Library of Medicine" in (CATALOGUE.parent / "NOTICE").read_text()


def test_every_methadone_of_the_catalogue_is_taken_by_mouth():
    forms = {entry.form for entry in catalogue().values() if entry.ingredient == Substance.METHADONE}
    assert forms == {"oral concentrate", "oral solution", "tablet", "dispersible tablet"}
    assert all(is_oral(form) for form in forms)


@pytest.mark.parametrize("form", ["injection", "SC injection (Sublocade 100 mg)", "SL film", "solution for injection", ""])
def test_what_is_not_listed_as_oral_is_not_oral(form):
    assert not is_oral(form)


def test_a_code_of_another_drug_is_noticed_and_an_unknown_one_is_free():
    assert is_another_drug("351265", "methadone")
    assert not is_another_drug("991147", "methadone")
    assert not is_another_drug("1010604", "buprenorphine")
    assert not is_another_drug("0", "methadone")


def test_a_lot_may_be_used_on_its_last_day_and_not_after():
    day = date(2026, 3, 4)
    assert is_usable(day, day)
    assert not is_usable(day - timedelta(days=1), day)


def test_amounts_are_said_without_zeros_that_carry_nothing():
    assert [say_mg(Decimal(mg)) for mg in ("40.000", "0.500", "100", "2.125")] == ["40", "0.5", "100", "2.125"]


def test_a_liquid_is_measured_in_milliliters_and_a_tablet_is_not():
    assert measure(Decimal(45), Decimal(10)) == Decimal("4.50")
    assert measure(Decimal(45), None) is None
