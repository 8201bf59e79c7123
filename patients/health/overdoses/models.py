"""Keep overdoses and reversals: when, where, what, what was done, and who looked after the person since."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.health.models import HealthFact


class OverdoseOf(models.TextChoices):
    """Say whose overdose it was."""

    PERSON = "person", _("The person had an overdose")
    ANOTHER = "another", _("The person reversed somebody else's overdose")


class Place(models.TextChoices):
    """Say at what kind of place it happened; never an address."""

    HOME = "home", _("At home")
    OTHER_HOME = "other_home", _("At somebody else's home")
    SHELTER = "shelter", _("In a shelter")
    OUTDOORS = "outdoors", _("Outdoors")
    VEHICLE = "vehicle", _("In a vehicle")
    PUBLIC = "public", _("In a public place or restroom")
    PROGRAM = "program", _("In a treatment program")
    CUSTODY = "custody", _("In jail or prison")
    OTHER = "other", _("Elsewhere")
    UNKNOWN = "unknown", _("Not known")


class OverdoseSubstance(models.TextChoices):
    """Name what was taken, as far as it is known."""

    FENTANYL = "fentanyl", _("Fentanyl")
    HEROIN = "heroin", _("Heroin")
    METHADONE = "methadone", _("Methadone")
    BUPRENORPHINE = "buprenorphine", _("Buprenorphine")
    OTHER_OPIOID = "other_opioid", _("Another opioid")
    BENZODIAZEPINE = "benzodiazepine", _("Benzodiazepine")
    ALCOHOL = "alcohol", _("Alcohol")
    SEDATIVE = "sedative", _("Xylazine, medetomidine or another sedative")
    COCAINE = "cocaine", _("Cocaine")
    METHAMPHETAMINE = "methamphetamine", _("Methamphetamine")
    OTHER = "other", _("Something else")
    UNKNOWN = "unknown", _("Not known")


class NaloxoneGiver(models.TextChoices):
    """Say who gave naloxone."""

    BYSTANDER = "bystander", _("A friend, family or bystander")
    PERSON = "person", _("The person")
    STAFF = "staff", _("Staff of a program")
    AMBULANCE = "ambulance", _("Ambulance or fire service")
    POLICE = "police", _("Police")
    HOSPITAL = "hospital", _("Hospital")
    UNKNOWN = "unknown", _("Not known")


class HospitalUse(models.TextChoices):
    """Say how far into a hospital it led."""

    NONE = "none", _("No hospital")
    DECLINED = "declined", _("Ambulance came, did not go along")
    EMERGENCY = "emergency", _("Emergency department")
    ADMITTED = "admitted", _("Admitted")
    UNKNOWN = "unknown", _("Not known")


class Outcome(models.TextChoices):
    """Say how it ended."""

    SURVIVED = "survived", _("Survived")
    INJURED = "injured", _("Survived with lasting harm")
    DIED = "died", _("Died")
    UNKNOWN = "unknown", _("Not known")


class Intent(models.TextChoices):
    """Say whether it was meant."""

    ACCIDENTAL = "accidental", _("Not meant")
    INTENTIONAL = "intentional", _("Meant to harm themselves")
    UNKNOWN = "unknown", _("Not known")


class YesNoUnknown(models.TextChoices):
    """Answer yes, no, or not known."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known")


@tracked
class Overdose(HealthFact):
    """Hold one overdose, or one that the person reversed in somebody else."""

    past_days = ("happened_on", "contacted_on")
    spans = (("happened_on", "contacted_on"),)

    of = models.CharField(_("whose"), max_length=16, choices=OverdoseOf.choices, default=OverdoseOf.PERSON)
    happened_on = models.DateField(_("happened on"))
    place = models.CharField(_("where"), max_length=16, choices=Place.choices, default=Place.UNKNOWN)
    substances = ArrayField(
        models.CharField(max_length=16, choices=OverdoseSubstance.choices), verbose_name=_("substances"), default=list, blank=True
    )
    intent = models.CharField(_("was it meant"), max_length=16, choices=Intent.choices, default=Intent.UNKNOWN)
    alone = models.CharField(_("was the person alone"), max_length=16, choices=YesNoUnknown.choices, default=YesNoUnknown.UNKNOWN)
    naloxone_doses = models.PositiveSmallIntegerField(_("naloxone doses given"), null=True, blank=True, validators=[MaxValueValidator(20)])
    naloxone_by = models.CharField(_("who gave naloxone"), max_length=16, choices=NaloxoneGiver.choices, blank=True)
    own_kit_used = models.BooleanField(_("the kit of this person was used"), default=False)
    hospital = models.CharField(_("hospital"), max_length=16, choices=HospitalUse.choices, default=HospitalUse.UNKNOWN)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, default=Outcome.SURVIVED)
    told_by = models.CharField(_("who told us"), max_length=120, blank=True)
    words = models.TextField(_("what happened, in the person's words"), blank=True)
    contacted_on = models.DateField(_("spoken with since, on"), null=True, blank=True)
    contact_words = models.TextField(_("what came of it"), blank=True)

    class Meta:
        ordering = ["-happened_on", "-id"]
        verbose_name = _("overdose or reversal")
        verbose_name_plural = _("overdoses and reversals")
        constraints = [
            models.CheckConstraint(
                condition=Q(contacted_on__isnull=True) | Q(contacted_on__gte=F("happened_on")), name="contact_comes_after_the_overdose"
            ),
        ]
        indexes = [models.Index(fields=["patient", "-happened_on"], name="overdoses_of_patient")]

    def __str__(self) -> str:
        """Return whose and when."""
        return f"{self.get_of_display()}, {self.happened_on}"

    @property
    def substances_in_words(self) -> str:
        """Return what was taken, in words."""
        known = dict(OverdoseSubstance.choices)
        return ", ".join(str(known.get(code, code)) for code in self.substances)
