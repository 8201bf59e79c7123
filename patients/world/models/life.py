"""Keep what happened in somebody's life, and what keeps them from coming."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.world.models.base import WorldFact, ends_after_it_began


class LifeEventKind(models.TextChoices):
    """Name what happens in a life and shows on the recovery chart."""

    HOUSING = "housing", _("Housing")
    JOB = "job", _("Work")
    JAIL = "jail", _("Jail or prison")
    HOSPITAL = "hospital", _("Hospital")
    CUSTODY = "custody", _("Custody of children")
    LOSS = "loss", _("Loss")
    OTHER = "other", _("Other")


@tracked
class LifeEvent(WorldFact):
    """Hold something that happened or lasts, with its days."""

    spans = ("began_on", "ended_on")

    kind = models.CharField(_("kind"), max_length=16, choices=LifeEventKind.choices)
    began_on = models.DateField(_("began on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    words = models.CharField(
        _("in a few words"), max_length=120, blank=True, help_text=_("Why somebody was in jail belongs to the notes on legal matters.")
    )

    class Meta:
        ordering = ["-began_on", "-id"]
        verbose_name = _("life event")
        verbose_name_plural = _("life events")
        constraints = [ends_after_it_began("life_event_ends_after_it_began", "began_on", "ended_on")]
        indexes = [models.Index(fields=["patient", "began_on"], name="life_events_of_patient")]

    def __str__(self) -> str:
        """Return the kind."""
        return str(self.get_kind_display())

    @property
    def remark(self) -> str:
        """Return the words."""
        return self.words


class BarrierKind(models.TextChoices):
    """Name what keeps people from coming or staying."""

    STIGMA = "stigma", _("Stigma")
    TRANSPORT = "transport", _("Transport")
    LANGUAGE = "language", _("Language")
    COST = "cost", _("Cost")
    DISTRUST = "distrust", _("Distrust")
    CHILDCARE = "childcare", _("Childcare")
    LEGAL_FEAR = "legal_fear", _("Fear of legal consequences")
    HOUSING = "housing", _("Housing")
    FOOD = "food", _("Food")
    UTILITIES = "utilities", _("Electricity, gas, water")
    WORK = "work", _("Finding or keeping work")
    EDUCATION = "education", _("School, training or reading")
    LONELINESS = "loneliness", _("Being alone with it")
    DISABILITY = "disability", _("A disability")
    OTHER = "other", _("Other")


@tracked
class Barrier(WorldFact):
    """Hold what keeps somebody from coming or staying, until it is out of the way."""

    spans = ("since", "resolved_on")

    kind = models.CharField(_("barrier"), max_length=16, choices=BarrierKind.choices)
    words = models.CharField(_("in the person's words"), max_length=300, blank=True)
    from_questionnaire = models.CharField(_("from the questionnaire"), max_length=32, blank=True, editable=False)
    since = models.DateField(_("since"), null=True, blank=True)
    resolved_on = models.DateField(_("out of the way since"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("barrier")
        verbose_name_plural = _("barriers")
        constraints = [ends_after_it_began("barrier_is_resolved_after_it_began", "since", "resolved_on")]

    def __str__(self) -> str:
        """Return the kind."""
        return str(self.get_kind_display())

    @property
    def remark(self) -> str:
        """Return the words, and the questionnaire that it came from."""
        return " · ".join(part for part in (self.words, self.from_questionnaire) if part)
