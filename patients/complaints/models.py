"""Keep complaints: from whom, about what, what was found, what was answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, Site
from casemgr.core.append_only import append_only, tracked
from casemgr.core.encrypted import EncryptedTextField
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


class Complainant(models.TextChoices):
    """Say who complains."""

    PATIENT = "patient", _("The person themselves")
    FAMILY = "family", _("Somebody close to the person")
    STAFF = "staff", _("Somebody who works here")
    OTHER = "other", _("Somebody else")
    UNNAMED = "unnamed", _("Somebody who does not want to be named")


class ComplaintSubject(models.TextChoices):
    """Say what a complaint is about."""

    TOLD = "told", _("Information was told to somebody")
    SEEN = "seen", _("Somebody looked who should not have")
    RIGHTS = "rights", _("A right was not honored: access, accounting, restriction, notice")
    RETALIATION = "retaliation", _("Being treated worse because of a complaint")
    OTHER = "other", _("Something else about privacy")


class ReceivedHow(models.TextChoices):
    """Say how a complaint came in."""

    IN_PERSON = "in_person", _("In person")
    PHONE = "phone", _("By phone")
    LETTER = "letter", _("By letter")
    EMAIL = "email", _("By e-mail")


class ComplaintState(models.TextChoices):
    """Say where a complaint stands."""

    RECEIVED = "received", _("Received")
    UNDER_WAY = "under_way", _("Being looked into")
    CLOSED = "closed", _("Answered")


class ComplaintOutcome(models.TextChoices):
    """Say what was found."""

    FOUNDED = "founded", _("Founded")
    PARTLY = "partly", _("Partly founded")
    UNFOUNDED = "unfounded", _("Not founded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Retaliation(models.TextChoices):
    """Say whether whoever complained was treated worse for it."""

    NONE = "none", _("No sign of it")
    SIGNS = "signs", _("There are signs; it is being dealt with")


@tracked
class Complaint(Recorded):
    """Hold one complaint; whoever is named in it never sees it."""

    sensitivity = Sensitivity.RESTRICTED

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    patient = models.ForeignKey(Patient, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("patient"))
    from_whom = models.CharField(_("from whom"), max_length=16, choices=Complainant.choices)
    name = EncryptedTextField(_("name and how to answer"), purpose="complaint.name", null=True, blank=True)
    about = models.CharField(_("about"), max_length=16, choices=ComplaintSubject.choices)
    received_on = models.DateField(_("received on"))
    received_how = models.CharField(_("received"), max_length=16, choices=ReceivedHow.choices)
    words = EncryptedTextField(_("what was said"), purpose="complaint.words")
    told_of_program = models.BooleanField(_("was told how the program deals with complaints"), default=False)
    told_of_secretary = models.BooleanField(_("was told that they may complain to the Secretary of HHS too"), default=False)
    state = models.CharField(_("state"), max_length=16, choices=ComplaintState.choices, default=ComplaintState.RECEIVED)
    findings = EncryptedTextField(_("what was looked into and found"), purpose="complaint.findings", null=True, blank=True)
    retaliation = models.CharField(_("retaliation"), max_length=8, choices=Retaliation.choices, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=ComplaintOutcome.choices, blank=True)
    answer = EncryptedTextField(_("what was answered"), purpose="complaint.answer", null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-received_on", "-id"]
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(
                    ~Q(outcome=""),
                    ~Q(retaliation=""),
                    told_of_secretary=True,
                    findings__isnull=False,
                    answer__isnull=False,
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                ),
                name="closed_complaint_has_findings_answer_and_check",
            ),
            models.CheckConstraint(
                condition=~Q(from_whom="patient") | Q(patient__isnull=False), name="complaint_of_a_patient_says_of_whom"
            ),
        ]
        indexes = [models.Index(fields=["program", "received_on", "id"], name="complaints_of_program")]
        triggers = append_only(but_updates=True)

    def __str__(self) -> str:
        """Return number and subject; never who it is about."""
        return f"{self.pk}: {self.get_about_display()}"


class ComplaintStaff(models.Model):
    """Name one member of staff whom a complaint is about; written when it is taken, or while it is looked into, and never taken back."""

    sensitivity = Sensitivity.RESTRICTED

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="staff_named")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        verbose_name = _("member of staff named in a complaint")
        verbose_name_plural = _("members of staff named in complaints")
        constraints = [models.UniqueConstraint(fields=["complaint", "user"], name="staff_named_once_in_complaint")]
        triggers = append_only()

    def __str__(self) -> str:
        """Return the key; the name is shown where it is needed."""
        return f"{self.pk}"
