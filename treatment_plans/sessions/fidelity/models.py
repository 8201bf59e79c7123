"""Keep how closely a session followed the way of working that was meant."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from treatment_plans.sessions.models import Session


@tracked
class FidelityRating(Recorded):
    """Hold one look at a session through a checklist: each item from 0 to 5, by whoever held it or by somebody who watched."""

    sensitivity = Sensitivity.CLINICAL

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="fidelity_ratings")
    checklist = models.CharField(_("checklist"), max_length=32)
    scores = models.JSONField(_("items, from 0 to 5"), default=dict)
    mean = models.DecimalField(_("mean"), max_digits=3, decimal_places=2)
    is_own = models.BooleanField(_("of one's own session"))
    remark = models.TextField(_("what to try next time"), blank=True)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        verbose_name = _("fidelity rating")
        verbose_name_plural = _("fidelity ratings")
        indexes = [models.Index(fields=["session", "checklist"], name="fidelity_of_session")]

    def __str__(self) -> str:
        """Return checklist and mean."""
        return f"{self.checklist} {self.mean}"

    @property
    def program_id(self) -> int:
        """Return the program that the session belongs to."""
        return self.session.program_id
