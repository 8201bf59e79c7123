"""Keep pregnancy: each statement is a row of its own, so that its history reads as it went."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.health.models import HealthFact


class PregnancyStatus(models.TextChoices):
    """Say where it stands."""

    PREGNANT = "pregnant", _("Pregnant")
    NOT_PREGNANT = "not_pregnant", _("Not pregnant")
    POSTPARTUM = "postpartum", _("Gave birth of late")
    ENDED = "ended", _("The pregnancy ended")
    DECLINED = "declined", _("Did not want to say")
    UNKNOWN = "unknown", _("Not known")


class KnownBy(models.TextChoices):
    """Say how it is known."""

    PERSON = "person", _("The person says so")
    TEST_HERE = "test_here", _("Test here")
    TEST_ELSEWHERE = "test_elsewhere", _("Test elsewhere")
    ULTRASOUND = "ultrasound", _("Ultrasound")
    RECORD = "record", _("Record of another clinic")


class PrenatalCare(models.TextChoices):
    """Say whether somebody looks after the pregnancy."""

    IN_CARE = "in_care", _("In prenatal care")
    REFERRED = "referred", _("Referred")
    NOT_YET = "not_yet", _("Not yet")
    DECLINED = "declined", _("Offered, not wanted")


@tracked
class Pregnancy(HealthFact):
    """Hold one statement about a pregnancy on a day."""

    past_days = ("noted_on", "since")
    spans = (("since", "due_on"),)

    status = models.CharField(_("status"), max_length=16, choices=PregnancyStatus.choices)
    noted_on = models.DateField(_("as of"))
    known_by = models.CharField(_("known from"), max_length=16, choices=KnownBy.choices, default=KnownBy.PERSON)
    since = models.DateField(_("since"), null=True, blank=True)
    due_on = models.DateField(_("due date"), null=True, blank=True)
    prenatal_care = models.CharField(_("prenatal care"), max_length=16, choices=PrenatalCare.choices, blank=True)
    prenatal_words = models.CharField(_("where, with whom"), max_length=200, blank=True)
    remark = models.TextField(_("remark"), blank=True)

    class Meta:
        ordering = ["-noted_on", "-id"]
        verbose_name = _("pregnancy")
        verbose_name_plural = _("pregnancies")
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(status="pregnant"),
                name="due_date_belongs_to_a_pregnancy",
                violation_error_message=_("A due date belongs to a pregnancy. Leave it empty."),
            )
        ]

    def __str__(self) -> str:
        """Return status and day."""
        return f"{self.get_status_display()} {self.noted_on}"
