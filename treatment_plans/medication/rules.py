"""Decide whether a dose may be given and an order written; each figure is named with its source.

A hard stop stands only where the law or the program's own policy says so. What is merely worth knowing is a warning, shown and kept,
and never stops a dose (42 CFR 8.12(f)(5); FDA safety communication of 2017-09-20).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date, timedelta
from decimal import Decimal

from treatment_plans.inventory.rules import ORAL_SOURCE, is_oral

METHADONE = "methadone"
WHOLE_DAY = "whole"
ACTIVE = "active"
ON_HOLD = "on_hold"
ENDED = "ended"

FIRST_DAY_MG = Decimal(50)
"""Methadone of the first day above which the prescriber must write down why: 42 CFR 8.12(h)(3)(ii). The former 30 mg no longer holds."""

FIRST_DAY_SOURCE = "42 CFR 8.12(h)(3)(ii)"
DISPENSER_SOURCE = "21 CFR 1301.74(i)-(k)"
LOG_SOURCE = "21 CFR 1304.24(a)"
CLOSURE_SOURCE = "42 CFR 8.12(i)(1)"
SPLIT_SOURCE = "42 CFR 8.2"
BENZODIAZEPINE_SOURCE = "FDA Drug Safety Communication, 2017-09-20"
COUNSELLING_SOURCE = "42 CFR 8.12(f)(5)"

DISPENSERS = frozenset({"nurse", "prescriber"})
"""Roles that may give a dose: licensed practitioners and nurses only (21 CFR 1301.74(i)-(k))."""

LOOK_BACK = timedelta(days=21)
"""Days of doses that are read to find out what was missed; three scheduled days lie well within, whatever holidays fall between."""

URINE_RESULT_DAYS = 30
"""Days for which a urine result is shown beside a dose. The figure is ours."""

MISSED_COUNSELLING_DAYS = 14
"""Days for which a missed session is shown beside a dose. The figure is ours."""

BENZODIAZEPINES = (
    r"(alprazolam|chlordiazepoxide|clonazepam|clorazepate|diazepam|estazolam|flurazepam|lorazepam|midazolam|oxazepam|temazepam|triazolam)"
)
"""Names by which a benzodiazepine is known among medications told to us (RxNorm ingredients)."""

POSITIVE_CODES = frozenset({"10828004", "260373001", "POS", "positive", "detected"})
"""Coded values that mean a positive laboratory result (SNOMED CT 10828004 positive, 260373001 detected; HL7 POS)."""


@dataclass(frozen=True)
class MissedDosePolicy:
    """Say after how many scheduled days missed in a row a prescriber must look before the next dose.

    Federal law has no figure and guidelines differ, so this is program policy and is shown as such.
    """

    hold_after: int = 3
    source: str = "program policy, after the ASAM National Practice Guideline (2020) and SAMHSA TIP 63; 42 CFR Part 8 has no figure"


DEFAULT_POLICY = MissedDosePolicy()


@dataclass(frozen=True)
class DosingCalendar:
    """Know on which days a site gives doses; a site without hours for dosing is open every day that is not a closure."""

    weekdays: frozenset[int] = frozenset()
    closures: frozenset[date] = frozenset()

    def is_open(self, day: date) -> bool:
        """Say whether doses are given here on this day."""
        return day not in self.closures and (not self.weekdays or day.weekday() in self.weekdays)

    def is_closure_next(self, day: date, *, after: date) -> bool:
        """Say whether a later day belongs to the closed days that follow directly on `after`."""
        return all(not self.is_open(after + timedelta(days=n)) for n in range(1, (day - after).days + 1))


@dataclass(frozen=True)
class Terms:
    """Hold what an order says."""

    substance: str
    form: str
    daily_mg: Decimal
    starts_on: date
    ends_on: date | None = None
    state: str = ACTIVE
    hold_reason: str = ""
    first_day_reason: str = ""
    missed_counted_from: date | None = None

    def covers(self, day: date) -> bool:
        """Say whether the order reaches this day."""
        return self.state != ENDED and self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True)
class Given:
    """Hold one dose that was given."""

    substance: str
    for_day: date
    day_part: str
    mg: Decimal
    is_take_home: bool = False
    at: str = ""
    by: str = ""


@dataclass(frozen=True)
class Situation:
    """Hold all that decides whether one dose may be given now."""

    today: date
    for_day: date
    day_part: str
    mg: Decimal | None
    initials: str
    identity_checked_by: str
    roles_here: frozenset[str]
    order: Terms
    calendar: DosingCalendar
    covered: Collection[date] = ()
    """Days of late for which a dose of this substance was given."""
    given: Sequence[Given] = ()
    """Doses given for today and later, of any substance."""
    in_care: bool = True
    deceased: bool = False
    is_first_day: bool = False
    policy: MissedDosePolicy = DEFAULT_POLICY

    @property
    def of_the_day(self) -> list[Given]:
        """Return the doses of this substance that were given for the day."""
        return [dose for dose in self.given if dose.substance == self.order.substance and dose.for_day == self.for_day]

    @property
    def missed(self) -> list[date]:
        """Return the scheduled days missed in a row up to yesterday."""
        since = self.order.missed_counted_from or self.order.starts_on
        return missed_in_a_row(before=self.today, since=since, covered=self.covered, calendar=self.calendar, most=self.policy.hold_after)


@dataclass(frozen=True)
class Blocker:
    """Name one thing that stands in the way: a code, what it says, the field it belongs to, the rule it rests on."""

    code: str
    field: str = ""
    source: str = ""
    values: Mapping[str, object] = made(default_factory=dict)


def missed_in_a_row(
    *, before: date, since: date, covered: Collection[date], calendar: DosingCalendar, most: int | None = None
) -> list[date]:
    """Return the scheduled days without a dose directly before a day, newest first.

    A day on which the site is closed is not scheduled: it is never missed and does not end a row either, unless a take-home dose
    covered it. Nothing is counted before the last decision of a prescriber (`since`).
    """
    missed: list[date] = []
    day = before - timedelta(days=1)
    earliest = max(since, before - LOOK_BACK)
    while day >= earliest and day not in covered and (most is None or len(missed) < most):
        if calendar.is_open(day):
            missed.append(day)
        day -= timedelta(days=1)
    return missed


def what_stands_in_the_way(situation: Situation) -> list[Blocker]:
    """Return every reason why this dose may not be given, all at once."""
    return [blocker for check in DOSE_CHECKS for blocker in check(situation)]


def _dispenser(s: Situation) -> Iterator[Blocker]:
    """Ask for a nurse or prescriber of this site, who signs with initials."""
    if not s.roles_here & DISPENSERS:
        yield Blocker("not_a_dispenser", source=DISPENSER_SOURCE)
    if not s.initials.strip():
        yield Blocker("no_initials", "initials", LOG_SOURCE)


def _person(s: Situation) -> Iterator[Blocker]:
    """Ask for a living person in care whose identity was checked."""
    if s.deceased:
        yield Blocker("deceased")
    if not s.in_care:
        yield Blocker("not_in_care", source="42 CFR 8.12(e)")
    if not s.identity_checked_by.strip():
        yield Blocker("identity_not_checked", "identity_checked_by", LOG_SOURCE)


def _order(s: Situation) -> Iterator[Blocker]:
    """Ask for an order that reaches the day and is not on hold."""
    if not s.order.covers(s.for_day):
        yield Blocker("no_order", source="21 CFR 1306.07(a)", values={"day": s.for_day})
    if s.order.state == ON_HOLD:
        yield Blocker("on_hold", values={"reason": s.order.hold_reason})


def _missed_days(s: Situation) -> Iterator[Blocker]:
    """Stop when too many scheduled days were missed in a row, until a prescriber decides."""
    if s.order.state == ACTIVE and len(missed := s.missed) >= s.policy.hold_after:
        yield Blocker("missed_too_many", source=s.policy.source, values={"days": len(missed), "since": missed[-1]})


def _day(s: Situation) -> Iterator[Blocker]:
    """Give the dose of today, and at most those of the closed days that follow."""
    if s.for_day < s.today:
        yield Blocker("past_day", "for_day", LOG_SOURCE, {"day": s.for_day})
    elif s.for_day > s.today and not s.calendar.is_closure_next(s.for_day, after=s.today):
        yield Blocker("future_day", "for_day", CLOSURE_SOURCE, {"day": s.for_day})
    if not s.calendar.is_open(s.today):
        yield Blocker("site_closed", "for_day", values={"day": s.today})


def _already_given(s: Situation) -> Iterator[Blocker]:
    """Give no part of a day twice, and no part of a day that was given whole."""
    for dose in s.of_the_day:
        told: Mapping[str, object] = {"mg": dose.mg, "at": dose.at, "by": dose.by, "day": s.for_day}
        if dose.is_take_home:
            yield Blocker("take_home_in_hand", values=told)
        elif dose.day_part == s.day_part or WHOLE_DAY in (dose.day_part, s.day_part):
            yield Blocker("already_given", values=told)


def _amount(s: Situation) -> Iterator[Blocker]:
    """Give what was ordered or a part of it, never more; the amount is never computed."""
    if s.mg is None:
        yield Blocker("part_without_amount", "mg", SPLIT_SOURCE)
    elif s.mg <= 0:
        yield Blocker("not_positive", "mg")
    else:
        before = sum((dose.mg for dose in s.of_the_day if WHOLE_DAY not in (dose.day_part, s.day_part)), Decimal(0))
        if s.mg + before > s.order.daily_mg:
            yield Blocker("more_than_ordered", "mg", SPLIT_SOURCE, {"mg": s.mg, "before": before, "ordered": s.order.daily_mg})


def _first_day(s: Situation) -> Iterator[Blocker]:
    """Ask for the prescriber's reason when the first day's methadone is high."""
    if s.is_first_day and s.mg is not None and first_day_needs_reason(s.order.substance, s.order.daily_mg, s.order.first_day_reason):
        yield Blocker("first_day_unexplained", source=FIRST_DAY_SOURCE, values={"limit": FIRST_DAY_MG})


def _route(s: Situation) -> Iterator[Blocker]:
    """Give methadone by mouth only."""
    if not route_is_allowed(s.order.substance, s.order.form):
        yield Blocker("not_oral", source=ORAL_SOURCE)


DOSE_CHECKS: tuple[Callable[[Situation], Iterator[Blocker]], ...] = (
    _dispenser,
    _person,
    _order,
    _missed_days,
    _day,
    _already_given,
    _amount,
    _first_day,
    _route,
)


def first_day_needs_reason(substance: str, mg: Decimal, reason: str) -> bool:
    """Say whether a first-day amount asks for a reason that is not there. Buprenorphine has no such figure, and no highest dose."""
    return substance == METHADONE and mg > FIRST_DAY_MG and not reason.strip()


def route_is_allowed(substance: str, form: str) -> bool:
    """Say whether this dosage form may be given for this substance."""
    return substance != METHADONE or is_oral(form)


@dataclass(frozen=True)
class OrderWish:
    """Hold what a prescriber asks for."""

    substance: str
    form: str
    daily_mg: Decimal
    starts_on: date
    ends_on: date | None
    first_day_reason: str
    today: date
    in_care: bool
    is_first_day: bool
    same_program: bool
    runs_elsewhere: bool = False
    later_order_from: date | None = None


def what_stops_the_order(wish: OrderWish) -> list[Blocker]:
    """Return every reason why this order may not be written. There is no highest dose (FDA 2024, 89 FR 105613)."""
    checks = (
        (wish.daily_mg <= 0, Blocker("not_positive", "daily_mg")),
        (not wish.in_care, Blocker("not_in_care", source="42 CFR 8.12(e)")),
        (not wish.same_program, Blocker("site_of_another_program", "site")),
        (wish.runs_elsewhere, Blocker("runs_elsewhere", source="42 CFR 8.12(g)(2)")),
        (wish.starts_on < wish.today, Blocker("order_in_the_past", "starts_on", values={"day": wish.starts_on})),
        (wish.ends_on is not None and wish.ends_on <= wish.starts_on, Blocker("ends_before_it_starts", "ends_on")),
        (not route_is_allowed(wish.substance, wish.form), Blocker("not_oral", "product", ORAL_SOURCE)),
        (
            wish.is_first_day and first_day_needs_reason(wish.substance, wish.daily_mg, wish.first_day_reason),
            Blocker("first_day_unexplained", "first_day_reason", FIRST_DAY_SOURCE, {"limit": FIRST_DAY_MG}),
        ),
        (wish.later_order_from is not None, Blocker("later_order", "ends_on", values={"day": wish.later_order_from})),
    )
    return [blocker for applies, blocker in checks if applies]


@dataclass(frozen=True)
class Known:
    """Hold what is known of a person that is worth a look before a dose, and never a reason to withhold it."""

    benzodiazepine: str = ""
    sedative_diagnosis: bool = False
    urine_result: str = ""
    missed_counselling: bool = False
    other_substance_today: str = ""
    missed_days: int = 0
    given_while_one: Given | None = None


@dataclass(frozen=True)
class Warned:
    """Name one warning with its source."""

    code: str
    source: str = ""
    values: Mapping[str, object] = made(default_factory=dict)


def what_to_warn_of(known: Known, *, policy: MissedDosePolicy = DEFAULT_POLICY) -> list[Warned]:
    """Return what the person at the window should know; none of it ever stops a dose."""
    one = known.given_while_one
    apart = {"substance": one.substance, "mg": one.mg, "at": one.at, "by": one.by} if one is not None else {}
    warnings = (
        (one, Warned("given_while_one", LOG_SOURCE, apart)),
        (known.benzodiazepine, Warned("benzodiazepine", BENZODIAZEPINE_SOURCE, {"title": known.benzodiazepine})),
        (known.sedative_diagnosis, Warned("sedative_diagnosis", BENZODIAZEPINE_SOURCE)),
        (known.urine_result, Warned("urine_result", COUNSELLING_SOURCE, {"title": known.urine_result})),
        (known.missed_counselling, Warned("missed_counselling", COUNSELLING_SOURCE)),
        (known.other_substance_today, Warned("other_substance_today", LOG_SOURCE, {"substance": known.other_substance_today})),
        (known.missed_days, Warned("missed_days", policy.source, {"days": known.missed_days})),
    )
    return [warning for applies, warning in warnings if applies]
