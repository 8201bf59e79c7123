"""Keep under which secret addresses people read their own calendar in a program of their own."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from casemgr.core.sensitivity import Sensitivity


@tracked
class CalendarFeed(models.Model):
    """Hold that somebody's calendar may be read under a secret address; the secret itself is kept nowhere."""

    sensitivity = Sensitivity.OPERATIONAL

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("whose"))
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    opened_at = models.DateTimeField(_("since"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [models.UniqueConstraint(fields=["user"], condition=Q(closed_at__isnull=True), name="one_open_calendar_address_each")]

    def __str__(self) -> str:
        """Return since when."""
        return f"{self.opened_at:%Y-%m-%d}"
