"""Keep what helps a person when something pulls towards use or into a low: one card for each trigger."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient
from treatment_plans.sessions.models import Session


@tracked
class CopingCard(Recorded):
    """Hold one trigger in the person's own words, and what helps with it; it grows from session to session."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    trigger = models.CharField(_("trigger, in the person's own words"), max_length=200)
    helps = models.TextField(_("what helps"), blank=True)
    learned_in = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("comes from the session")
    )
    taken_off_at = models.DateTimeField(_("taken off at"), null=True, blank=True)
    taken_off_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        verbose_name = _("coping card")
        verbose_name_plural = _("coping cards")
        indexes = [models.Index(fields=["patient", "id"], condition=Q(taken_off_at__isnull=True), name="coping_cards_of_patient")]
        constraints = [
            models.CheckConstraint(condition=~Q(trigger=""), name="coping_card_names_its_trigger"),
            models.CheckConstraint(
                condition=Q(taken_off_at__isnull=True, taken_off_by__isnull=True)
                | Q(taken_off_at__isnull=False, taken_off_by__isnull=False),
                name="card_taken_off_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        """Return the trigger."""
        return self.trigger
