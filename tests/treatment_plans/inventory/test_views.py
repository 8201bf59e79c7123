from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from treatment_plans.inventory.actions import draw_stock, receive_lot
from treatment_plans.inventory.models import Lot, Product, StockEntry


@pytest.fixture
def nurse(clinic, sign_in):
    return sign_in(clinic.nurse)


def url(name, *args):
    return reverse(f"treatment_plans:{name}", args=args)


def receive(clinic, product, now, number, expires_on=date(2027, 1, 1), site=None):
    return receive_lot(
        product=product, site=site or clinic.north, number=number, expires_on=expires_on, mg=Decimal(1000), by=clinic.nurse, at=now
    )


def test_the_shelf_shows_what_is_left_until_when_and_not_the_other_site(clinic, methadone, now, nurse):
    receive(clinic, methadone, now, "M-1")
    receive(clinic, methadone, now, "S-1", site=clinic.south)
    receive(clinic, methadone, now, "E-1")
    Lot.objects.filter(number="E-1").update(remaining_mg=0)
    page = nurse.get(url("stock")).content.decode()
    assert "M-1" in page
    assert "1,000" in page
    assert "S-1" not in page
    assert "E-1" not in page
    assert "E-1" in nurse.get(url("stock"), {"empty": "1"}).content.decode()


def test_the_shelf_costs_the_same_for_two_lots_and_for_twelve(clinic, methadone, now, nurse, query_count):
    for n in range(2):
        receive(clinic, methadone, now, f"A-{n}")
    nurse.get(url("stock"))
    with query_count(5):
        nurse.get(url("stock"))
    for n in range(10):
        receive(clinic, methadone, now, f"B-{n}")
    with query_count(5):
        page = nurse.get(url("stock"))
    assert page.content.decode().count("data-row-link") == 12


def test_the_ledger_costs_the_same_for_two_rows_and_for_twelve(clinic, methadone, now, nurse, query_count):
    lot = receive(clinic, methadone, now, "M-1")
    draw = {"product": methadone, "site": clinic.north, "mg": Decimal(40), "by": clinic.nurse, "at": now}
    draw_stock(**draw)
    nurse.get(url("lot", lot.pk))
    with query_count(6):
        nurse.get(url("lot", lot.pk))
    for _ in range(10):
        draw_stock(**draw)
    with query_count(6):
        page = nurse.get(url("lot", lot.pk)).content.decode()
    assert page.count("Dispensed") == 11
    assert "560" in page


def test_a_long_ledger_goes_on_page_by_page(clinic, methadone, now, nurse):
    lot = receive(clinic, methadone, now, "M-1")
    for _ in range(52):
        draw_stock(product=methadone, site=clinic.north, mg=Decimal(1), by=clinic.nurse, at=now)
    first = nurse.get(url("lot", lot.pk))
    assert first.content.decode().count("Dispensed") == 50
    following = nurse.get(url("lot", lot.pk) + first.context["table"].next_url)
    assert following.content.decode().count("Dispensed") == 2
    assert "Received" in following.content.decode()


def test_a_nurse_receives_a_lot_of_a_new_product_counts_it_and_writes_off_a_spill(clinic, now, nurse):
    assert nurse.post(url("product_new"), {"rxnorm": "991147", "mg_per_ml": "10"}).status_code == 302
    product = Product.objects.get()
    assert (product.substance, product.form, product.mg_per_ml) == ("methadone", "oral concentrate", 10)
    delivery = {"product": product.pk, "site": clinic.north.pk, "number": "M-7", "expires_on": "2031-01-01", "mg": "1000"}
    assert nurse.post(url("receive"), delivery).status_code == 302
    lot = Lot.objects.get()
    assert nurse.post(url("count", lot.pk), {"counted_mg": "990", "note": "Pump drift"}).status_code == 302
    spill = {"mg": "10", "witness": clinic.prescriber.pk, "note": "Spilled"}
    assert nurse.post(url("waste", lot.pk), spill).status_code == 302
    assert list(StockEntry.objects.order_by("id").values_list("move", "change_mg")) == [
        ("received", 1000),
        ("counted", -10),
        ("wasted", -10),
    ]
    page = nurse.get(url("lot", lot.pk)).content.decode()
    assert f"Spilled · Witness: {clinic.prescriber.full_name}" in page


def test_what_is_refused_is_said_at_its_field_and_what_was_typed_stays(clinic, methadone, now, nurse):
    lot = receive(clinic, methadone, now, "M-1")
    answer = nurse.post(url("count", lot.pk), {"counted_mg": "995", "note": ""})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The book says 1000 mg, so 5 mg differ. Say what explains it." in page
    assert 'value="995"' in page
    own = nurse.post(url("waste", lot.pk), {"mg": "1", "witness": clinic.nurse.pk, "note": "x"})
    assert own.status_code == 422
    assert StockEntry.objects.count() == 1


def test_a_director_reads_the_stock_and_changes_nothing(clinic, methadone, now, sign_in):
    lot = receive(clinic, methadone, now, "M-1")
    browser = sign_in(clinic.director)
    page = browser.get(url("lot", lot.pk)).content.decode()
    assert "M-1" in page
    assert url("count", lot.pk) not in page
    assert browser.post(url("count", lot.pk), {"counted_mg": "1", "note": "x"}).status_code == 403
    assert Lot.objects.get().remaining_mg == 1000


def test_a_lot_of_another_site_is_as_unknown_as_one_that_never_was(clinic, methadone, now, sign_in):
    lot = receive(clinic, methadone, now, "M-1")
    south = sign_in(clinic.hire(Role.NURSE, clinic.south))
    for name in ("lot", "count", "waste"):
        assert south.get(url(name, lot.pk)).status_code == 404
        assert south.get(url(name, 999_999)).status_code == 404
    assert "M-1" not in south.get(url("stock")).content.decode()
