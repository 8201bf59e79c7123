"""Prescribe, give and miss doses; the only writer of orders and doses."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.recording import record_facts
from casemgr.core.refusals import Reason, Refused
from patients.episodes.models import Episode
from patients.merging.following.queries import held_for_a_dose, refuse_unless_still
from patients.record.models import Patient
from patients.transmissions.queries import news_awaited
from treatment_plans.inventory.actions import draw_stock
from treatment_plans.inventory.models import Product
from treatment_plans.inventory.queries import shortage
from treatment_plans.medication.events import DoseMissed
from treatment_plans.medication.models import (
    DayPart,
    Dose,
    DosingDay,
    MedicationStatement,
    Order,
    OrderState,
    StatementKind,
    reason_for,
    warning_words,
)
from treatment_plans.medication.queries import (
    DoseFacts,
    calendar_of,
    doses_by_person,
    facts_for_a_dose,
    orders_in_force,
    roles_at,
)
from treatment_plans.medication.rules import (
    DEFAULT_POLICY,
    LOOK_BACK,
    Blocker,
    OrderWish,
    Situation,
    Warned,
    missed_in_a_row,
    what_stands_in_the_way,
    what_stops_the_order,
    what_to_warn_of,
)

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ONCE = {"dose_given_once_per_patient_drug_day_part", "day_is_given_whole_or_in_parts"}
"""Constraints of the database that stand behind the lock."""


@action(Can.PRESCRIBE)
def write_order(
    *,
    patient: Patient,
    program: Program,
    site: Site,
    product: Product,
    daily_mg: Decimal,
    starts_on: date,
    ends_on: date | None = None,
    first_day_reason: str = "",
    instructions: str = "",
    by: User,
    at: datetime,
) -> Order:
    """Write an order; one that runs for the same substance ends on the day this one starts."""
    held_for_a_dose(patient.pk, by)
    today = at.astimezone(site.zone).date()
    order = Order(
        patient=patient,
        program=program,
        site=site,
        product=product,
        substance=product.substance,
        daily_mg=daily_mg,
        starts_on=starts_on,
        ends_on=ends_on,
        prescriber=by,
        first_day_reason=first_day_reason,
        instructions=instructions,
        recorded_at=at,
        recorded_by=by,
    )
    order.replaces = _make_room(order, today)
    order.missed_counted_from = starts_on if order.replaces is None else today
    order.save(force_insert=True)
    _let_partners_know(order, at)
    return order


@action(Can.PRESCRIBE)
def hold_order(*, order: Order, reason: str, by: User, at: datetime) -> Order:
    """Let nothing be given on an order until a prescriber decides."""
    locked = _locked(order, by)
    reasons = []
    if locked.state != OrderState.ACTIVE:
        reasons.append(Reason(_("Only an active order can be put on hold."), code="not_active"))
    if not reason.strip():
        reasons.append(Reason(_("Say why, so that everybody at the window knows."), field="reason", code="no_reason"))
    if reasons:
        raise Refused(*reasons)
    locked.state, locked.hold_reason = OrderState.ON_HOLD, reason
    locked.save(update_fields=["state", "hold_reason"])
    _let_partners_know(locked, at)
    return locked


@action(Can.PRESCRIBE)
def release_order(*, order: Order, by: User, at: datetime) -> Order:
    """Decide that an order goes on as it stands; days missed before today no longer count."""
    locked = _locked(order, by)
    if locked.state == OrderState.ENDED:
        raise Refused(Reason(_("This order has ended. Write a new one."), code="ended"))
    locked.state, locked.hold_reason = OrderState.ACTIVE, ""
    locked.missed_counted_from = at.astimezone(locked.site.zone).date()
    locked.save(update_fields=["state", "hold_reason", "missed_counted_from"])
    _let_partners_know(locked, at)
    return locked


@action(Can.PRESCRIBE)
def end_order(*, order: Order, on: date, by: User, at: datetime) -> Order:
    """Let an order reach up to a day, that day not included."""
    locked = _locked(order, by)
    today = at.astimezone(locked.site.zone).date()
    reasons = []
    if locked.state == OrderState.ENDED:
        reasons.append(Reason(_("This order has ended already."), code="ended"))
    if on < today:
        reasons.append(Reason(_("An order cannot end in the past; doses may have been given on it."), field="on", code="past_day"))
    if reasons:
        raise Refused(*reasons)
    _let_partners_know(locked, at)
    return _let_end(locked, on=on, today=today)


@action(Can.ADMINISTER_DOSE)
def administer_dose(
    *,
    order: Order,
    for_day: date,
    initials: str,
    day_part: str = DayPart.WHOLE,
    mg: Decimal | None = None,
    identity_checked_by: str = "photo",
    acknowledged: Iterable[str] = (),
    by: User,
    at: datetime,
) -> Dose:
    """Give one person the dose of a day, drawn from stock, once.

    The lock on the patient lets one of many windows through and gives the others a good sentence; the constraint stands behind it.
    """
    deceased = held_for_a_dose(order.patient_id, by) is not None
    facts = facts_for_a_dose(order.pk, at, lock=True)
    refuse_unless_still(order.patient_id, facts.patient_id, by)
    dose = Dose(
        order_id=order.pk,
        patient_id=facts.patient_id,
        site_id=facts.site.pk,
        substance=facts.terms.substance,
        for_day=for_day,
        day_part=day_part,
        given_at=at,
        given_by=by,
        initials=initials.strip(),
        is_take_home=for_day > facts.today,
        identity_checked_by=identity_checked_by,
        warnings=_answered(what_to_warn_of(facts.known), acknowledged),
    )
    amount = facts.terms.daily_mg if mg is None and day_part == DayPart.WHOLE else mg
    dose.mg = _amount_unless_refused(dose, amount, facts, deceased=deceased)
    entry = draw_stock(product=facts.product, site=facts.site, mg=dose.mg, by=by, at=at)
    dose.lot_id, dose.stock_entry_id = entry.lot_id, entry.pk
    return _write_once(dose)


@action(Can.RUN_SCHEDULE)
def note_missed_doses(*, site: Site, day: date, by: User, at: datetime) -> int:
    """Close the dosing day of a site: note who missed it, hold what the policy holds, end what ran out.

    Done once for each site and day; a second call finds the day closed and changes nothing.
    """
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    if day > at.astimezone(site.zone).date():
        raise Refused(Reason(_("This day is not over yet."), field="day", code="future_day"))
    if DosingDay.objects.filter(site=site, day=day).exists():
        return 0
    calendar = calendar_of(site, around=day)
    running = Order.objects.filter(_in_care_on(day), site=site, state=OrderState.ACTIVE)
    due = list(orders_in_force(running, day).order_by("pk").select_for_update(no_key=True)) if calendar.is_open(day) else []
    doses = doses_by_person(due, since=day - LOOK_BACK)
    missed: list[tuple[Order, list[date]]] = []
    for order in due:
        covered = {dose.for_day for dose in doses[order.patient_id, order.substance]}
        days = missed_in_a_row(before=_day_after(day), since=order.missed_counted_from, covered=covered, calendar=calendar)
        if days and days[0] == day:
            missed.append((order, days))
    _hold_after_missed(missed)
    record_facts([_missed_fact(order, days, at) for order, days in missed], at=at)
    Order.objects.filter(site=site, ends_on__lte=_day_after(day)).exclude(state=OrderState.ENDED).update(state=OrderState.ENDED)
    DosingDay.objects.create(site=site, day=day, due=len(due), missed=len(missed), closed_at=at)
    return len(missed)


@action(Can.RECORD_SCREENING)
def record_statement(
    *,
    patient: Patient,
    kind: str,
    code: str,
    title: str,
    status: str,
    at_moment: datetime,
    code_system: str = RXNORM,
    dosage: str = "",
    prescriber_name: str = "",
    by: User,
    at: datetime,
) -> MedicationStatement:
    """Write down a medication that somebody else ordered or gave."""
    if not title.strip():
        raise Refused(Reason(_("Name the medication."), field="title", code="no_title"))
    return MedicationStatement.objects.create(
        patient=patient,
        kind=kind,
        code_system=code_system,
        code=code,
        title=title,
        status=status,
        at=at_moment,
        dosage=dosage,
        prescriber_name=prescriber_name,
        recorded_at=at,
        recorded_by=by,
    )


@action(Can.RECORD_SCREENING)
def take_over_statements_in_bulk(
    *, patient: Patient, new: Sequence[MedicationStatement], changed: Sequence[MedicationStatement], by: User, at: datetime
) -> list[MedicationStatement]:
    """Take over what was ordered or given elsewhere; it never touches our own orders, doses and stock."""
    if any(row.kind not in StatementKind.values or not row.title.strip() for row in (*new, *changed)):
        raise Refused(Reason(_("Name the medication."), field="title", code="no_title"))
    mine = MedicationStatement.objects.select_for_update().filter(patient=patient, pk__in=[row.pk for row in changed])
    held = set(mine.values_list("pk", flat=True))
    fields = ["kind", "code_system", "code", "title", "status", "at", "dosage", "prescriber_name"]
    MedicationStatement.objects.bulk_update([row for row in changed if row.pk in held], fields, batch_size=500)
    for row in new:
        row.patient, row.recorded_at, row.recorded_by = patient, at, by
    return MedicationStatement.objects.bulk_create(new, batch_size=2000)


def _let_partners_know(order: Order, at: datetime) -> None:
    """Record that partners' systems may be told that something changed, if one of them asks for it."""
    record_facts([(news, at, None) for news in news_awaited("order.changed", about=order, program_id=order.program_id)], at=at)


def _locked(order: Order, by: User) -> Order:
    """Return the order as it is now, held until the end, after its patient."""
    held_for_a_dose(order.patient_id, by)
    row = Order.objects.select_for_update(of=("self",), no_key=True).select_related("site").get(pk=order.pk)
    refuse_unless_still(order.patient_id, row.patient_id, by)
    return row


def _make_room(order: Order, today: date) -> Order | None:
    """Let the order that runs end where a new one starts, and return it; or refuse the new one with everything that stops it."""
    meeting = _orders_that_meet(order.patient, order.substance, order.starts_on, order.ends_on)
    running = next((other for other in meeting if other.starts_on <= order.starts_on), None)
    stays = Episode.objects.filter(patient=order.patient, program=order.program)
    began = stays.filter(transferred_from__isnull=True).order_by("-admitted_on").values_list("admitted_on", flat=True).first()
    given = Dose.objects.filter(patient=order.patient, substance=order.substance, for_day__lt=order.starts_on)
    wish = OrderWish(
        substance=order.substance,
        form=order.product.form,
        daily_mg=order.daily_mg,
        starts_on=order.starts_on,
        ends_on=order.ends_on,
        first_day_reason=order.first_day_reason,
        today=today,
        in_care=stays.filter(discharged_on__isnull=True).exists(),
        is_first_day=not (_comes_before(running, order.starts_on, today) or given.filter(for_day__gte=began or date.min).exists()),
        same_program=order.site.program_id == order.program_id,
        runs_elsewhere=running is not None and running.program_id != order.program_id,
        later_order_from=next((other.starts_on for other in meeting if other.starts_on > order.starts_on), None),
    )
    if stops := what_stops_the_order(wish):
        raise Refused(*map(reason_for, stops))
    return None if running is None else _let_end(running, on=order.starts_on, today=today)


def _orders_that_meet(patient: Patient, substance: str, starts_on: date, ends_on: date | None) -> Sequence[Order]:
    """Return the orders whose days meet those of a new one, held until the end; an order of no days meets nothing."""
    meeting = Order.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=starts_on), patient=patient, substance=substance)
    if ends_on is not None:
        meeting = meeting.filter(starts_on__lt=ends_on)
    locked = meeting.select_for_update(no_key=True).order_by("starts_on", "pk")
    return [order for order in locked if order.ends_on is None or order.ends_on > order.starts_on]


def _comes_before(running: Order | None, starts_on: date, today: date) -> bool:
    """Say whether a running order will be dosed on before the new one starts; the first day is then the other order's."""
    return running is not None and max(running.starts_on, today) < starts_on


def _let_end(order: Order, *, on: date, today: date) -> Order:
    """Let an order end on a day; one that has not begun by then has no days at all."""
    order.ends_on = max(on, order.starts_on)
    if on <= today or on <= order.starts_on:
        order.state = OrderState.ENDED
    order.save(update_fields=["ends_on", "state"])
    return order


def _amount_unless_refused(dose: Dose, mg: Decimal | None, facts: DoseFacts, *, deceased: bool) -> Decimal:
    """Return the amount to give, or refuse with everything that stands in the way; an empty shelf is named along with the rest."""
    situation = Situation(
        today=facts.today,
        for_day=dose.for_day,
        day_part=dose.day_part,
        mg=mg,
        initials=dose.initials,
        identity_checked_by=dose.identity_checked_by,
        roles_here=roles_at(facts.site, dose.given_by),
        order=facts.terms,
        calendar=facts.calendar,
        covered=facts.covered,
        given=facts.given,
        in_care=facts.in_care,
        deceased=deceased,
        is_first_day=facts.is_first_day,
    )
    blockers = what_stands_in_the_way(situation)
    if mg is not None and not blockers:
        return mg
    missing = shortage(facts.product, facts.site, mg=mg, today=facts.today) if mg is not None else None
    raise Refused(*map(reason_for, blockers), *([missing] if missing else []))


def _answered(warnings: Iterable[Warned], acknowledged: Iterable[str]) -> list[dict[str, Any]]:
    """Return the warnings as they are kept with the dose: what was known, its source, and whether somebody said they had read it."""
    read = set(acknowledged)
    return [
        {"code": warned.code, "text": warning_words(warned), "source": warned.source, "acknowledged": warned.code in read}
        for warned in warnings
    ]


def _write_once(dose: Dose) -> Dose:
    """Write the dose; when the database knows it already, say so as the rule does."""
    try:
        dose.save(force_insert=True)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) not in ONCE:
            raise
        raise Refused(reason_for(Blocker("already_given", values={"day": dose.for_day}))) from error
    return dose


def _in_care_on(day: date) -> Exists:
    """Match the orders whose patient is in care on a day: whoever was discharged is not expected, and misses nothing."""
    stays = Episode.objects.filter(patient=OuterRef("patient"), program=OuterRef("program"), admitted_on__lte=day)
    return Exists(stays.filter(Q(discharged_on__isnull=True) | Q(discharged_on__gt=day)))


def _hold_after_missed(missed: Iterable[tuple[Order, list[date]]]) -> None:
    """Put the orders on hold whose missed days reach the policy."""
    held = [(order, days) for order, days in missed if len(days) >= DEFAULT_POLICY.hold_after]
    for order, days in held:
        order.state = OrderState.ON_HOLD
        order.hold_reason = _("%(count)s scheduled days missed in a row (%(source)s)") % {"count": len(days), "source": _("program policy")}
    Order.objects.bulk_update([order for order, _days in held], ["state", "hold_reason"])


def _missed_fact(order: Order, days: Sequence[date], at: datetime) -> tuple[DoseMissed, datetime, str]:
    """Return the fact of one missed day, with a key that lets it be recorded once."""
    fact = DoseMissed(order_id=order.pk, patient_id=order.patient_id, day=days[0].isoformat(), in_a_row=len(days))
    return fact, at, f"dose_missed:{order.pk}:{days[0]}"


def _day_after(day: date) -> date:
    """Return the next day."""
    return day + timedelta(days=1)
