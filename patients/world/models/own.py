"""Keep what is the person's own: strengths, goals, the words and the manner they wish for, and what use is for."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.world.models.base import WorldFact
from patients.world.rules.targets import targets_of


@tracked
class Strength(WorldFact):
    """Hold what somebody can build on."""

    words = models.CharField(_("strength, in the person's own words"), max_length=300)

    class Meta:
        ordering = ["id"]
        verbose_name = _("strength")
        verbose_name_plural = _("strengths")
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="strength_is_in_words")]

    def __str__(self) -> str:
        """Return the words."""
        return self.words


class GoalState(models.TextChoices):
    """Say where a person's own goal stands."""

    HELD = "held", _("Wanted")
    REACHED = "reached", _("Reached")
    LET_GO = "let_go", _("Let go")


@tracked
class OwnGoal(WorldFact):
    """Hold what somebody wants for their life, as they say it; goals of the treatment plan are made from it there."""

    words = models.CharField(_("goal, in the person's own words"), max_length=300)
    state = models.CharField(_("where it stands"), max_length=8, choices=GoalState.choices, default=GoalState.HELD)

    class Meta:
        ordering = ["id"]
        verbose_name = _("own goal")
        verbose_name_plural = _("own goals")
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="own_goal_is_in_words")]

    def __str__(self) -> str:
        """Return the words."""
        return self.words

    @property
    def remark(self) -> str:
        """Return where it stands, once it is not merely wanted."""
        return "" if self.state == GoalState.HELD else str(self.get_state_display())


TERMS = ("own_words", "condition_words", "words_to_avoid")
MANNERS = ("seating", "touch", "topics", "stop_signal", "grounding")


@tracked
class Wishes(WorldFact):
    """Hold how somebody wants to be spoken of and met; what makes a session feel safe is read before it."""

    once = True

    own_words = models.CharField(_("how the person wants to be spoken of"), max_length=200, blank=True)
    condition_words = models.CharField(_("words for what they live with"), max_length=200, blank=True)
    words_to_avoid = models.CharField(_("words not to use"), max_length=200, blank=True)
    culture = models.TextField(_("wishes of culture, faith and family"), blank=True)
    language_wishes = models.CharField(_("wishes about language"), max_length=200, blank=True)
    seating = models.CharField(_("seating"), max_length=200, blank=True, help_text=_("Near the door, not face to face, never alone ..."))
    touch = models.CharField(_("touch"), max_length=200, blank=True, help_text=_("No handshake, ask first ..."))
    topics = models.CharField(
        _("topics"), max_length=200, blank=True, help_text=_("Topics not to begin with. What happened itself belongs to the trauma notes.")
    )
    stop_signal = models.CharField(_("stop signal"), max_length=200, blank=True, help_text=_("A word or sign upon which everybody stops."))

    grounding = models.CharField(
        _("what helps when it gets too much"), max_length=200, blank=True, help_text=_("Cold water, the window, counting, a walk ...")
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("wishes")
        verbose_name_plural = _("wishes")
        constraints = [
            models.CheckConstraint(
                condition=~Q(
                    own_words="", condition_words="", words_to_avoid="", culture="", language_wishes="", seating="", touch="", topics="",
                    stop_signal="", grounding="",
                ),
                name="wishes_say_something",
                violation_error_message=_("Write down at least one wish."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        """Return what it is; the words themselves are shown on the page."""
        return str(self._meta.verbose_name)

    def said(self, *names: str) -> list[tuple[str, str]]:
        """Return the wishes that were told, of these or of all, each with what it is about."""
        wanted = names or (*TERMS, "culture", "language_wishes", *MANNERS)
        return [(str(self._meta.get_field(name).verbose_name), words) for name in wanted if (words := getattr(self, name))]  # type: ignore[union-attr]


class UseFor(models.TextChoices):
    """Name what use is for."""

    PAIN = "pain", _("Pain")
    SLEEP = "sleep", _("Sleep")
    NUMBNESS = "numbness", _("Feeling nothing for a while")
    PANIC = "panic", _("Panic")
    SOCIAL_FEAR = "social_fear", _("Fear among people")
    FLASHBACKS = "flashbacks", _("Flashbacks")
    LOW_MOOD = "low_mood", _("Low mood")
    WITHDRAWAL = "withdrawal", _("Relief of withdrawal")


TARGET_WORDS = {
    "pain_plan": _("A pain plan without opioids"),
    "sleep_therapy": _("Sleep as a target of its own (CBT for insomnia)"),
    "bearing_feelings": _("Skills to bear feelings (DBT skills)"),
    "panic_therapy": _("CBT for panic"),
    "social_therapy": _("CBT for social anxiety, small steps among people"),
    "trauma_therapy": _("Trauma treatment beside the treatment of use; grounding first"),
    "activation": _("Behavioral activation; PHQ-9 over time"),
    "dose_review": _("The prescriber looks at the dose"),
}


@tracked
class UseFunction(WorldFact):
    """Hold what use is for: what it does for the person, in their own words."""

    words = models.CharField(_("what it is for, in the person's own words"), max_length=300)
    substance = models.CharField(_("substance"), max_length=80, blank=True)
    tags = ArrayField(models.CharField(max_length=16, choices=UseFor.choices), verbose_name=_("it helps against"), default=list, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("function of use")
        verbose_name_plural = _("functions of use")
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="function_of_use_is_in_words")]

    def __str__(self) -> str:
        """Return the words."""
        return self.words

    @property
    def remark(self) -> str:
        """Return substance and tags."""
        return " · ".join([*([self.substance] if self.substance else []), *(str(UseFor(tag).label) for tag in self.tags)])

    @property
    def targets(self) -> list[str]:
        """Return what the plan might aim at, as suggestions."""
        return [str(TARGET_WORDS[target]) for target in targets_of(self.tags)]
