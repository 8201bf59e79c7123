"""Say of a row who wrote it down, and when."""

from django.conf import settings
from django.db import models


class Recorded(models.Model):
    """Carry who recorded a row and when; what happened when is the row's own business."""

    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
