"""Keep who else was in the room, on which consent; and what others told, apart from the chart."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, stays_but, tracked
from casemgr.core.directory.models import Organization
from casemgr.core.encrypted import EncryptedTextField
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.consent.models import Consent, InformationCategory, in_words
from patients.record.models import Patient
from patients.world.models import CloseOne
from treatment_plans.sessions.models import Attendance, part_stays_once_signed


def _categories(label: object, **options: object) -> "ArrayField[list[str], list[str]]":
    """Return the column of parts of the record."""
    inner: models.CharField[str, str] = models.CharField(max_length=32, choices=InformationCategory.choices)
    return ArrayField(inner, verbose_name=label, default=list, **options)  # type: ignore[arg-type]  # whatever a column takes is passed on


@tracked
class Participant(Recorded):
    """Say who else took part in one person's session, on which consent, and what was talked about in front of them.

    The scope is what the consent opened at that moment; what was talked about lies within it. There is no row without a consent.
    """

    sensitivity = Sensitivity.CLINICAL

    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="participants")
    close_one = models.ForeignKey(CloseOne, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    relation = models.CharField(_("who they are to the person"), max_length=80)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="+", verbose_name=_("consent"))
    scope = _categories(_("might be talked about"))
    topics = _categories(_("was talked about"), blank=True)
    was_asked = models.BooleanField(_("the person was asked that day and agreed"), default=False)
    in_error_why = models.CharField(_("why it was an error"), max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.CheckConstraint(
                condition=Q(close_one__isnull=False, organization__isnull=True) | Q(close_one__isnull=True, organization__isnull=False),
                name="participant_is_around_the_person_or_of_an_organization",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="participant_is_named"),
            models.CheckConstraint(condition=Q(topics__contained_by=F("scope")), name="nothing_is_talked_about_beyond_the_scope"),
            models.UniqueConstraint(
                fields=["attendance", "close_one"], condition=Q(in_error_why=""), name="participant_takes_part_once_in_a_session"
            ),
        ]
        triggers = [
            *append_only(but_updates=True),
            stays_but("in_error_why", name="participant_stays_as_it_was"),
            part_stays_once_signed("signed_participants_stay"),
        ]

    def __str__(self) -> str:
        """Return name and relation."""
        return f"{self.name} ({self.relation})"

    @property
    def patient(self) -> Patient:
        """Return whose session it was."""
        return self.attendance.patient

    @property
    def program_id(self) -> int:
        """Return the program that the session belongs to."""
        return self.attendance.program_id

    @property
    def stands(self) -> bool:
        """Say whether nobody marked it as an error."""
        return not self.in_error_why

    @property
    def topic_words(self) -> str:
        """Return in words what was talked about in front of them."""
        return in_words(InformationCategory, self.topics)


class Heard(models.TextChoices):
    """Say how somebody told it."""

    IN_PERSON = "in_person", _("In person")
    PHONE = "phone", _("Phone")
    VIDEO = "video", _("Video")
    WRITTEN = "written", _("In writing")


class CollateralNote(Recorded):
    """Hold what somebody else told about a person, encrypted and apart; never changed, an addendum says more.

    It belongs to no part of the record that a consent opens, so no copy, file, print or partner ever gets it by itself.
    """

    sensitivity = Sensitivity.RESTRICTED

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    attendance = models.ForeignKey(Attendance, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    close_one = models.ForeignKey(CloseOne, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    adds_to = models.ForeignKey("treatment_plans.CollateralNote", null=True, blank=True, on_delete=models.PROTECT, related_name="addenda")
    informant = EncryptedTextField(_("who told it"), purpose="collateralnote.informant")
    how = models.CharField(_("how"), max_length=16, choices=Heard.choices)
    heard_at = models.DateTimeField(_("told at"))
    body = EncryptedTextField(_("what was told"), purpose="collateralnote.body")
    in_confidence = models.BooleanField(_("told in confidence"), default=False)
    told = _categories(_("what we told them"), blank=True)
    consent = models.ForeignKey(Consent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("collateral note")
        verbose_name_plural = _("collateral notes")
        constraints = [
            models.CheckConstraint(condition=Q(told=[]) | Q(consent__isnull=False), name="nothing_is_told_back_without_a_consent"),
            models.CheckConstraint(condition=Q(how__in=Heard.values), name="collateral_note_says_how_it_was_told"),
            models.CheckConstraint(condition=Q(heard_at__lte=F("recorded_at")), name="collateral_note_is_written_after_it_was_told"),
        ]
        indexes = [models.Index(fields=["patient", "program", "-id"], name="collateral_notes_of_patient")]
        triggers = append_only()

    def __str__(self) -> str:
        """Return no word of it."""
        return str(_("collateral note"))
