"""Keep who waits for a place, in which order, and what a screening visit came to."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, Site
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.inquiries.models.inquiries import Inquiry
from patients.inquiries.models.vocabulary import InquiryEnd, ScreeningOutcome
from patients.record.models import Patient


class WaitingPriority(models.IntegerChoices):
    """Say in which order people are admitted (45 CFR 96.131(a)); lower is sooner."""

    PREGNANT_INJECTING = 1, _("Pregnant and injecting")
    PREGNANT = 2, _("Pregnant")
    INJECTING = 3, _("Injecting")
    OTHERS = 4, _("Everybody else")


@tracked
class WaitlistPlace(Recorded):
    """Hold one place on the waitlist of a program, from the day it was taken to the day it was left."""

    sensitivity = Sensitivity.CLINICAL

    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="places", verbose_name=_("inquiry"))
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    priority = models.PositiveSmallIntegerField(_("priority"), choices=WaitingPriority.choices, default=WaitingPriority.OTHERS)
    joined_on = models.DateField(_("waits since"))
    interim_by = models.DateTimeField(_("help while waiting by"), null=True, blank=True)
    admit_by = models.DateField(_("to be admitted by"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    left_because = models.CharField(_("left because"), max_length=24, choices=InquiryEnd.choices, blank=True)
    left_words = models.CharField(_("about leaving"), max_length=500, blank=True)

    class Meta:
        ordering = ["priority", "joined_on", "id"]
        verbose_name = _("place on the waitlist")
        verbose_name_plural = _("places on the waitlist")
        constraints = [
            models.UniqueConstraint(fields=["inquiry"], condition=Q(left_on__isnull=True), name="one_open_place_per_inquiry"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True, left_because="") | (Q(left_on__isnull=False) & ~Q(left_because="")),
                name="leaving_the_waitlist_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")), name="waitlist_is_left_after_it_was_joined"
            ),
        ]
        indexes = [
            models.Index(fields=["program", "priority", "joined_on", "id"], condition=Q(left_on__isnull=True), name="waitlist_in_order")
        ]

    def __str__(self) -> str:
        """Return the priority and since when."""
        return f"{self.get_priority_display()}, {self.joined_on}"


@tracked
class ScreeningVisit(Recorded):
    """Hold one visit in which it was seen whether this program is the right place; it belongs to somebody who has a chart."""

    sensitivity = Sensitivity.CLINICAL

    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="visits", verbose_name=_("inquiry"))
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", verbose_name=_("patient"))
    held_at = models.DateTimeField(_("held at"))
    found = models.TextField(_("what was found"), blank=True)
    outcome = models.CharField(_("came to"), max_length=16, choices=ScreeningOutcome.choices)
    where_to = models.CharField(_("where to"), max_length=200, blank=True)

    class Meta:
        ordering = ["-held_at", "-id"]
        verbose_name = _("screening visit")
        verbose_name_plural = _("screening visits")
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome__in=["refer", "not_for_us"]) | ~Q(where_to=""), name="screening_that_sends_on_says_where_to"
            )
        ]

    def __str__(self) -> str:
        """Return what the visit came to."""
        return self.get_outcome_display()
