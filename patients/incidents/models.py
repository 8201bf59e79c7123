"""Keep incidents of privacy and security: what happened, whom it reached, how it was assessed, who was told."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, Site
from casemgr.core.append_only import append_only, tracked
from casemgr.core.encrypted import EncryptedTextField
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.incidents.rules import Reached
from patients.record.models import Patient


class IncidentKind(models.TextChoices):
    """Say what went wrong, as far as it is known."""

    WRONG_RECIPIENT = "wrong_recipient", _("Sent or said to the wrong person")
    SEEN = "seen", _("Somebody saw what they should not")
    LOST = "lost", _("Paper, phone or computer lost or stolen")
    SYSTEM = "system", _("Computer trouble: malware, break-in, shared password")
    OTHER = "other", _("Something else")


class IncidentState(models.TextChoices):
    """Say where an incident stands."""

    REPORTED = "reported", _("Reported")
    NOT_A_BREACH = "not_a_breach", _("Assessed: not a breach")
    BREACH = "breach", _("Breach: people are being told")
    CLOSED = "closed", _("Closed: everybody was told")


class Determination(models.TextChoices):
    """Say what an assessment came to (45 CFR 164.402)."""

    NOT_A_BREACH = "not_a_breach", _("Not a breach: low probability that the information was compromised")
    BREACH = "breach", _("A breach")


class Level(models.TextChoices):
    """Grade one factor."""

    LOW = "low", _("Low risk")
    SOME = "some", _("Some risk")
    HIGH = "high", _("High risk")


class Audience(models.TextChoices):
    """Say who is told of a breach."""

    INDIVIDUALS = "individuals", _("The people concerned")
    SUBSTITUTE = "substitute", _("The people who cannot be reached: notice on the web or in the media")
    HHS = "hhs", _("HHS")
    MEDIA = "media", _("The media")


class NoticeWay(models.TextChoices):
    """Say how somebody was told."""

    LETTER = "letter", _("Letter by first-class mail")
    EMAIL = "email", _("E-mail, as the person agreed")
    PHONE = "phone", _("Phone, because it was urgent")
    WEB = "web", _("On the web site for 90 days")
    PRESS = "press", _("Newspaper, radio or television")
    PORTAL = "portal", _("Breach portal of HHS")


@tracked
class Incident(Recorded):
    """Hold one incident from the first report to its end."""

    sensitivity = Sensitivity.RESTRICTED

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    kind = models.CharField(_("what went wrong"), max_length=16, choices=IncidentKind.choices)
    discovered_on = models.DateField(_("noticed on"))
    happened_on = models.DateField(_("happened on"), null=True, blank=True)
    words = EncryptedTextField(_("what happened"), purpose="incident.words")
    state = models.CharField(_("state"), max_length=16, choices=IncidentState.choices, default=IncidentState.REPORTED)
    others_by_state = models.JSONField(_("people known by number only, by state"), default=dict, blank=True)
    letter_events = EncryptedTextField(_("what happened, in the letter"), purpose="incident.letter_events", null=True, blank=True)
    letter_information = EncryptedTextField(_("which kinds of information"), purpose="incident.letter_information", null=True, blank=True)
    letter_steps = EncryptedTextField(_("what people can do"), purpose="incident.letter_steps", null=True, blank=True)
    letter_doing = EncryptedTextField(_("what the program does"), purpose="incident.letter_doing", null=True, blank=True)
    letter_contact = models.CharField(_("whom to ask, free of charge"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        ordering = ["-discovered_on", "-id"]
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.CheckConstraint(
                condition=Q(happened_on__isnull=True) | Q(happened_on__lte=F("discovered_on")), name="incident_is_noticed_after_it_happened"
            ),
            models.CheckConstraint(condition=~Q(state="closed") | Q(closed_at__isnull=False), name="closed_incident_says_when"),
        ]
        indexes = [models.Index(fields=["program", "discovered_on", "id"], name="incidents_of_program")]
        triggers = append_only(but_updates=True)

    def __str__(self) -> str:
        """Return number and kind; never what or who."""
        return f"{self.pk}: {self.get_kind_display()}"

    def reached(self, listed: list[Any]) -> Reached:
        """Return how many people it reached, given those who are listed one by one."""
        numbers = dict(self.others_by_state)
        for person in listed:
            numbers[person.state] = numbers.get(person.state, 0) + 1
        return Reached(numbers, sum(person.is_address_outdated for person in listed))


@tracked
class IncidentPerson(models.Model):
    """Name one person whose information an incident reached, and whether a letter would find them."""

    sensitivity = Sensitivity.RESTRICTED

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="people")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state of residence"), max_length=2)
    is_address_outdated = models.BooleanField(_("address is out of date"), default=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("person reached by an incident")
        verbose_name_plural = _("people reached by incidents")
        constraints = [
            models.UniqueConstraint(fields=["incident", "patient"], name="person_listed_once_per_incident"),
            models.CheckConstraint(condition=Q(state__regex=r"^[A-Z]{2}$"), name="state_is_written_as_two_letters"),
        ]
        triggers = append_only(but_updates=True)

    def __str__(self) -> str:
        """Return the key; the name is shown where it is needed."""
        return f"{self.pk}"


class IncidentAssessment(Recorded):
    """Hold one assessment with its four factors; a later one stands beside it, and the last one counts (45 CFR 164.402(2))."""

    sensitivity = Sensitivity.RESTRICTED

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="assessments")
    nature = EncryptedTextField(_("nature and extent of the information"), purpose="incident_assessment.nature", null=True, blank=True)
    nature_level = models.CharField(_("risk from its nature"), max_length=8, choices=Level.choices, blank=True)
    recipient = EncryptedTextField(_("who used or received it"), purpose="incident_assessment.recipient", null=True, blank=True)
    recipient_level = models.CharField(_("risk from who has it"), max_length=8, choices=Level.choices, blank=True)
    acquired = EncryptedTextField(_("whether it was acquired or viewed"), purpose="incident_assessment.acquired", null=True, blank=True)
    acquired_level = models.CharField(_("risk that it was read"), max_length=8, choices=Level.choices, blank=True)
    mitigated = EncryptedTextField(_("how far the risk was made smaller"), purpose="incident_assessment.mitigated", null=True, blank=True)
    mitigated_level = models.CharField(_("risk that is left"), max_length=8, choices=Level.choices, blank=True)
    determination = models.CharField(_("determination"), max_length=16, choices=Determination.choices)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("assessment of an incident")
        verbose_name_plural = _("assessments of incidents")
        constraints = [
            models.CheckConstraint(
                condition=~Q(determination="not_a_breach")
                | Q(
                    ~Q(nature_level=""),
                    ~Q(recipient_level=""),
                    ~Q(acquired_level=""),
                    ~Q(mitigated_level=""),
                    nature__isnull=False,
                    recipient__isnull=False,
                    acquired__isnull=False,
                    mitigated__isnull=False,
                ),
                name="not_a_breach_rests_on_all_four_factors",
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        """Return what it came to."""
        return self.get_determination_display()


class BreachNotice(Recorded):
    """Say that some of those who must be told of a breach were told: when, how, how many."""

    sensitivity = Sensitivity.RESTRICTED

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notices")
    audience = models.CharField(_("who was told"), max_length=16, choices=Audience.choices)
    way = models.CharField(_("how"), max_length=16, choices=NoticeWay.choices)
    sent_on = models.DateField(_("sent on"))
    number = models.PositiveIntegerField(_("how many"), default=1)
    is_complete = models.BooleanField(_("everybody of them was told"), default=False)

    class Meta:
        ordering = ["sent_on", "id"]
        verbose_name = _("notice of a breach")
        verbose_name_plural = _("notices of breaches")
        triggers = append_only()

    def __str__(self) -> str:
        """Return who and when."""
        return f"{self.get_audience_display()}, {self.sent_on}"
