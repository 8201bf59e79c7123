"""Read orders, doses, and all that decides about the next one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Closure, OpeningHours, Purpose, Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.refusals import Reason
from patients.caseload.queries import patients_seen_by
from patients.diagnoses.models import Certainty, CourseOfDiagnosis, Diagnosis
from patients.episodes.models import Episode
from patients.record.models import Patient
from patients.screenings.models import Observation, ObservationKind
from treatment_plans.appointments.models import Appointment, AppointmentKind, AppointmentState
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

COUNSELLING = [AppointmentKind.INDIVIDUAL, AppointmentKind.GROUP, AppointmentKind.FAMILY]
CLOSURES_AHEAD = timedelta(days=14)
IN_FORCE = [OrderState.ACTIVE, OrderState.ON_HOLD]


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


def terms_of(order: Order) -> Terms:
    """Return what an order says, for the rules."""
    return Terms(
        substance=order.substance,
        form=order.product.form,
        daily_mg=order.daily_mg,
        starts_on=order.starts_on,
        ends_on=order.ends_on,
        state=order.state,
        hold_reason=order.hold_reason,
        first_day_reason=order.first_day_reason,
        missed_counted_from=order.missed_counted_from,
    )


def with_facts_for_a_dose(orders: QuerySet[Order], at: datetime) -> QuerySet[Order]:
    """Add to each order, in the same statement, what its site, its patient and the record say about a dose now."""
    near = (at.date() - LOOK_BACK, at.date() + CLOSURES_AHEAD)
    of_patient = {"patient": OuterRef("patient")}
    episode = Episode.objects.filter(
        Q(discharged_on__isnull=True) | Q(discharged_on__gt=at.date()), **of_patient, program=OuterRef("program")
    )
    doses = Dose.objects.filter(**of_patient, substance=OuterRef("substance"), for_day__lt=at.date()).order_by("-for_day")
    told = MedicationStatement.objects.filter(**of_patient, status="active", title__iregex=BENZODIAZEPINES).order_by("-at")
    sedative = Diagnosis.objects.filter(**of_patient, code__startswith="F13", course=CourseOfDiagnosis.ACTIVE)
    positive = Observation.objects.filter(
        Q(value_code__in=POSITIVE_CODES) | Q(value_text__istartswith="positive") | Q(value_text__istartswith="detected"),
        **of_patient,
        kind=ObservationKind.LABORATORY,
        observed_at__gte=at - timedelta(days=URINE_RESULT_DAYS),
        observed_at__lte=at,
    )
    missed = Appointment.objects.filter(
        **of_patient,
        kind__in=COUNSELLING,
        state=AppointmentState.NO_SHOW,
        starts_at__gte=at - timedelta(days=MISSED_COUNSELLING_DAYS),
        starts_at__lte=at,
    )
    return orders.select_related("site", "product").annotate(
        dosing_weekdays=ArraySubquery(OpeningHours.objects.filter(site=OuterRef("site"), purpose=Purpose.DOSING).values("weekday")),
        closures=ArraySubquery(Closure.objects.filter(site=OuterRef("site"), day__range=near).values("day")),
        admitted_on=Subquery(episode.values("admitted_on")[:1]),
        last_dose_on=Subquery(doses.values("for_day")[:1]),
        benzodiazepine=Subquery(told.values("title")[:1]),
        sedative_diagnosis=Exists(sedative.exclude(certainty=Certainty.REFUTED)),
        urine_result=Subquery(positive.order_by("-observed_at").values("title")[:1]),
        missed_counselling=Exists(missed),
    )


@dataclass(frozen=True)
class DoseFacts:
    """Hold what decides about a dose of one order and what is worth knowing before it."""

    order: Any
    given: tuple[Given, ...]
    calendar: DosingCalendar
    today: date

    @property
    def in_care(self) -> bool:
        """Say whether the person is admitted to the program of the order."""
        return self.order.admitted_on is not None and self.order.admitted_on <= self.today

    @property
    def is_first_day(self) -> bool:
        """Say whether no dose of this substance was given on an earlier day of this stay in care."""
        last, admitted = self.order.last_dose_on, self.order.admitted_on
        return last is None or (admitted is not None and last < admitted)

    @property
    def missed(self) -> list[date]:
        """Return the scheduled days missed in a row up to yesterday."""
        covered = {dose.for_day for dose in self.given if dose.substance == self.order.substance}
        return missed_in_a_row(before=self.today, since=self.order.missed_counted_from, covered=covered, calendar=self.calendar)

    @property
    def known(self) -> Known:
        """Return what the person at the window should know."""
        others = [d.substance for d in self.given if d.for_day == self.today and d.substance != self.order.substance]
        return Known(
            benzodiazepine=self.order.benzodiazepine or "",
            sedative_diagnosis=self.order.sedative_diagnosis,
            urine_result=self.order.urine_result or "",
            missed_counselling=self.order.missed_counselling,
            other_substance_today=others[0] if others else "",
            missed_days=len(self.missed),
        )


def facts_of(order: Any, at: datetime) -> DoseFacts:
    """Return the facts of an order that `with_facts_for_a_dose` loaded, with its patient's doses of late."""
    today = at.astimezone(order.site.zone).date()
    rows = (
        Dose.objects.filter(patient_id=order.patient_id, for_day__gte=today - LOOK_BACK)
        .order_by("-for_day", "-id")
        .values_list("substance", "for_day", "day_part", "mg", "is_take_home", "given_at", "given_by__full_name")
    )
    given = tuple(
        Given(substance, day, part, mg, take_home, date_format(when.astimezone(order.site.zone), "TIME_FORMAT"), who)
        for substance, day, part, mg, take_home, when, who in rows
    )
    return DoseFacts(order, given, DosingCalendar(frozenset(order.dosing_weekdays), frozenset(order.closures)), today)


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
