"""Read orders, doses, and all that decides about the next one."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format

from casemgr.core.accounts.models import Closure, OpeningHours, Purpose, Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.refusals import Reason
from patients.caseload.queries import patients_dosed_by, patients_seen_by
from patients.episodes.models import Episode
from patients.record.models import Patient
from patients.toxicology.models import Analyte
from treatment_plans.inventory.models import Product
from treatment_plans.inventory.queries import sites_reached
from treatment_plans.medication.deciding.queries import FACTS
from treatment_plans.medication.models import Dose, DosingDay, MedicationStatement, Order, OrderState, reason_for
from treatment_plans.medication.rules import (
    BENZODIAZEPINES,
    DEFAULT_POLICY,
    LOOK_BACK,
    MISSED_COUNSELLING_DAYS,
    POSITIVE_CODES,
    URINE_RESULT_DAYS,
    WHOLE_DAY,
    DosingCalendar,
    Given,
    Known,
    Situation,
    Terms,
    Warned,
    missed_in_a_row,
    what_stands_in_the_way,
    what_to_warn_of,
)

COUNSELLING = ["individual", "group", "family"]
CLOSURES_AHEAD = timedelta(days=14)
IN_FORCE = [OrderState.ACTIVE, OrderState.ON_HOLD]
TERMS = ("substance", "form", "daily_mg", "starts_on", "ends_on", "state", "hold_reason", "first_day_reason", "missed_counted_from")


def orders_seen_by(user: User, *, can: Can = Can.SEE_MEDICATION) -> QuerySet[Order]:
    """Return the orders of the patients whose medication this user may see, in the programs where that right is held."""
    programs = {m.program_id for m in user.reach(can)}
    return Order.objects.filter(program_id__in=programs, patient__in=patients_seen_by(user, can=can))


def orders_to_dose(user: User) -> QuerySet[Order]:
    """Return the orders on which this user may give a dose at their sites.

    A restricted chart withholds no dose: whoever stands at the window is given what is ordered, and the record of it says so.
    """
    here = sites_reached(user, Can.ADMINISTER_DOSE)
    return Order.objects.filter(site__in=here, patient__in=patients_dosed_by(user))


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
    given_while_one: Given | None

    @property
    def missed(self) -> list[date]:
        """Return the scheduled days missed in a row up to yesterday."""
        since = self.terms.missed_counted_from or self.terms.starts_on
        return missed_in_a_row(before=self.today, since=since, covered=self.covered, calendar=self.calendar)

    @property
    def part_to_give(self) -> str:
        """Return the part of today that is still to be given: the whole, or what one part leaves."""
        parts = {dose.day_part for dose in self.given if dose.for_day == self.today and dose.substance == self.terms.substance}
        return {frozenset({"morning"}): "evening", frozenset({"evening"}): "morning"}.get(frozenset(parts), WHOLE_DAY)

    @property
    def days_to_hand_out(self) -> list[date]:
        """Return the closed days directly ahead whose dose may be taken home and is not in hand yet."""
        return closed_days_ahead(self.calendar, self.today, self.covered)

    @property
    def warnings(self) -> list[Warned]:
        """Return what to warn of, as the verb will keep it with the dose."""
        return what_to_warn_of(self.known)

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
            given_while_one=self.given_while_one,
        )


def facts_for_a_dose(order_id: int, at: datetime, *, lock: bool = False) -> DoseFacts:
    """Return what the order, its site, its patient and the record say about a dose now, in one statement.

    With `lock` the order is held until the end; the patient must be held already, or what is read of doses may be old.
    """
    parameters: dict[str, Any] = {
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
    last, admitted, began = row["last_dose_on"], row["admitted_on"], row["began_on"]
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
        is_first_day=last is None or (began is not None and last < began),
        benzodiazepine=row["benzodiazepine"] or "",
        sedative_diagnosis=row["sedative_diagnosis"],
        urine_result=_test_in_words(row["urine_result"] or ""),
        missed_counselling=row["missed_counselling"],
        given_while_one=_given_in(row["given_while_one"], site) if row["given_while_one"] else None,
    )


def _test_in_words(name: str) -> str:
    """Return the name of what a specimen showed, or the title of a result as it was told."""
    return str(Analyte(name).label) if name in Analyte.values else name


def _given_in(dose: dict[str, Any], site: Site) -> Given:
    """Return one dose that `FACTS` found, its time as the clock of the site said it."""
    when = date_format(datetime.fromisoformat(dose["given_at"]).astimezone(site.zone), "TIME_FORMAT")
    day, mg = date.fromisoformat(dose["for_day"]), Decimal(str(dose["mg"]))
    return Given(dose["substance"], day, dose["day_part"], mg, dose["is_take_home"], when, dose["by"])


def closed_days_ahead(calendar: DosingCalendar, today: date, covered: Collection[date]) -> list[date]:
    """Return the closed days that directly follow and that no dose in hand covers."""
    days = takewhile(lambda day: not calendar.is_open(day), (today + timedelta(days=n) for n in range(1, CLOSURES_AHEAD.days)))
    return [day for day in days if day not in covered]


def roles_at(site: Site, user: User) -> frozenset[str]:
    """Return the roles that somebody holds at a site."""
    return frozenset(m.role for m in user.current_memberships if m.program_id == site.program_id and m.site_id in (None, site.pk))


def already_in_the_way(facts: DoseFacts, user: User, *, deceased: bool) -> list[Reason]:
    """Return what will stop today's dose whatever is typed, so that the window knows before the person is asked."""
    parts = [dose for dose in facts.given if dose.for_day == facts.today and dose.substance == facts.terms.substance]
    rest = facts.terms.daily_mg - sum((dose.mg for dose in parts), Decimal(0))
    situation = Situation(
        today=facts.today,
        for_day=facts.today,
        day_part=facts.part_to_give if rest > 0 else WHOLE_DAY,
        mg=rest if rest > 0 else facts.terms.daily_mg,
        initials="-",
        identity_checked_by="-",
        roles_here=roles_at(facts.site, user),
        order=facts.terms,
        calendar=facts.calendar,
        covered=facts.covered,
        given=facts.given,
        in_care=facts.in_care,
        deceased=deceased,
        is_first_day=facts.is_first_day,
    )
    return [reason_for(blocker) for blocker in what_stands_in_the_way(situation)]


@dataclass
class Waiting:
    """Hold one line of the dosing list: an order, what was given for it, what was missed."""

    order: Order
    given: list[Dose] = made(default_factory=list)
    missed: list[date] = made(default_factory=list)
    missed_yesterday: bool = False
    to_take_home: list[date] = made(default_factory=list)

    @property
    def names(self) -> str:
        """Return the names that a search at the window looks into."""
        return f"{self.order.patient.display_name} {self.order.patient.legal_name}".lower()

    @property
    def is_given(self) -> bool:
        """Say whether the whole day is covered."""
        return sum(dose.mg for dose in self.given) >= self.order.daily_mg or any(dose.day_part == "whole" for dose in self.given)

    @property
    def is_on_hold(self) -> bool:
        """Say whether a prescriber must decide first, by the order or by the days missed."""
        return self.order.state == OrderState.ON_HOLD or (not self.given and len(self.missed) >= DEFAULT_POLICY.hold_after)

    @property
    def is_discharged(self) -> bool:
        """Say whether the order goes on although the person is no longer in care; the prescriber has a task about it."""
        return not getattr(self.order, "in_care", True)

    @property
    def is_done(self) -> bool:
        """Say whether nothing is left to give."""
        return self.is_given and not self.to_take_home


def dosing_list(user: User, site: Site, day: date, calendar: DosingCalendar) -> list[Waiting]:
    """Return everybody with an order at a site on a day, by name, in as many statements for two people as for two hundred."""
    orders = list(
        orders_in_force(orders_to_dose(user).filter(site=site), day)
        .annotate(
            in_care=Exists(
                Episode.objects.filter(patient=OuterRef("patient"), program=OuterRef("program"), discharged_on__isnull=True),
            )
        )
        .select_related("patient", "product")
        .order_by("patient__family_name", "patient__given_name", "id")
    )
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
    yesterday = bool(missed) and missed[0] == day - timedelta(days=1)
    return Waiting(order, [dose for dose in doses if dose.for_day == day], missed, yesterday, closed_days_ahead(calendar, day, covered))


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
