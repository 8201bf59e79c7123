"""Keep the clocks that run for what a regulation or a policy asks to be done in time."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, tracked
from casemgr.core.deadlines.rules import KINDS, Rule, extended_day
from casemgr.core.sensitivity import Sensitivity


class ClockKind(models.TextChoices):
    """Name what is owed; how long each runs stands in the rules."""

    ACCOUNTING = "accounting", _("Accounting of disclosures asked for")
    INTERMEDIARY_LIST = "intermediary_list", _("List of disclosures by an intermediary asked for")
    ACCESS = "access", _("Copy of the own record asked for")
    BREACH_INDIVIDUALS = "breach_individuals", _("Breach: tell the people concerned")
    BREACH_HHS = "breach_hhs", _("Breach: tell HHS")
    BREACH_MEDIA = "breach_media", _("Breach: tell the media")
    AGREEMENT_EXPIRY = "agreement_expiry", _("Agreement ends")
    CONSENT_EXPIRY = "consent_expiry", _("Consent ends")
    NOTICE_OWED = "notice_owed", _("Patient notice to be given")
    NOTICE_RENEWAL = "notice_renewal", _("New patient notice to be given")
    BREAK_GLASS_REVIEW = "break_glass_review", _("Break-glass access to be reviewed")
    COMPLAINT = "complaint", _("Complaint to be answered")
    RESTRICTION_REQUEST = "restriction_request", _("Restriction asked for")
    INCIDENT_ASSESSMENT = "incident_assessment", _("Incident to be assessed")
    POLICY_REVIEW = "policy_review", _("Policy to be looked at again")


class ClockQuerySet(models.QuerySet["Clock"]):
    """Read clocks."""

    def running(self) -> "ClockQuerySet":
        """Return those that nobody has stopped."""
        return self.filter(closed_at__isnull=True)

    def loud(self) -> "ClockQuerySet":
        """Return those that run and have begun to warn."""
        return self.running().filter(loud_since__isnull=False)


@tracked
class Clock(models.Model):
    """Say that something is owed since one day and until another; once stopped it stays as it is.

    The ground knows no patient: `patient_id` and `subject` are plain keys, and say nothing without the tables they lead to.
    """

    sensitivity = Sensitivity.PATIENT

    kind = models.CharField(_("what"), max_length=32, choices=ClockKind.choices)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    patient_id = models.BigIntegerField(_("patient"), null=True, blank=True)
    subject = models.CharField(_("about"), max_length=120)
    started_on = models.DateField(_("since"))
    due_on = models.DateField(_("due on"))
    extended_to = models.DateField(_("extended to"), null=True, blank=True)
    extension_reason = models.CharField(_("why extended"), max_length=500, blank=True)
    ends_on = models.DateField(_("to be done by"))
    rules_version = models.CharField(_("rules of"), max_length=16)
    started_at = models.DateTimeField(_("started at"))
    loud_since = models.DateTimeField(_("warns since"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        ordering = ["ends_on", "id"]
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(closed_at__isnull=True), name="one_open_clock_per_kind_and_subject"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("started_on")), name="clock_is_due_no_earlier_than_it_starts"),
            models.CheckConstraint(
                condition=Q(extended_to__isnull=True) | (Q(extended_to__gt=F("due_on")) & ~Q(extension_reason="")),
                name="clock_is_extended_to_later_and_for_a_reason",
            ),
            models.CheckConstraint(condition=Q(ends_on=Coalesce(F("extended_to"), F("due_on"))), name="clock_ends_when_due_or_as_extended"),
            models.CheckConstraint(condition=Q(outcome="") | Q(closed_at__isnull=False), name="only_a_stopped_clock_has_an_outcome"),
        ]
        indexes = [
            models.Index(fields=["program", "ends_on", "id"], condition=Q(closed_at__isnull=True), name="clocks_that_run"),
            models.Index(fields=["patient_id"], condition=Q(closed_at__isnull=True), name="clocks_of_a_patient"),
        ]
        triggers = [
            *append_only(but_updates=True),
            pgtrigger.Protect(
                name="stopped_clock_stays_stopped", operation=pgtrigger.Update, condition=pgtrigger.Q(old__closed_at__isnull=False)
            ),
            pgtrigger.ReadOnly(name="clock_keeps_what_it_is_for", fields=["kind", "program", "subject", "started_on", "due_on"]),
        ]

    def __str__(self) -> str:
        """Return what is owed and until when."""
        return f"{self.get_kind_display()}: {self.ends_on}"

    @property
    def rule(self) -> Rule:
        """Return the rule that this clock runs by."""
        return KINDS[self.kind]

    @property
    def is_open(self) -> bool:
        """Say whether it still runs."""
        return self.closed_at is None

    def can_be_extended(self, today: date) -> bool:
        """Say whether its one extension is still to be had."""
        return self.is_open and self.extended_to is None and extended_day(self.kind, self.due_on) is not None and today <= self.due_on

    def days_left(self, today: date) -> int:
        """Return how many days remain; below nothing it is overdue."""
        return (self.ends_on - today).days
