"""Keep what a person asked not to be told, and what the program decided (42 CFR 2.26)."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.append_only import append_only, tracked
from casemgr.core.directory.models import Organization
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.consent.models import InformationCategory, PurposeOfUse, in_words
from patients.record.models import Patient


class ToWhom(models.TextChoices):
    """Say who is not to be told."""

    NAMED = "named", _("One organization")
    HEALTH_PLANS = "health_plans", _("Health plans and other payers")
    ANYBODY = "anybody", _("Anybody outside the program")


class RestrictionState(models.TextChoices):
    """Say how far a request has come."""

    ASKED = "asked", _("Asked for")
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Not agreed")
    ENDED = "ended", _("Ended")


class EndBasis(models.TextChoices):
    """Name the only ways in which a restriction ends (42 CFR 2.26(b))."""

    PATIENT_IN_WRITING = "patient_in_writing", _("The person asked for it or agreed, in writing")
    PATIENT_ORALLY = "patient_orally", _("The person agreed by word of mouth, and it is written down here")
    PROGRAM_NOTICE = "program_notice", _("The program gave notice: only what is recorded from now on becomes open")


_ASKED = (
    "patient_id", "program_id", "asked_on", "asked_by", "to_whom", "organization_id", "purposes", "categories", "words", "paid_in_full",
    "services", "is_owed", "recorded_at", "recorded_by_id",
)  # fmt: skip
_REWRITTEN = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _ASKED)
_REFUSE_REWRITING = f"""
    IF {_REWRITTEN} THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'restriction_asked_for_is_not_rewritten',
            MESSAGE = 'What a person asked for is not written anew: record another request.';
    END IF;
    RETURN NEW;
"""

IN_FORCE = Q(state="agreed") | Q(state="asked", is_owed=True) | Q(state="ended", end_basis="program_notice")
"""What binds: an agreed restriction, one that the program owes as soon as it is asked for (42 CFR 2.26(a)(6)), and after the program's
notice all that was recorded before it (42 CFR 2.26(b)(3))."""


@tracked
class Restriction(Recorded):
    """Hold one request not to tell something, and what became of it."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=16, choices=RestrictionState.choices, default=RestrictionState.ASKED)
    asked_on = models.DateField(_("asked on"))
    asked_by = models.CharField(_("asked by"), max_length=120)
    to_whom = models.CharField(_("who is not to be told"), max_length=16, choices=ToWhom.choices)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("organization")
    )
    purposes = ArrayField(models.CharField(max_length=32, choices=PurposeOfUse.choices), verbose_name=_("what for"))
    categories = ArrayField(
        models.CharField(max_length=32, choices=InformationCategory.choices), verbose_name=_("which information"), default=list, blank=True
    )
    words = models.TextField(_("in the person's words"), blank=True)
    paid_in_full = models.BooleanField(_("paid in full without the health plan"), default=False)
    services = models.CharField(_("what was paid"), max_length=200, blank=True)
    is_owed = models.BooleanField(_("the law binds to it"), default=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by"))
    decision = models.TextField(_("reason"), blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    end_basis = models.CharField(_("how it ended"), max_length=32, choices=EndBasis.choices, blank=True)
    end_note = models.TextField(_("who said so, and how"), blank=True)
    records_until = models.DateField(_("holds for what was recorded before"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        indexes = [
            models.Index(fields=["patient"], condition=IN_FORCE, name="restrictions_in_force"),
            models.Index(fields=["program", "id"], condition=Q(state="asked"), name="restrictions_to_decide"),
            models.Index(fields=["patient", "-id"], name="restrictions_of_patient"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_whom="named", organization__isnull=False) | (~Q(to_whom="named") & Q(organization__isnull=True)),
                name="restriction_names_one_organization_or_a_class",
            ),
            models.CheckConstraint(
                condition=~Q(purposes=[]) & Q(purposes__contained_by=["treatment", "payment", "operations"]),
                name="restriction_is_about_treatment_payment_operations",
            ),
            models.CheckConstraint(condition=~Q(asked_by=""), name="restriction_says_who_asked"),
            models.CheckConstraint(condition=Q(paid_in_full=False) | ~Q(services=""), name="restriction_paid_in_full_says_what_was_paid"),
            models.CheckConstraint(condition=~Q(state="declined", is_owed=True), name="restriction_that_is_owed_is_never_declined"),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="decided_restriction_says_who_and_when",
            ),
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(decision=""), name="declined_restriction_says_why"),
            models.CheckConstraint(
                condition=~Q(state="ended") | (Q(ended_at__isnull=False) & ~Q(end_basis="") & ~Q(end_note="")),
                name="ended_restriction_says_how_and_who_said_so",
            ),
            models.CheckConstraint(
                condition=~Q(end_basis="program_notice") | Q(is_owed=False, records_until__isnull=False),
                name="program_notice_ends_no_restriction_that_is_owed",
            ),
        ]
        triggers = [
            *append_only(but_updates=True),
            pgtrigger.FSM(
                name="restriction_goes_forward",
                field="state",
                transitions=[("asked", "agreed"), ("asked", "declined"), ("agreed", "ended")],
            ),
            pgtrigger.Trigger(name="asked_is_not_rewritten", when=pgtrigger.Before, operation=pgtrigger.Update, func=_REFUSE_REWRITING),
        ]

    def __str__(self) -> str:
        """Return who is not to be told, and the state."""
        return f"{self.whom_words}: {self.get_state_display()}"

    @property
    def whom_words(self) -> str:
        """Return in words who is not to be told."""
        return self.organization.name if self.organization is not None else self.get_to_whom_display()

    @property
    def purpose_words(self) -> str:
        """Return in words for which purposes."""
        return in_words(PurposeOfUse, self.purposes)

    @property
    def category_words(self) -> str:
        """Return in words which information; without any the whole record is meant."""
        return in_words(InformationCategory, self.categories) or str(_("The whole record"))
