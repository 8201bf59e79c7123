"""Keep what only few of the care team may read, each kind in a compartment of its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only
from casemgr.core.encrypted import EncryptedTextField
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


class Compartment(models.TextChoices):
    """Name what is kept apart; the codes are those of the categories of information."""

    TRAUMA = "trauma", _("Trauma")
    LEGAL = "legal", _("Legal matters")
    PARTNER_VIOLENCE = "partner_violence", _("Violence by a partner")


class RestrictedNote(Recorded):
    """Hold one note of a compartment, encrypted; it is never changed, an addendum says more."""

    sensitivity = Sensitivity.RESTRICTED

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    compartment = models.CharField(_("compartment"), max_length=32, choices=Compartment.choices)
    adds_to = models.ForeignKey("patients.RestrictedNote", null=True, blank=True, on_delete=models.PROTECT, related_name="addenda")
    body = EncryptedTextField(_("note"), purpose="restrictednote.body")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("restricted note")
        verbose_name_plural = _("restricted notes")
        constraints = [
            models.CheckConstraint(condition=models.Q(compartment__in=Compartment.values), name="restricted_note_is_in_a_known_compartment")
        ]
        indexes = [models.Index(fields=["patient", "program", "compartment", "-id"], name="restricted_notes_of_patient")]
        triggers = append_only()

    def __str__(self) -> str:
        """Return no word of it."""
        return str(_("restricted note"))
