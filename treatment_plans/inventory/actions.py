"""Take stock in, out and count it; the only writer of lots and ledger."""

from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from treatment_plans.inventory.models import Lot, Product, StockEntry, StockMove
from treatment_plans.inventory.queries import shortage
from treatment_plans.inventory.rules import (
    DISPENSING_LOG_SOURCE,
    INVENTORY_SOURCE,
    ORAL_SOURCE,
    WASTE_SOURCE,
    is_another_drug,
    is_oral,
    is_usable,
    say_mg,
)

DRAW = """
WITH drawn AS (
    UPDATE treatment_plans_lot SET remaining_mg = remaining_mg - %(mg)s
    WHERE remaining_mg >= %(mg)s AND id = (
        SELECT id FROM treatment_plans_lot
        WHERE product_id = %(product)s AND site_id = %(site)s AND is_open AND expires_on >= %(today)s AND remaining_mg >= %(mg)s
        ORDER BY expires_on, id LIMIT 1 FOR NO KEY UPDATE
    ) RETURNING id, remaining_mg
)
INSERT INTO treatment_plans_stockentry (lot_id, move, change_mg, remaining_mg, at, by_id, note)
SELECT id, 'dispensed', -%(mg)s, remaining_mg, %(at)s, %(by)s, '' FROM drawn
RETURNING id, lot_id, move, change_mg, remaining_mg, at, by_id, witness_id, note
"""
"""Take an amount out of one lot and write the ledger row, in one statement: the condition decides, not what somebody read before."""


@action(Can.MANAGE_STOCK)
def add_product(
    *,
    name: str,
    substance: str,
    form: str,
    rxnorm: str,
    ndc: str = "",
    mg_per_ml: Decimal | None = None,
    mg_per_unit: Decimal | None = None,
    by: User,
    at: datetime,
) -> Product:
    """Put a product on the list of what may be stocked."""
    reasons = []
    if substance == "methadone" and not is_oral(form):
        reasons.append(
            Reason(_("Methadone is given by mouth only: choose an oral form."), field="form", code="not_oral", source=ORAL_SOURCE)
        )
    if is_another_drug(rxnorm, substance):
        reasons.append(Reason(_("RxNorm knows this code as another medication."), field="rxnorm", code="another_drug", source="RxNorm"))
    if not any(strength is not None and strength > 0 for strength in (mg_per_ml, mg_per_unit)):
        reasons.append(Reason(_("Say the strength, per milliliter or per unit."), field="mg_per_ml", code="no_strength"))
    if Product.objects.filter(rxnorm=rxnorm).exists():
        reasons.append(Reason(_("There is already a product with this RxNorm code."), field="rxnorm", code="known"))
    if reasons:
        raise Refused(*reasons)
    return Product.objects.create(
        name=name, substance=substance, form=form, rxnorm=rxnorm, ndc=ndc, mg_per_ml=mg_per_ml, mg_per_unit=mg_per_unit
    )


@action(Can.MANAGE_STOCK)
def receive_lot(*, product: Product, site: Site, number: str, expires_on: date, mg: Decimal, by: User, at: datetime) -> Lot:
    """Take a lot into stock."""
    reasons = []
    if mg <= 0:
        reasons.append(Reason(_("Say how many milligrams came in."), field="mg", code="not_positive"))
    if not is_usable(expires_on, at.astimezone(site.zone).date()):
        reasons.append(Reason(_("This lot has expired. Do not put it on the shelf."), field="expires_on", code="expired"))
    if Lot.objects.filter(product=product, site=site, number=number).exists():
        reasons.append(Reason(_("Lot %(number)s is here already. Count it instead.") % {"number": number}, field="number", code="known"))
    if reasons:
        raise Refused(*reasons)
    lot = Lot.objects.create(
        product=product, site=site, number=number, expires_on=expires_on, remaining_mg=mg, recorded_at=at, recorded_by=by
    )
    _write_entry(lot, StockMove.RECEIVED, mg, by=by, at=at)
    return lot


@action(Can.ADMINISTER_DOSE)
def draw_stock(*, product: Product, site: Site, mg: Decimal, by: User, at: datetime) -> StockEntry:
    """Take one dose out of the usable lot that expires next."""
    today = at.astimezone(site.zone).date()
    with connection.cursor() as cursor:
        cursor.execute(DRAW, {"mg": mg, "product": product.pk, "site": site.pk, "today": today, "at": at, "by": by.pk})
        row = cursor.fetchone()
        if row is not None:
            return StockEntry.from_db(connection.alias, [field.attname for field in StockEntry._meta.concrete_fields], row)
    raise Refused(shortage(product, site, mg=mg, today=today) or Reason(_("The stock changed just now. Try again."), code="out_of_stock"))


@action(Can.MANAGE_STOCK)
def waste_stock(*, lot: Lot, mg: Decimal, witness: User, note: str, by: User, at: datetime) -> StockEntry:
    """Write off what was spilled or spoiled, before a second pair of eyes."""
    locked = _locked(lot)
    reasons = []
    if mg <= 0:
        reasons.append(Reason(_("Say how many milligrams were wasted."), field="mg", code="not_positive"))
    if mg > locked.remaining_mg:
        text = _("The lot holds %(left)s mg only. Count it first.") % {"left": say_mg(locked.remaining_mg)}
        reasons.append(Reason(text, field="mg", code="more_than_left"))
    if witness.pk == by.pk:
        reasons.append(Reason(_("The witness must be somebody else than you."), field="witness", code="own_witness", source=WASTE_SOURCE))
    elif not witness.is_active or not witness.roles_in(locked.program_id):
        text = _("%(name)s does not work in this program. Name a colleague who watched.") % {"name": witness.full_name}
        reasons.append(Reason(text, field="witness", code="not_staff", source=WASTE_SOURCE))
    if not note.strip():
        reasons.append(Reason(_("Say what happened."), field="note", code="no_note", source=DISPENSING_LOG_SOURCE))
    if reasons:
        raise Refused(*reasons)
    return _change(locked, StockMove.WASTED, -mg, witness=witness, note=note, by=by, at=at)


@action(Can.MANAGE_STOCK)
def count_lot(*, lot: Lot, counted_mg: Decimal, note: str, by: User, at: datetime) -> StockEntry:
    """Write down what a count found; what differs from the book is written off or added in the same row."""
    locked = _locked(lot)
    variance = counted_mg - locked.remaining_mg
    reasons = []
    if counted_mg < 0:
        reasons.append(Reason(_("A count cannot be below zero."), field="counted_mg", code="negative"))
    if variance and not note.strip():
        text = _("The book says %(book)s mg, so %(variance)s mg differ. Say what explains it.") % {
            "book": say_mg(locked.remaining_mg),
            "variance": say_mg(abs(variance)),
        }
        reasons.append(Reason(text, field="note", code="variance_unexplained", source=INVENTORY_SOURCE))
    if reasons:
        raise Refused(*reasons)
    return _change(locked, StockMove.COUNTED, variance, note=note, by=by, at=at)


def _locked(lot: Lot) -> Lot:
    """Return the lot as it is now, held until the end."""
    return Lot.objects.select_for_update(of=("self",), no_key=True).select_related("site").get(pk=lot.pk)


def _change(lot: Lot, move: StockMove, mg: Decimal, *, by: User, at: datetime, witness: User | None = None, note: str = "") -> StockEntry:
    """Change a locked lot and write the ledger row."""
    lot.remaining_mg += mg
    lot.save(update_fields=["remaining_mg"])
    return _write_entry(lot, move, mg, witness=witness, note=note, by=by, at=at)


def _write_entry(
    lot: Lot, move: StockMove, mg: Decimal, *, by: User, at: datetime, witness: User | None = None, note: str = ""
) -> StockEntry:
    """Write one row of the ledger."""
    return StockEntry.objects.create(
        lot=lot, move=move, change_mg=mg, remaining_mg=lot.remaining_mg, at=at, by=by, witness=witness, note=note
    )
