"""Keep what people asked for about their own record, until when it is owed, and what they were handed (42 CFR 2.24, 2.25)."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.accounting.rules.arrival import NOT_ARRIVED, NOT_KNOWN
from patients.record.models import Patient


class RequestKind(models.TextChoices):
    """Name what may be asked for; each is a kind of deadline too."""

    ACCOUNTING = "accounting", _("Accounting of disclosures")
    ACCESS = "access", _("Copy of the own record")
    INTERMEDIARY_LIST = "intermediary_list", _("List of disclosures by intermediaries")


class Regime(models.TextChoices):
    """Say how far back an accounting reaches."""

    PART2 = "part2", _("Three years, everything that was told")
    HIPAA = "hipaa", _("The same, and six years for what was not for treatment, payment or operations")


class AskedHow(models.TextChoices):
    """Say how the request came."""

    IN_PERSON = "in_person", _("In writing, handed over here")
    MAIL = "mail", _("By mail")
    EMAIL = "email", _("By e-mail")
    FORM = "form", _("Spoken, and written down here for the person")


class Delivery(models.TextChoices):
    """Say how the answer reached the person."""

    IN_PERSON = "in_person", _("Handed over here")
    MAIL = "mail", _("By mail")
    EMAIL = "email", _("By secure e-mail")
    INSPECTION = "inspection", _("Read here together")


class Arrival(models.TextChoices):
    """Say of a sending that stands in the account and that nobody confirmed how far it got."""

    NOT_ARRIVED = NOT_ARRIVED, _("Tried, and as far as is known it did not arrive")
    NOT_KNOWN = NOT_KNOWN, _("It is not known whether this arrived")


class RequestState(models.TextChoices):
    """Say where a request stands."""

    OPEN = "open", _("Under way")
    ANSWERED = "answered", _("Answered")
    DENIED = "denied", _("Denied in writing")
    WITHDRAWN = "withdrawn", _("Taken back")


CLOSED = (RequestState.ANSWERED, RequestState.DENIED, RequestState.WITHDRAWN)


@tracked
class RecordsRequest(Recorded):
    """Hold one request of a person about their own record; the clock that runs for it stands with all other deadlines."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="records_requests")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    kind = models.CharField(_("what was asked for"), max_length=20, choices=RequestKind.choices)
    regime = models.CharField(_("how far back"), max_length=8, choices=Regime.choices, default=Regime.PART2)
    received_on = models.DateField(_("received on"))
    asked_how = models.CharField(_("how it came"), max_length=12, choices=AskedHow.choices)
    wishes = models.TextField(_("what exactly, in the person's words"), blank=True)
    period_from = models.DateField(_("from"))
    period_to = models.DateField(_("to (included)"))
    is_free = models.BooleanField(_("free of charge"))
    due_on = models.DateField(_("due"))
    extended_on = models.DateField(_("extended on"), null=True, blank=True)
    extension_reason = models.CharField(_("why more time is needed"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=RequestState.choices, default=RequestState.OPEN)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    delivery = models.CharField(_("how it was delivered"), max_length=12, choices=Delivery.choices, blank=True)
    fee = models.DecimalField(_("fee"), max_digits=7, decimal_places=2, null=True, blank=True)
    outcome = models.TextField(_("what was given, or why not"), blank=True)

    tones: ClassVar[dict[str, str]] = {"open": "note", "answered": "good", "denied": "warn", "withdrawn": "quiet"}

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = _("request about the own record")
        verbose_name_plural = _("requests about the own record")
        constraints = [
            models.CheckConstraint(condition=Q(period_from__lte=F("period_to")), name="request_asks_for_a_period_in_order"),
            models.CheckConstraint(condition=Q(due_on__gt=F("received_on")), name="request_is_due_after_it_came"),
            models.CheckConstraint(
                condition=Q(extended_on__isnull=True) | ~Q(extension_reason=""), name="extension_of_request_gives_its_reason"
            ),
            models.CheckConstraint(condition=Q(state="open") | Q(closed_at__isnull=False), name="closed_request_says_when"),
            models.CheckConstraint(condition=~Q(state="answered") | ~Q(delivery=""), name="answered_request_says_how_it_was_delivered"),
            models.CheckConstraint(
                condition=~Q(state="denied") | (Q(kind="access") & ~Q(outcome="")), name="only_access_is_denied_and_in_writing"
            ),
            models.CheckConstraint(
                condition=Q(fee__isnull=True) | (Q(is_free=False) & Q(fee__gte=0)), name="first_accounting_in_a_year_is_free"
            ),
        ]
        indexes = [
            models.Index(fields=["program", "due_on", "id"], condition=Q(state="open"), name="requests_under_way"),
            models.Index(fields=["patient", "-received_on"], name="requests_of_patient"),
        ]
        triggers = append_only(but_updates=True)

    def __str__(self) -> str:
        """Return what was asked for and until when it is owed."""
        return f"{self.get_kind_display()}: {self.due_on}"

    @property
    def is_open(self) -> bool:
        """Say whether the person still waits."""
        return self.state == RequestState.OPEN

    @property
    def lists_disclosures(self) -> bool:
        """Say whether the answer is a list that stands in the account, and not a copy of the record."""
        return self.kind != RequestKind.ACCESS


class PaperForm(models.TextChoices):
    """Say as what an answer was handed out."""

    PDF = "pdf", _("On paper (PDF)")
    CSV = "csv", _("As a table (CSV)")


class Handout(models.Model):
    """Say exactly what a person was handed: which rows of the account, and the fingerprint of the file, so that it can be shown later."""

    sensitivity = Sensitivity.RECORD_OF_ACCESS

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="handouts", verbose_name=_("patient"))
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    request = models.ForeignKey(RecordsRequest, on_delete=models.PROTECT, null=True, related_name="handouts", verbose_name=_("request"))
    kind = models.CharField(_("what"), max_length=20, choices=RequestKind.choices)
    regime = models.CharField(_("how far back"), max_length=8, choices=Regime.choices)
    paper_form = models.CharField(_("as what"), max_length=4, choices=PaperForm.choices)
    language = models.CharField(_("language"), max_length=8)
    period_from = models.DateField(_("from"))
    period_to = models.DateField(_("to (included)"))
    disclosures = ArrayField(models.BigIntegerField(), verbose_name=_("rows of the account"))
    sha256 = models.CharField(_("fingerprint (SHA-256)"), max_length=64)
    handed_at = models.DateTimeField(_("handed out at"))
    handed_by_id = models.BigIntegerField()
    handed_by_name = models.CharField(_("handed out by"), max_length=120)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("answer handed out")
        verbose_name_plural = _("answers handed out")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="handout_has_its_fingerprint"),
            models.CheckConstraint(condition=~Q(kind="access"), name="handout_is_a_list_of_disclosures"),
        ]
        indexes = [models.Index(fields=["patient", "-id"], name="handouts_of_patient")]
        triggers = append_only()

    def __str__(self) -> str:
        """Return what it was and of which day."""
        return f"{self.get_kind_display()}, {self.handed_at:%Y-%m-%d}"

    @property
    def rows_told(self) -> int:
        """Return how many rows were on it."""
        return len(self.disclosures)
