"""Keep who led a session beside the person who signs it: their names are nobody's of the group."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from casemgr.core.sensitivity import Sensitivity
from treatment_plans.sessions.models import Session, frame_stays_once_signed


@tracked
class CoLeader(models.Model):
    """Name one more member of staff who led a session."""

    sensitivity = Sensitivity.OPERATIONAL

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="co_leaders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        verbose_name = _("who led as well")
        verbose_name_plural = _("who led as well")
        constraints = [models.UniqueConstraint(fields=["session", "user"], name="co_leader_is_named_once")]
        triggers = [frame_stays_once_signed("signed_leaders_stay")]

    def __str__(self) -> str:
        """Return who it is."""
        return f"{self.user}"
