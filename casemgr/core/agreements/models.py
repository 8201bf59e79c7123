"""Keep what organizations have signed: with whom, for which services, until when, and what it binds them to."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.agreements.rules import is_live
from casemgr.core.append_only import append_only, tracked
from casemgr.core.directory.models import Organization
from casemgr.core.encrypted import EncryptedTextField
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity


class AgreementKind(models.TextChoices):
    """Name the kinds of agreement that information may rest on without each person's consent."""

    QSOA = "qsoa", _("Qualified service organization agreement (QSOA)")
    BAA = "baa", _("Business associate agreement (BAA)")
    CONTRACTOR = "contractor", _("Contractor agreement")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Read agreements."""

    def live(self, on: date) -> "AgreementQuerySet":
        """Return those that hold on a day; an agreement no longer holds on the day on which it ends."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), signed_on__lte=on, expires_on__gt=on)


_SIGNED = [
    "program",
    "organization",
    "kind",
    "services",
    "signed_on",
    "expires_on",
    "signed_for_them",
    "bound_by_part2",
    "resists_proceedings",
]
"""What stands above the signatures."""


@tracked
class Agreement(Recorded):
    """Hold one signed agreement; it is never written anew: it ends, by its day or earlier, and another is signed (45 CFR 164.316(b)(2))."""

    sensitivity = Sensitivity.OPERATIONAL

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("organization"))
    kind = models.CharField(_("kind"), max_length=16, choices=AgreementKind.choices)
    services = models.TextField(_("services"))
    signed_on = models.DateField(_("signed on"))
    expires_on = models.DateField(_("ends on (not included)"))
    signed_for_them = models.CharField(_("signed for the organization by"), max_length=120, blank=True)
    bound_by_part2 = models.BooleanField(_("acknowledges that it is fully bound by 42 CFR part 2"), default=False)
    resists_proceedings = models.BooleanField(
        _("will resist, in proceedings if need be, efforts to obtain the records except as part 2 permits"), default=False
    )
    ended_on = models.DateField(_("ended early on"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended early"), max_length=200, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["organization__name", "-signed_on", "id"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(condition=Q(expires_on__gt=F("signed_on")), name="agreement_ends_after_it_is_signed"),
            models.CheckConstraint(condition=~Q(services=""), name="agreement_says_which_services"),
            models.CheckConstraint(condition=Q(kind="baa") | Q(bound_by_part2=True), name="agreement_but_a_baa_binds_to_part_2"),
            models.CheckConstraint(condition=~Q(kind="qsoa") | Q(resists_proceedings=True), name="qsoa_promises_to_resist_proceedings"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, end_reason="") | (Q(ended_on__isnull=False) & ~Q(end_reason="")),
                name="agreement_ended_early_says_why",
            ),
        ]
        indexes = [models.Index(fields=["organization", "expires_on"], name="agreements_of_organization")]
        triggers = [*append_only(but_updates=True), pgtrigger.ReadOnly(name="signed_agreement_stays_as_signed", fields=_SIGNED)]

    def __str__(self) -> str:
        """Return kind and organization."""
        return f"{self.get_kind_display()}: {self.organization}"

    def is_live(self, on: date) -> bool:
        """Say whether it holds on a day."""
        return is_live(signed_on=self.signed_on, expires_on=self.expires_on, ended_on=self.ended_on, on=on)


class AgreementScan(models.Model):
    """Hold the signed paper itself, encrypted, in a table of its own, so that no list ever reads it."""

    sensitivity = Sensitivity.RESTRICTED

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="scan")
    content_type = models.CharField(_("kind"), max_length=32)
    content = EncryptedTextField(_("document"), purpose="agreement_scan.content")
    kept_at = models.DateTimeField(_("kept at"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("scanned agreement")
        verbose_name_plural = _("scanned agreements")
        constraints = [
            models.CheckConstraint(
                condition=Q(content_type__in=["application/pdf", "image/png", "image/jpeg"]), name="scan_is_a_pdf_or_a_picture"
            )
        ]
        triggers = append_only()

    def __str__(self) -> str:
        """Return whose scan it is."""
        return f"{self.agreement_id}"
