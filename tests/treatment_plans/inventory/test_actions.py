from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from casemgr.core.accounts.models import Program, Site
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.refusals import Denied, Refused
from treatment_plans.inventory.actions import add_product, count_lot, draw_stock, receive_lot, waste_stock
from treatment_plans.inventory.models import Lot, Product, StockEntry

TODAY = date(2026, 3, 4)


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def ledger():
    return list(StockEntry.objects.order_by("id").values_list("lot__number", "move", "change_mg", "remaining_mg"))


def receive(clinic, product, now, number, expires_on=date(2027, 1, 1), mg=1000, site=None):
    return receive_lot(
        product=product, site=site or clinic.north, number=number, expires_on=expires_on, mg=Decimal(mg), by=clinic.nurse, at=now
    )


def draw(clinic, product, now, mg, **more):
    return draw_stock(**{"product": product, "site": clinic.north, "mg": Decimal(mg), "by": clinic.nurse, "at": now, **more})


def test_a_delivery_is_the_first_row_of_the_ledger(clinic, methadone, now):
    lot = receive(clinic, methadone, now, "M-1", mg="999.5")
    assert (lot.remaining_mg, lot.is_open, lot.recorded_by) == (Decimal("999.5"), True, clinic.nurse)
    assert ledger() == [("M-1", "received", Decimal("999.5"), Decimal("999.5"))]


def test_a_delivery_that_cannot_be_right_is_refused_with_everything_at_once(clinic, methadone, now):
    receive(clinic, methadone, now, "M-1")
    with pytest.raises(Refused) as refused:
        receive(clinic, methadone, now, "M-1", expires_on=date(2026, 3, 3), mg=0)
    assert codes(refused) == ["not_positive", "expired", "known"]
    assert Lot.objects.count() == 1
    assert receive(clinic, methadone, now, "M-1", site=clinic.south).site == clinic.south


def test_stock_is_drawn_from_the_usable_lot_that_expires_next(clinic, methadone, now):
    receive(clinic, methadone, now, "late", expires_on=date(2027, 1, 1), mg=100)
    receive(clinic, methadone, now, "soon", expires_on=date(2026, 4, 1), mg=100)
    receive(clinic, methadone, now, "today", expires_on=TODAY, mg=30)
    Lot.objects.create(
        product=methadone,
        site=clinic.north,
        number="expired",
        expires_on=date(2026, 3, 3),
        remaining_mg=100,
        recorded_at=now,
        recorded_by=clinic.nurse,
    )
    assert [draw(clinic, methadone, now, mg).lot.number for mg in (30, 60, 60, 40, 40)] == ["today", "soon", "late", "soon", "late"]
    assert {lot.number: lot.remaining_mg for lot in Lot.objects.all()} == {"today": 0, "soon": 0, "late": 0, "expired": 100}
    with pytest.raises(Refused) as refused:
        draw(clinic, methadone, now, 1)
    assert codes(refused) == ["out_of_stock"]


def test_a_draw_takes_nothing_from_another_site_product_or_closed_lot(clinic, methadone, buprenorphine, now):
    receive(clinic, methadone, now, "south", site=clinic.south)
    receive(clinic, buprenorphine, now, "film")
    receive(clinic, methadone, now, "closed")
    Lot.objects.filter(number="closed").update(is_open=False)
    with pytest.raises(Refused):
        draw(clinic, methadone, now, 1)
    assert {lot.remaining_mg for lot in Lot.objects.all()} == {1000}


def test_a_draw_is_one_statement_beside_its_record(clinic, methadone, now, query_count):
    receive(clinic, methadone, now, "M-1")
    with query_count(5):  # savepoint, author, draw, audit, release
        entry = draw(clinic, methadone, now, 40)
    assert (entry.move, entry.change_mg, entry.remaining_mg, entry.by_id, entry.at) == ("dispensed", -40, 960, clinic.nurse.pk, now)


def test_the_database_keeps_a_lot_from_falling_below_nothing_and_the_ledger_from_lying(clinic, methadone, now):
    lot = receive(clinic, methadone, now, "M-1", mg=10)
    for wrong in (
        lambda: Lot.objects.update(remaining_mg=-1),
        lambda: StockEntry.objects.create(lot=lot, move="dispensed", change_mg=1, remaining_mg=1, at=now, by=clinic.nurse),
        lambda: StockEntry.objects.create(lot=lot, move="wasted", change_mg=-1, remaining_mg=1, at=now, by=clinic.nurse),
        lambda: StockEntry.objects.create(
            lot=lot, move="wasted", change_mg=-1, remaining_mg=1, at=now, by=clinic.nurse, witness=clinic.nurse
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
    with pytest.raises(DatabaseError), transaction.atomic():
        StockEntry.objects.all().delete()
    assert ledger() == [("M-1", "received", 10, 10)]


def test_waste_is_watched_by_somebody_else_and_explained(clinic, methadone, now):
    lot = receive(clinic, methadone, now, "M-1", mg=100)
    entry = waste_stock(lot=lot, mg=Decimal("2.5"), witness=clinic.prescriber, note="Spilled", by=clinic.nurse, at=now)
    assert (entry.move, entry.change_mg, entry.remaining_mg, entry.witness, entry.note) == (
        "wasted",
        Decimal("-2.5"),
        Decimal("97.5"),
        clinic.prescriber,
        "Spilled",
    )
    with pytest.raises(Refused) as refused:
        waste_stock(lot=lot, mg=Decimal(98), witness=clinic.nurse, note=" ", by=clinic.nurse, at=now)
    assert codes(refused) == ["more_than_left", "own_witness", "no_note"]
    assert "The lot holds 97.5 mg only." in str(refused.value)
    assert Lot.objects.get().remaining_mg == Decimal("97.5")


def test_a_witness_works_in_the_program(clinic, methadone, now):
    lot = receive(clinic, methadone, now, "M-1")
    other = Program.objects.create(name="Hill Street Program")
    stranger = clinic.hire(Role.NURSE, Site.objects.create(program=other, name="Hill"), program=other)
    with pytest.raises(Refused) as refused:
        waste_stock(lot=lot, mg=Decimal(1), witness=stranger, note="Spilled", by=clinic.nurse, at=now)
    assert codes(refused) == ["not_staff"]


def test_a_count_that_agrees_is_written_down_and_one_that_differs_is_explained(clinic, methadone, now):
    lot = receive(clinic, methadone, now, "M-1", mg=100)
    agreed = count_lot(lot=lot, counted_mg=Decimal(100), note="", by=clinic.nurse, at=now)
    assert (agreed.move, agreed.change_mg) == ("counted", 0)
    with pytest.raises(Refused) as refused:
        count_lot(lot=lot, counted_mg=Decimal(95), note="", by=clinic.nurse, at=now)
    assert str(refused.value) == "The book says 100 mg, so 5 mg differ. Say what explains it."
    assert refused.value.reasons[0].field == "note"
    corrected = count_lot(lot=lot, counted_mg=Decimal(95), note="Pump drift", by=clinic.nurse, at=now)
    assert (corrected.change_mg, corrected.remaining_mg, corrected.note) == (-5, 95, "Pump drift")
    assert Lot.objects.get().remaining_mg == 95
    with pytest.raises(Refused):
        count_lot(lot=lot, counted_mg=Decimal(-1), note="x", by=clinic.nurse, at=now)


def test_methadone_that_is_not_oral_does_not_come_on_the_list(clinic, now):
    with pytest.raises(Refused) as refused:
        add_product(name="x", substance="methadone", form="injection", rxnorm="351265", by=clinic.nurse, at=now)
    assert codes(refused) == ["not_oral", "another_drug", "no_strength"]
    assert not Product.objects.exists()


def test_a_product_is_listed_once(clinic, methadone, now):
    with pytest.raises(Refused) as refused:
        add_product(
            name="again", substance="methadone", form="tablet", rxnorm=methadone.rxnorm, mg_per_unit=Decimal(5), by=clinic.nurse, at=now
        )
    assert codes(refused) == ["known"]


@pytest.mark.parametrize("role", [Role.PRESCRIBER, Role.CASE_MANAGER, Role.DIRECTOR, Role.ADMINISTRATOR])
def test_only_nurses_manage_the_stock(clinic, methadone, now, role):
    lot = receive(clinic, methadone, now, "M-1")
    by = clinic.staff[role]
    for verb in (
        lambda: receive_lot(product=methadone, site=clinic.north, number="M-2", expires_on=date(2027, 1, 1), mg=Decimal(1), by=by, at=now),
        lambda: waste_stock(lot=lot, mg=Decimal(1), witness=clinic.nurse, note="x", by=by, at=now),
        lambda: count_lot(lot=lot, counted_mg=Decimal(1), note="x", by=by, at=now),
    ):
        with pytest.raises(Denied):
            verb()
    assert ledger() == [("M-1", "received", 1000, 1000)]
    assert AuditEvent.objects.filter(outcome="denied", actor_id=by.pk).count() == 3
