"""Keep who cares for whom."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import ROLE_CHOICES, Program
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


@tracked
class CareTeamMember(Recorded):
    """Say that somebody cares for a patient in a role; for some roles this alone opens the chart (42 CFR 2.12(c)(3))."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="care_team")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=32, choices=ROLE_CHOICES)
    is_lead = models.BooleanField(_("is in charge"), default=False)
    since = models.DateField(_("since"))
    until = models.DateField(_("until (not included)"), null=True, blank=True)

    class Meta:
        ordering = ["-is_lead", "role", "id"]
        verbose_name = _("care team member")
        verbose_name_plural = _("care team members")
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "program", "user", "role"], condition=Q(until__isnull=True), name="care_team_member_named_once"
            ),
            models.UniqueConstraint(
                fields=["patient", "program"], condition=Q(until__isnull=True, is_lead=True), name="one_lead_per_patient_and_program"
            ),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="care_ends_after_it_began"),
        ]
        indexes = [models.Index(fields=["user", "program", "patient"], name="caseload_of_user")]

    def __str__(self) -> str:
        """Return the role; the name is shown where it is needed."""
        return self.get_role_display()
