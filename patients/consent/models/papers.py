"""Keep what came along with consents: scans, papers that partners send and hand in, and the wish to receive no fundraising."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, stays_but, tracked
from casemgr.core.directory.models import Organization
from casemgr.core.encrypted import EncryptedTextField
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.consent.models.consents import Consent
from patients.record.models import Patient


class ScanOf(models.TextChoices):
    """Say what was scanned."""

    CONSENT = "consent", _("The signed consent")
    REVOCATION = "revocation", _("The revocation")


class MediaType(models.TextChoices):
    """Name the kinds of file that a scan may be."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"


class ConsentScan(Recorded):
    """Hold the scan of a paper, encrypted; never changed, served only through a page that is on the record."""

    sensitivity = Sensitivity.RESTRICTED

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="scans")
    of = models.CharField(_("what it is"), max_length=16, choices=ScanOf.choices)
    media_type = models.CharField(_("kind of file"), max_length=32, choices=MediaType.choices)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    content = EncryptedTextField(purpose="patients_consentscan.content")
    """The file in base64, sealed."""

    class Meta:
        ordering = ["id"]
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        constraints = [
            models.CheckConstraint(condition=Q(media_type__in=MediaType.values), name="scan_is_of_a_known_kind"),
            models.CheckConstraint(condition=Q(of__in=ScanOf.values), name="scan_says_what_it_is_of"),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="scan_has_its_fingerprint"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        """Return what it is and the kind of file."""
        return f"{self.get_of_display()} ({self.get_media_type_display()})"


class Match(models.TextChoices):
    """Say whether it is known whom a paper is about that a partner sent."""

    WAITING = "waiting", _("Not looked for yet")
    FOUND = "found", _("Somebody here")
    NOBODY = "nobody", _("Nobody here")
    SEVERAL = "several", _("Several people of this name and birth date")


class SentPaper(Recorded):
    """Hold a paper as a partner's system sent it, sealed, until a worker has looked whom it is about.

    Whoever sends one waits for this row and for nothing else, so that the time of the answer does not say who is known here. Afterwards
    nothing of it is kept here: of somebody known the draft holds it, and of nobody else we hold anything.
    """

    sensitivity = Sensitivity.RESTRICTED

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    content = EncryptedTextField(purpose="patients_sentpaper.content", null=True, editable=False)
    """Person, facts and recipients as JSON, sealed."""
    match = models.CharField(_("whom it is about"), max_length=16, choices=Match.choices, default=Match.WAITING)
    matched_at = models.DateTimeField(_("looked for at"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("paper sent by a partner")
        verbose_name_plural = _("papers sent by partners")
        constraints = [
            models.CheckConstraint(condition=Q(match__in=Match.values), name="paper_sent_has_a_known_match"),
            models.CheckConstraint(
                condition=Q(match__in=[Match.WAITING, Match.SEVERAL], content__isnull=False)
                | Q(match__in=[Match.FOUND, Match.NOBODY], content__isnull=True, matched_at__isnull=False),
                name="paper_sent_is_emptied_once_it_is_matched",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(match="several"), name="papers_of_several_people")]
        triggers = [*append_only(but_updates=True), stays_but("content", "match", "matched_at", name="paper_sent_stays_as_it_came")]

    def __str__(self) -> str:
        """Return whether it is known whom it is about."""
        return self.get_match_display()


class Settlement(models.TextChoices):
    """Say what became of a paper that a partner handed in."""

    WAITING = "waiting", _("Waits to be compared with the signed paper")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")


@tracked
class HandedIn(models.Model):
    """Say that a partner handed in a consent that was signed at its place; only staff here can make it hold."""

    sensitivity = Sensitivity.PATIENT

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="handed_in")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("handed in at"))
    outcome = models.CharField(_("outcome"), max_length=16, choices=Settlement.choices, default=Settlement.WAITING)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    why = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("consent handed in by a partner")
        verbose_name_plural = _("consents handed in by partners")
        constraints = [
            models.CheckConstraint(condition=Q(outcome="waiting") | Q(settled_at__isnull=False), name="settled_paper_says_when"),
            models.CheckConstraint(condition=Q(outcome__in=Settlement.values), name="paper_handed_in_has_a_known_outcome"),
        ]
        indexes = [models.Index(fields=["-id"], condition=Q(outcome="waiting"), name="papers_that_wait")]
        triggers = append_only(but_updates=True)

    def __str__(self) -> str:
        """Return the outcome."""
        return self.get_outcome_display()


@tracked
class FundraisingChoice(Recorded):
    """Say that a person wants to receive no fundraising, until they say otherwise (42 CFR 2.31(a)(5)(iii))."""

    sensitivity = Sensitivity.PATIENT

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="fundraising_choice")
    opted_out = models.BooleanField(_("wants no fundraising"), default=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("choice about fundraising")
        verbose_name_plural = _("choices about fundraising")
        triggers = append_only(but_updates=True)

    def __str__(self) -> str:
        """Return the choice."""
        return str(_("wants no fundraising")) if self.opted_out else str(_("may be asked"))
