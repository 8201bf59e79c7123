"""Keep who was given which notice of privacy rights, when and how, and what they said to it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


class NoticeMethod(models.TextChoices):
    """Say how a notice reached the person."""

    IN_PERSON = "in_person", _("Handed over and talked through")
    MAIL = "mail", _("By mail")
    ELECTRONIC = "electronic", _("On screen or by e-mail, as the person asked")


class Acknowledgement(models.TextChoices):
    """Say what the person answered."""

    SIGNED = "signed", _("Signed that they have it")
    DECLINED = "declined", _("Took it and did not want to sign")
    COULD_NOT = "could_not", _("Could not sign")


class NoticeGiven(Recorded):
    """Say that one version of the notice was given to one person; kept as written for six years (45 CFR 164.530(j))."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="notices")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    version = models.CharField(_("version"), max_length=16)
    language = models.CharField(_("language"), max_length=8)
    given_on = models.DateField(_("given on"))
    method = models.CharField(_("how"), max_length=16, choices=NoticeMethod.choices)
    acknowledgement = models.CharField(_("answer"), max_length=16, choices=Acknowledgement.choices)
    why_not = models.CharField(_("why it was not signed"), max_length=200, blank=True)

    class Meta:
        ordering = ["-given_on", "-id"]
        verbose_name = _("notice given")
        verbose_name_plural = _("notices given")
        constraints = [
            models.CheckConstraint(condition=Q(acknowledgement="signed") | ~Q(why_not=""), name="notice_not_signed_for_says_why"),
        ]
        indexes = [models.Index(fields=["patient", "program", "version"], name="notices_of_patient")]
        triggers = append_only()

    def __str__(self) -> str:
        """Return the version and the day."""
        return f"{self.version}, {self.given_on}"
