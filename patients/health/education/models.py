"""Keep what was explained to a person, and whether they could say it back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.health.models import HealthFact
from patients.record.models import LANGUAGE_CHOICES


class Topic(models.TextChoices):
    """Name what is explained."""

    OVERDOSE = "overdose", _("Overdose and naloxone")
    MEDICATION = "medication", _("Medication for opioid use disorder")
    CYCLE = "cycle", _("How mental health and use affect each other")
    BRAIN = "brain", _("Brain, stress and substances")
    SLEEP = "sleep", _("Sleep")
    MOOD = "mood", _("Depression and anxiety")
    TRAUMA = "trauma", _("Stress after trauma")
    PAIN = "pain", _("Pain without opioids")
    INFECTIONS = "infections", _("Infections and safer use")
    PREGNANCY = "pregnancy", _("Pregnancy and medication")
    STORAGE = "storage", _("Safe storage of medication")
    SKILLS = "skills", _("Coping skills")
    OTHER = "other", _("Something else")


class EducationFormat(models.TextChoices):
    """Say in which way it was explained."""

    TALK = "talk", _("Conversation")
    GROUP = "group", _("Group")
    LEAFLET = "leaflet", _("Leaflet")
    VIDEO = "video", _("Video")
    PRACTICE = "practice", _("Shown and practiced")


class TeachBack(models.TextChoices):
    """Say whether the person could say it back in their own words."""

    SAID_BACK = "said_back", _("Said it back")
    IN_PART = "in_part", _("Said part of it back; explain again")
    NOT_YET = "not_yet", _("Not yet; explain in another way")
    NOT_ASKED = "not_asked", _("Was not asked")


@tracked
class Education(HealthFact):
    """Hold one thing that was explained to a person."""

    past_days = ("given_on",)

    topic = models.CharField(_("topic"), max_length=16, choices=Topic.choices)
    topic_words = models.CharField(_("what exactly"), max_length=160, blank=True)
    format = models.CharField(_("how"), max_length=12, choices=EducationFormat.choices, default=EducationFormat.TALK)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGE_CHOICES, default="en")
    given_on = models.DateField(_("explained on"))
    given_by = models.CharField(_("explained by"), max_length=120, blank=True)
    teach_back = models.CharField(_("said back"), max_length=12, choices=TeachBack.choices, default=TeachBack.NOT_ASKED)
    remark = models.TextField(_("remark"), blank=True)

    class Meta:
        ordering = ["-given_on", "-id"]
        verbose_name = _("education given")
        verbose_name_plural = _("education given")

    def __str__(self) -> str:
        """Return topic and day."""
        return f"{self.get_topic_display()} {self.given_on}"
