"""Read orders, doses, and all that decides about the next one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Closure, OpeningHours, Purpose, Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.refusals import Reason
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.inventory.models import Product
from treatment_plans.inventory.rules import say_mg
from treatment_plans.medication.models import Dose, DosingDay, MedicationStatement, Order, OrderState
from treatment_plans.medication.rules import (
    BENZODIAZEPINES,
    LOOK_BACK,
    MISSED_COUNSELLING_DAYS,
    POSITIVE_CODES,
    URINE_RESULT_DAYS,
    Blocker,
    DosingCalendar,
    Given,
    Known,
    Terms,
    Warned,
    missed_in_a_row,
)

REASONS: dict[str, Any] = {
    "not_a_dispenser": _("Only a nurse or prescriber of this site may give doses."),
    "no_initials": _("Sign with your initials."),
    "deceased": _("The record says that this person has died."),
    "not_in_care": _("This person is not admitted to this program. Admit first."),
    "identity_not_checked": _("Say how you checked who stands before you."),
    "no_order": _("No order reaches %(day)s. Ask the prescriber for one."),
    "on_hold": _("The order is on hold: %(reason)s. A prescriber must decide before the next dose."),
    "missed_too_many": _("%(days)s scheduled days in a row were missed, since %(since)s. A prescriber must decide before the next dose."),
    "past_day": _("%(day)s is over. A dose is given today or not at all."),
    "future_day": _("%(day)s is not a closed day that follows today, so its dose is given on that day."),
    "site_closed": _("This site gives no doses on %(day)s: it is closed."),
    "take_home_in_hand": _("A take-home dose for %(day)s is in hand (%(mg)s mg, handed out at %(at)s by %(by)s)."),
    "already_given": _("The dose for %(day)s was given already"),
    "part_without_amount": _("Say how many milligrams this part of the day holds."),
    "not_positive": _("The amount must be more than zero."),
    "more_than_ordered": _("%(mg)s mg with %(before)s mg given before is more than the %(ordered)s mg ordered for the day."),
    "first_day_unexplained": _("More than %(limit)s mg of methadone on the first day needs the prescriber's written reason in the order."),
    "not_oral": _("Methadone is given by mouth only."),
    "site_of_another_program": _("This site belongs to another program."),
    "runs_elsewhere": _("Another program gives this medication already. Speak with its prescriber first."),
    "order_in_the_past": _("An order starts today or later, not on %(day)s."),
    "ends_before_it_starts": _("The order must last at least one day."),
    "later_order": _("Another order starts on %(day)s. End this one by then, or end the other first."),
}
"""What each blocker says to the person who reads it."""

WARNINGS: dict[str, Any] = {
    "benzodiazepine": _("Takes a benzodiazepine (%(title)s): look for sedation, talk about naloxone. Do not withhold the dose for it."),
    "sedative_diagnosis": _(
        "Has a sedative use disorder on record: look for sedation, talk about naloxone. Do not withhold the dose for it."
    ),
    "urine_result": _("A positive laboratory result of late: %(title)s. It is no reason to withhold the dose."),
    "missed_counselling": _("Missed a counselling session of late. It is no reason to withhold the dose."),
    "other_substance_today": _("Was given %(substance)s today too. Ask the prescriber if that is meant."),
    "missed_days": _("Missed days in a row before today: %(days)s. Ask about use and tolerance."),
}
"""What each warning says to the person at the window."""

COUNSELLING = ["individual", "group", "family"]
CLOSURES_AHEAD = timedelta(days=14)
IN_FORCE = [OrderState.ACTIVE, OrderState.ON_HOLD]


TERMS = ("substance", "form", "daily_mg", "starts_on", "ends_on", "state", "hold_reason", "first_day_reason", "missed_counted_from")
FACTS = """
SELECT o.patient_id, o.program_id, o.site_id, o.product_id, o.substance, o.daily_mg, o.starts_on, o.ends_on, o.state, o.hold_reason,
    o.first_day_reason, o.missed_counted_from, product.form, product.name AS product_name, site.name AS site_name, site.time_zone,
    clock.today,
    ARRAY(SELECT weekday FROM casemgr_openinghours WHERE site_id = o.site_id AND purpose = 'dosing') AS weekdays,
    ARRAY(
        SELECT day FROM casemgr_closure
        WHERE site_id = o.site_id AND day BETWEEN clock.today - %(look_back)s::interval AND clock.today + %(ahead)s::interval
    ) AS closures,
    (
        SELECT max(admitted_on) FROM patients_episode
        WHERE patient_id = o.patient_id AND program_id = o.program_id AND (discharged_on IS NULL OR discharged_on > clock.today)
    ) AS admitted_on,
    (
        SELECT for_day FROM treatment_plans_dose
        WHERE patient_id = o.patient_id AND substance = o.substance AND for_day < clock.today ORDER BY for_day DESC LIMIT 1
    ) AS last_dose_on,
    ARRAY(
        SELECT for_day FROM treatment_plans_dose
        WHERE patient_id = o.patient_id AND substance = o.substance AND for_day >= clock.today - %(look_back)s::interval
    ) AS covered,
    (
        SELECT json_agg(json_build_object(
            'substance', dose.substance, 'for_day', dose.for_day, 'day_part', dose.day_part, 'mg', dose.mg,
            'is_take_home', dose.is_take_home, 'given_at', dose.given_at, 'by', giver.full_name
        ) ORDER BY dose.id)
        FROM treatment_plans_dose dose JOIN casemgr_user giver ON giver.id = dose.given_by_id
        WHERE dose.patient_id = o.patient_id AND dose.for_day >= clock.today
    ) AS given,
    (
        SELECT title FROM treatment_plans_medicationstatement
        WHERE patient_id = o.patient_id AND status = 'active' AND title ~* %(benzodiazepines)s ORDER BY at DESC LIMIT 1
    ) AS benzodiazepine,
    EXISTS (
        SELECT FROM patients_diagnosis
        WHERE patient_id = o.patient_id AND code LIKE 'F13%%' AND course = 'active' AND certainty <> 'refuted'
    ) AS sedative_diagnosis,
    (
        SELECT title FROM patients_observation
        WHERE patient_id = o.patient_id AND kind = 'laboratory' AND observed_at BETWEEN %(urine_since)s AND %(at)s
            AND (value_code = ANY(%(positive)s) OR value_text ILIKE 'positive%%' OR value_text ILIKE 'detected%%')
        ORDER BY observed_at DESC LIMIT 1
    ) AS urine_result,
    EXISTS (
        SELECT FROM treatment_plans_appointment
        WHERE patient_id = o.patient_id AND state = 'no_show' AND kind = ANY(%(counselling)s)
            AND starts_at BETWEEN %(missed_since)s AND %(at)s
    ) AS missed_counselling
FROM treatment_plans_order o
JOIN treatment_plans_product product ON product.id = o.product_id
JOIN casemgr_site site ON site.id = o.site_id
CROSS JOIN LATERAL (SELECT (%(at)s AT TIME ZONE site.time_zone)::date AS today) clock
WHERE o.id = %(order)s
"""
"""All that decides about one dose. Written by hand: a dose is given at a window with a line behind it, and this costs the least."""


def reason_for(blocker: Blocker) -> Reason:
    """Say a blocker to the person who reads it."""
    values = _in_words(blocker.values)
    text = str(REASONS[blocker.code]) % values
    if blocker.code == "already_given":
        told = gettext(": %(mg)s mg at %(at)s by %(by)s.") % values if "by" in values else "."
        text = f"{text}{told}"
    return Reason(text, field=blocker.field, code=blocker.code, source=blocker.source)


def warning_words(warned: Warned) -> str:
    """Say a warning to the person at the window."""
    return str(WARNINGS[warned.code]) % _in_words(warned.values)


def _in_words(values: Mapping[str, object]) -> dict[str, object]:
    """Say days and amounts as people do."""
    said: dict[str, object] = {}
    for name, value in values.items():
        match value:
            case date():
                said[name] = date_format(value, "MONTH_DAY_FORMAT")
            case Decimal():
                said[name] = say_mg(value)
            case _:
                said[name] = value
    return said


def orders_seen_by(user: User) -> QuerySet[Order]:
    """Return the orders of the patients whose medication this user may see, in the programs where that right is held."""
    programs = {m.program_id for m in user.reach(Can.SEE_MEDICATION)}
    return Order.objects.filter(program_id__in=programs, patient__in=patients_seen_by(user, can=Can.SEE_MEDICATION))


def doses_seen_by(user: User) -> QuerySet[Dose]:
    """Return the doses of the patients whose medication this user may see."""
    programs = {m.program_id for m in user.reach(Can.SEE_MEDICATION)}
    return Dose.objects.filter(order__program_id__in=programs, patient__in=patients_seen_by(user, can=Can.SEE_MEDICATION))


def orders_of(patient: Patient) -> QuerySet[Order]:
    """Return the orders of a patient, newest first."""
    return Order.objects.filter(patient=patient).select_related("product", "site", "prescriber").order_by("-starts_on", "-id")


def doses_of(patient: Patient) -> QuerySet[Dose]:
    """Return the doses of a patient, newest first."""
    return Dose.objects.filter(patient=patient).select_related("order__product", "given_by", "lot").order_by("-for_day", "-id")


def statements_of(patient: Patient) -> QuerySet[MedicationStatement]:
    """Return what others are known to have ordered or given, newest first."""
    return MedicationStatement.objects.filter(patient=patient).order_by("-at", "-id")


def orders_in_force(orders: QuerySet[Order], day: date) -> QuerySet[Order]:
    """Return those that reach a day, on hold or not."""
    return orders.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), state__in=IN_FORCE, starts_on__lte=day)


def calendar_of(site: Site, *, around: date) -> DosingCalendar:
    """Return the days on which a site gives doses, near a day."""
    hours = OpeningHours.objects.filter(site=site, purpose=Purpose.DOSING).values_list("weekday", flat=True)
    closures = Closure.objects.filter(site=site, day__range=(around - LOOK_BACK, around + CLOSURES_AHEAD)).values_list("day", flat=True)
    return DosingCalendar(frozenset(hours), frozenset(closures))


@dataclass(frozen=True)
class DoseFacts:
    """Hold all that decides about a dose of one order now, and what is worth knowing before it."""

    patient_id: int
    product: Product
    site: Site
    terms: Terms
    calendar: DosingCalendar
    today: date
    covered: frozenset[date]
    given: tuple[Given, ...]
    in_care: bool
    is_first_day: bool
    benzodiazepine: str
    sedative_diagnosis: bool
    urine_result: str
    missed_counselling: bool

    @property
    def missed(self) -> list[date]:
        """Return the scheduled days missed in a row up to yesterday."""
        since = self.terms.missed_counted_from or self.terms.starts_on
        return missed_in_a_row(before=self.today, since=since, covered=self.covered, calendar=self.calendar)

    @property
    def known(self) -> Known:
        """Return what the person at the window should know."""
        others = [dose.substance for dose in self.given if dose.for_day == self.today and dose.substance != self.terms.substance]
        return Known(
            benzodiazepine=self.benzodiazepine,
            sedative_diagnosis=self.sedative_diagnosis,
            urine_result=self.urine_result,
            missed_counselling=self.missed_counselling,
            other_substance_today=others[0] if others else "",
            missed_days=len(self.missed),
        )


def facts_for_a_dose(order_id: int, at: datetime, *, lock: bool = False) -> DoseFacts:
    """Return what the order, its site, its patient and the record say about a dose now, in one statement.

    With `lock` the order is held until the end; the patient must be held already, or what is read of doses may be old.
    """
    parameters = {
        "order": order_id,
        "at": at,
        "look_back": LOOK_BACK,
        "ahead": CLOSURES_AHEAD,
        "benzodiazepines": BENZODIAZEPINES,
        "positive": list(POSITIVE_CODES),
        "urine_since": at - timedelta(days=URINE_RESULT_DAYS),
        "missed_since": at - timedelta(days=MISSED_COUNSELLING_DAYS),
        "counselling": COUNSELLING,
    }
    with connection.cursor() as cursor:
        cursor.execute(FACTS + (" FOR NO KEY UPDATE OF o" if lock else ""), parameters)
        row = cursor.fetchone()
        names = [column.name for column in cursor.description]
    if row is None:
        raise Order.DoesNotExist(f"There is no order {order_id}.")
    return _facts_in(dict(zip(names, row, strict=True)))


def _facts_in(row: dict[str, Any]) -> DoseFacts:
    """Return the facts that one row of `FACTS` holds."""
    site = Site(pk=row["site_id"], name=row["site_name"], time_zone=row["time_zone"], program_id=row["program_id"])
    product = Product(pk=row["product_id"], name=row["product_name"], form=row["form"], substance=row["substance"])
    last, admitted = row["last_dose_on"], row["admitted_on"]
    return DoseFacts(
        patient_id=row["patient_id"],
        product=product,
        site=site,
        terms=Terms(**{name: row[name] for name in TERMS}),
        calendar=DosingCalendar(frozenset(row["weekdays"]), frozenset(row["closures"])),
        today=row["today"],
        covered=frozenset(row["covered"]),
        given=tuple(_given_in(dose, site) for dose in row["given"] or ()),
        in_care=admitted is not None and admitted <= row["today"],
        is_first_day=last is None or (admitted is not None and last < admitted),
        benzodiazepine=row["benzodiazepine"] or "",
        sedative_diagnosis=row["sedative_diagnosis"],
        urine_result=row["urine_result"] or "",
        missed_counselling=row["missed_counselling"],
    )


def _given_in(dose: dict[str, Any], site: Site) -> Given:
    """Return one dose that `FACTS` found, its time as the clock of the site said it."""
    when = date_format(datetime.fromisoformat(dose["given_at"]).astimezone(site.zone), "TIME_FORMAT")
    day, mg = date.fromisoformat(dose["for_day"]), Decimal(str(dose["mg"]))
    return Given(dose["substance"], day, dose["day_part"], mg, dose["is_take_home"], when, dose["by"])


@dataclass
class Waiting:
    """Hold one line of the dosing list: an order, what was given for it, what was missed."""

    order: Order
    given: list[Dose] = field(default_factory=list)
    missed: list[date] = field(default_factory=list)
    missed_yesterday: bool = False

    @property
    def is_given(self) -> bool:
        """Say whether the whole day is covered."""
        return sum(dose.mg for dose in self.given) >= self.order.daily_mg or any(dose.day_part == "whole" for dose in self.given)

    @property
    def is_on_hold(self) -> bool:
        """Say whether a prescriber must decide first."""
        return self.order.state == OrderState.ON_HOLD


def dosing_list(user: User, site: Site, day: date) -> list[Waiting]:
    """Return everybody with an order at a site on a day, by name, in as many statements for two people as for two hundred."""
    orders = list(
        orders_in_force(orders_seen_by(user).filter(site=site), day)
        .select_related("patient", "product")
        .order_by("patient__family_name", "patient__given_name", "id")
    )
    calendar = calendar_of(site, around=day)
    doses = doses_by_person(orders, since=day - LOOK_BACK)
    return [_waiting(order, doses[order.patient_id, order.substance], calendar, day) for order in orders]


def doses_by_person(orders: Iterable[Order], *, since: date) -> dict[tuple[int, str], list[Dose]]:
    """Return the doses of late of the people of these orders, by person and substance, in one statement."""
    found: dict[tuple[int, str], list[Dose]] = defaultdict(list)
    people = {order.patient_id for order in orders}
    for dose in Dose.objects.filter(patient_id__in=people, for_day__gte=since).select_related("given_by").order_by("-for_day", "id"):
        found[dose.patient_id, dose.substance].append(dose)
    return found


def _waiting(order: Order, doses: list[Dose], calendar: DosingCalendar, day: date) -> Waiting:
    """Return one line of the dosing list."""
    covered = {dose.for_day for dose in doses}
    missed = missed_in_a_row(before=day, since=order.missed_counted_from, covered=covered, calendar=calendar)
    return Waiting(order, [dose for dose in doses if dose.for_day == day], missed, bool(missed) and missed[0] == day - timedelta(days=1))


def dosing_days_to_close(at: datetime) -> list[tuple[Site, date]]:
    """Return sites and days whose last dosing hour is over and that nobody has closed yet; yesterday too, should a night have been lost."""
    closed = set(DosingDay.objects.filter(day__gte=at.date() - timedelta(days=3)).values_list("site_id", "day"))
    hours = defaultdict(list)
    for site_id, weekday, closes in OpeningHours.objects.filter(purpose=Purpose.DOSING).values_list("site_id", "weekday", "closes"):
        hours[site_id, weekday].append(closes)
    pending = []
    for site in Site.objects.filter(is_active=True, pk__in=Order.objects.filter(state__in=IN_FORCE).values("site")):
        local = at.astimezone(site.zone)
        yesterday = local.date() - timedelta(days=1)
        last = max(hours[site.pk, local.weekday()], default=None)
        over = [yesterday] + ([local.date()] if last is not None and local.time() > last else [])
        pending += [(site, day) for day in over if (site.pk, day) not in closed]
    return pending
