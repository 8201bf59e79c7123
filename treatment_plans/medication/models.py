"""Keep what is prescribed and what was given: never twice."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, Site
from casemgr.core.append_only import append_only, tracked
from casemgr.core.records import Recorded
from casemgr.core.refusals import Reason
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient
from treatment_plans.inventory.models import Lot, Product, StockEntry, Substance
from treatment_plans.inventory.rules import say_mg
from treatment_plans.medication.rules import Blocker, Warned


class OrderState(models.TextChoices):
    """Say where an order stands."""

    ACTIVE = "active", _("Active")
    ON_HOLD = "on_hold", _("On hold: a prescriber must decide")
    ENDED = "ended", _("Ended")


ORDER_MOVES = [("active", "on_hold"), ("on_hold", "active"), ("active", "ended"), ("on_hold", "ended")]
"""How an order may go from state to state; the database refuses all else."""


@tracked
class Order(Recorded):
    """Hold one prescriber's order for a daily dose given here."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    substance = models.CharField(_("substance"), max_length=32, choices=Substance.choices)
    daily_mg = models.DecimalField(_("daily dose, mg"), max_digits=8, decimal_places=3)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=OrderState.choices, default=OrderState.ACTIVE)
    hold_reason = models.CharField(_("why on hold"), max_length=200, blank=True)
    prescriber = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_day_reason = models.TextField(_("why more than the first-day amount"), blank=True)
    instructions = models.TextField(_("instructions"), blank=True)
    replaces = models.ForeignKey("treatment_plans.Order", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    missed_counted_from = models.DateField(_("missed days count from"), editable=False)

    class Meta:
        ordering = ["-starts_on", "-id"]
        verbose_name = _("medication order")
        verbose_name_plural = _("medication orders")
        triggers = [pgtrigger.FSM(name="order_moves", field="state", transitions=ORDER_MOVES)]
        constraints = [
            models.CheckConstraint(condition=Q(daily_mg__gt=0), name="ordered_dose_is_positive"),
            models.CheckConstraint(condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="order_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(state="on_hold") | ~Q(hold_reason=""), name="hold_says_why"),
            ExclusionConstraint(
                name="one_order_per_substance_at_a_time",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("substance", RangeOperators.EQUAL),
                    (Func(F("starts_on"), F("ends_on"), function="daterange", output_field=DateRangeField()), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["site", "patient"], condition=Q(state__in=["active", "on_hold"]), name="orders_in_force")]

    def __str__(self) -> str:
        """Return substance and dose."""
        return f"{self.get_substance_display()} {say_mg(self.daily_mg)} mg"


class DayPart(models.TextChoices):
    """Say which part of a day a dose is for; a split dose has two (42 CFR 8.2)."""

    WHOLE = "whole", _("Whole day")
    MORNING = "morning", _("Morning part")
    EVENING = "evening", _("Evening part")


HALVES_OF_DAY = Func(
    Case(When(day_part="evening", then=Value(1)), default=Value(0), output_field=models.IntegerField()),
    Case(When(day_part="morning", then=Value(1)), default=Value(2), output_field=models.IntegerField()),
    function="int4range",
    output_field=IntegerRangeField(),
)
"""The halves of a day that a dose fills: a whole day fills both, so it leaves no room for a part."""


class Dose(models.Model):
    """Say that one dose was given: a row of the dispensing log of 21 CFR 1304.24(a). Never changed, never deleted."""

    sensitivity = Sensitivity.CLINICAL

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    substance = models.CharField(_("substance"), max_length=32, choices=Substance.choices)
    for_day = models.DateField(_("for the day"))
    day_part = models.CharField(_("part of the day"), max_length=16, choices=DayPart.choices, default=DayPart.WHOLE)
    mg = models.DecimalField(_("given, mg"), max_digits=8, decimal_places=3)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    stock_entry = models.OneToOneField(StockEntry, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("given at"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    initials = models.CharField(_("initials"), max_length=8)
    is_take_home = models.BooleanField(_("taken home"), default=False)
    identity_checked_by = models.CharField(_("identity checked by"), max_length=40, default="photo")
    warnings = models.JSONField(_("warnings shown and answered"), default=list)

    class Meta:
        ordering = ["-for_day", "-id"]
        verbose_name = _("dose")
        verbose_name_plural = _("doses")
        triggers = append_only()
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "substance", "for_day", "day_part"], name="dose_given_once_per_patient_drug_day_part"
            ),
            ExclusionConstraint(
                name="day_is_given_whole_or_in_parts",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("substance", RangeOperators.EQUAL),
                    ("for_day", RangeOperators.EQUAL),
                    (HALVES_OF_DAY, RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(mg__gt=0), name="given_dose_is_positive"),
        ]
        indexes = [
            models.Index(fields=["site", "for_day"], name="doses_at_site"),
            models.Index(fields=["patient", "-for_day"], name="doses_of_patient"),
        ]

    def __str__(self) -> str:
        """Return day and amount."""
        return f"{self.for_day}: {self.amount}"

    @property
    def amount(self) -> str:
        """Say how much was given."""
        return f"{say_mg(self.mg)} mg"


class DosingDay(models.Model):
    """Say that the dosing day of a site was closed, and what was missed on it; done once for each day."""

    sensitivity = Sensitivity.OPERATIONAL

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    due = models.PositiveIntegerField(_("due"))
    missed = models.PositiveIntegerField(_("missed"))
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        ordering = ["-day", "site"]
        verbose_name = _("dosing day")
        verbose_name_plural = _("dosing days")
        triggers = append_only()
        constraints = [models.UniqueConstraint(fields=["site", "day"], name="dosing_day_closed_once")]

    def __str__(self) -> str:
        """Return the day."""
        return f"{self.day}"


class StatementKind(models.TextChoices):
    """Say whether a medication is told to be ordered or to have been given."""

    ORDERED = "ordered", _("Ordered elsewhere")
    GIVEN = "given", _("Given elsewhere")


@tracked
class MedicationStatement(Recorded):
    """Hold a medication that somebody else ordered or gave, as it was told to us (FHIR MedicationRequest, MedicationAdministration)."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=16, choices=StatementKind.choices)
    code_system = models.CharField(_("code system"), max_length=120, default="http://www.nlm.nih.gov/research/umls/rxnorm")
    code = models.CharField(_("code"), max_length=40)
    title = models.CharField(_("title"), max_length=300)
    status = models.CharField(_("status"), max_length=24)
    at = models.DateTimeField(_("at"))
    dosage = models.CharField(_("dosage"), max_length=300, blank=True)
    prescriber_name = models.CharField(_("prescriber"), max_length=120, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("medication from elsewhere")
        verbose_name_plural = _("medications from elsewhere")
        indexes = [models.Index(fields=["patient", "kind", "-at"], name="statements_of_patient")]

    def __str__(self) -> str:
        """Return the title."""
        return self.title


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
    "missed_counselling": _("Missed a counseling session of late. It is no reason to withhold the dose."),
    "other_substance_today": _("Was given %(substance)s today too. Ask the prescriber if that is meant."),
    "given_while_one": _(
        "%(mg)s mg of %(substance)s were given today at %(at)s by %(by)s while this record and another were one, and are on the other. "
        "Ask who took them. If it was this person, speak with the prescriber before you give more."
    ),
    "missed_days": _("Missed days in a row before today: %(days)s. Ask about use and tolerance."),
}
"""What each warning says to the person at the window."""


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
