"""Keep what was answered before somebody left: medication, naloxone, the next appointment, and who calls."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.episodes.models.stays import Episode


class LeavingBasis(models.TextChoices):
    """Say on what the end of a stay rests."""

    ANSWERED = "answered", _("The four questions were answered")
    MOVED = "moved", _("The person went on to another site or program of ours the same day")
    DIED = "died", _("The person died")
    ELSEWHERE = "elsewhere", _("Taken over from another system, where it ended in the past")


class MedicationAnswer(models.TextChoices):
    """Say how the medication for opioid use disorder goes on."""

    CONTINUES = "continues", _("Somebody else continues it")
    BRIDGE = "bridge", _("Bridged until somebody continues it")
    TAPERED = "tapered", _("Ended as planned with the person")
    NOT_TAKEN = "not_taken", _("The person takes none")
    DECLINED = "declined", _("The person declined")
    NOT_POSSIBLE = "not_possible", _("Not possible")


class NaloxoneAnswer(models.TextChoices):
    """Say whether the person leaves with naloxone in hand."""

    IN_HAND = "in_hand", _("In hand")
    DECLINED = "declined", _("Offered and declined")
    NOT_POSSIBLE = "not_possible", _("Not possible")


class AppointmentAnswer(models.TextChoices):
    """Say whether the next appointment is made."""

    MADE = "made", _("Made")
    DECLINED = "declined", _("The person declined")
    NOT_POSSIBLE = "not_possible", _("Not possible")


class ContactAnswer(models.TextChoices):
    """Say whether somebody calls after 7 and after 30 days."""

    CALL = "call", _("We call after 7 and after 30 days")
    DECLINED = "declined", _("The person declined")
    NOT_POSSIBLE = "not_possible", _("Not possible")


@tracked
class LeavingPlan(Recorded):
    """Hold the answers without which a stay cannot end; the first four weeks after it are those in which most people die."""

    sensitivity = Sensitivity.CLINICAL

    episode = models.OneToOneField(Episode, on_delete=models.PROTECT, related_name="leaving_plan", verbose_name=_("stay"))
    basis = models.CharField(_("rests on"), max_length=16, choices=LeavingBasis.choices)
    medication = models.CharField(_("medication"), max_length=16, choices=MedicationAnswer.choices, blank=True)
    medication_by = models.CharField(_("who continues it"), max_length=200, blank=True)
    bridge_until = models.DateField(_("bridged until"), null=True, blank=True)
    medication_words = models.CharField(_("about the medication"), max_length=500, blank=True)
    naloxone = models.CharField(_("naloxone"), max_length=16, choices=NaloxoneAnswer.choices, blank=True)
    naloxone_words = models.CharField(_("about naloxone"), max_length=500, blank=True)
    appointment = models.CharField(_("next appointment"), max_length=16, choices=AppointmentAnswer.choices, blank=True)
    appointment_where = models.CharField(_("where"), max_length=200, blank=True)
    appointment_on = models.DateField(_("on"), null=True, blank=True)
    appointment_words = models.CharField(_("about the appointment"), max_length=500, blank=True)
    contact = models.CharField(_("contact"), max_length=16, choices=ContactAnswer.choices, blank=True)
    contact_how = models.CharField(_("how and when to call"), max_length=200, blank=True)
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who calls")
    )
    contact_words = models.CharField(_("about the contact"), max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("plan for leaving")
        verbose_name_plural = _("plans for leaving")
        constraints = [
            models.CheckConstraint(
                condition=~Q(basis="answered") | (~Q(medication="") & ~Q(naloxone="") & ~Q(appointment="") & ~Q(contact="")),
                name="leaving_answers_all_four_questions",
            ),
            models.CheckConstraint(
                condition=~Q(medication__in=["continues", "bridge"]) | ~Q(medication_by=""), name="medication_names_who_continues_it"
            ),
            models.CheckConstraint(condition=~Q(medication="bridge") | Q(bridge_until__isnull=False), name="bridge_says_until_when"),
            models.CheckConstraint(
                condition=~Q(appointment="made") | (~Q(appointment_where="") & Q(appointment_on__isnull=False)),
                name="appointment_says_where_and_when",
            ),
            models.CheckConstraint(condition=~Q(contact="call") | ~Q(contact_how=""), name="call_says_how_and_when"),
            *(
                models.CheckConstraint(
                    condition=~Q(**{f"{question}__in": ["declined", "not_possible"]}) | ~Q(**{f"{question}_words": ""}),
                    name=f"{question}_not_done_says_why",
                )
                for question in ("medication", "naloxone", "appointment", "contact")
            ),
        ]

    def __str__(self) -> str:
        """Return on what the end of the stay rests."""
        return self.get_basis_display()
