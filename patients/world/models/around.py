"""Keep what is around a person: what weighs on them, family, people close to them, service in the armed forces."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.world.models.base import WorldFact, ends_after_it_began
from patients.world.rules.family import code_of

WORST = 10


class StressorKind(models.TextChoices):
    """Say which part of life weighs on somebody."""

    MONEY = "money", _("Money")
    HOUSING = "housing", _("Housing")
    WORK = "work", _("Work")
    FAMILY = "family", _("Family or partner")
    HEALTH = "health", _("Health")
    GRIEF = "grief", _("Grief")
    LEGAL = "legal", _("Legal")
    SAFETY = "safety", _("Safety")
    LONELINESS = "loneliness", _("Loneliness")
    OTHER = "other", _("Other")


@tracked
class Stressor(WorldFact):
    """Hold what weighs on somebody, and how heavily."""

    spans = ("since", "until")

    category = models.CharField(_("what it is about"), max_length=16, choices=StressorKind.choices)
    severity = models.PositiveSmallIntegerField(
        _("how heavily, 0 to 10"), null=True, blank=True, validators=[MaxValueValidator(WORST)], help_text=_("As the person rates it.")
    )
    words = models.CharField(_("in the person's words"), max_length=300, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("stressor")
        verbose_name_plural = _("stressors")
        constraints = [
            ends_after_it_began("stressor_ends_after_it_began", "since", "until"),
            models.CheckConstraint(condition=Q(severity__isnull=True) | Q(severity__lte=WORST), name="stressor_weighs_ten_at_most"),
        ]

    def __str__(self) -> str:
        """Return what it is about."""
        return str(self.get_category_display())

    @property
    def remark(self) -> str:
        """Return how heavily it weighs, and the words."""
        return " · ".join([*([f"{self.severity}/{WORST}"] if self.severity is not None else []), *([self.words] if self.words else [])])


class Relative(models.TextChoices):
    """Name who in the family."""

    MOTHER = "mother", _("Mother")
    FATHER = "father", _("Father")
    SIBLING = "sibling", _("Brother or sister")
    CHILD = "child", _("Child")
    GRANDPARENT = "grandparent", _("Grandparent")
    OTHER = "other", _("Other relative")


class FamilyCondition(models.TextChoices):
    """Name what somebody in the family lives or lived with."""

    ALCOHOL = "alcohol", _("Alcohol use disorder")
    SUBSTANCES = "substances", _("Other substance use disorder")
    DEPRESSION = "depression", _("Depression")
    BIPOLAR = "bipolar", _("Bipolar disorder")
    PSYCHOSIS = "psychosis", _("Psychosis")
    ANXIETY = "anxiety", _("Anxiety")
    PTSD = "ptsd", _("Post-traumatic stress disorder")
    SUICIDE = "suicide", _("Suicide or suicide attempt")
    OTHER_MENTAL = "other_mental", _("Another mental health condition")
    OTHER = "other", _("Another condition")


@tracked
class FamilyHistory(WorldFact):
    """Hold what somebody in the family lives or lived with; nobody is named."""

    relative = models.CharField(_("relative"), max_length=16, choices=Relative.choices)
    condition = models.CharField(_("condition"), max_length=16, choices=FamilyCondition.choices)
    words = models.CharField(_("in words"), max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("family history")
        verbose_name_plural = _("family history")

    def __str__(self) -> str:
        """Return who and what."""
        return f"{self.get_relative_display()}: {self.get_condition_display()}"

    @property
    def code(self) -> str:
        """Return the ICD-10-CM code that fits, as a suggestion."""
        return code_of(self.condition)

    @property
    def remark(self) -> str:
        """Return the code and the words."""
        return " · ".join(part for part in (self.code, self.words) if part)


class MayTalk(models.TextChoices):
    """Say whether the person wants us to talk with somebody. It is a wish: only a consent permits it."""

    YES = "yes", _("Yes, with a consent")
    ASK = "ask", _("Ask each time")
    NO = "no", _("No")


@tracked
class CloseOne(WorldFact):
    """Hold somebody in the person's life, and whether the person wants us to talk with them."""

    spans = ("since", "until")

    name = models.CharField(_("name"), max_length=120)
    relation = models.CharField(_("who they are to the person"), max_length=80)
    may_talk = models.CharField(_("may we talk with them"), max_length=4, choices=MayTalk.choices, default=MayTalk.ASK)
    supports = models.BooleanField(_("supports recovery"), default=False)
    is_safety_concern = models.BooleanField(
        _("a concern for safety"), default=False, help_text=_("Never say anything to them, not even that the person comes here.")
    )
    words = models.CharField(_("in words"), max_length=200, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("person around")
        verbose_name_plural = _("people around")
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(relation=""), name="person_around_is_named_with_relation"),
            ends_after_it_began("person_around_leaves_after_coming", "since", "until"),
            models.CheckConstraint(
                condition=Q(is_safety_concern=False) | Q(may_talk="no"),
                name="nobody_talks_with_a_concern_for_safety",
                violation_error_message=_("Who is a concern for safety is not talked with. Choose “No”."),
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def remark(self) -> str:
        """Return relation, wish and words."""
        talk = f"{self._meta.get_field('may_talk').verbose_name}: {self.get_may_talk_display()}"  # type: ignore[union-attr]
        return " · ".join([self.relation, talk, *([self.words] if self.words else [])])


class Served(models.TextChoices):
    """Say whether somebody served in the armed forces."""

    YES = "yes", _("Served")
    NO = "no", _("Did not serve")
    NOT_SAID = "not_said", _("Does not want to say")


class Branch(models.TextChoices):
    """Name the branches of the armed forces."""

    ARMY = "army", _("Army")
    NAVY = "navy", _("Navy")
    MARINES = "marines", _("Marine Corps")
    AIR_FORCE = "air_force", _("Air Force")
    SPACE_FORCE = "space_force", _("Space Force")
    COAST_GUARD = "coast_guard", _("Coast Guard")
    GUARD = "guard", _("National Guard or Reserve")


@tracked
class VeteranStatus(WorldFact):
    """Hold whether somebody served, and whether they want what the Department of Veterans Affairs has."""

    once = True

    served = models.CharField(_("armed forces"), max_length=8, choices=Served.choices)
    branch = models.CharField(_("branch"), max_length=16, choices=Branch.choices, blank=True)
    era = models.CharField(_("when or where"), max_length=80, blank=True)
    is_va_enrolled = models.BooleanField(_("enrolled in VA health care"), default=False)
    wants_va_referral = models.BooleanField(_("wants a referral to the VA"), default=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("veteran status")
        verbose_name_plural = _("veteran status")
        constraints = [
            models.CheckConstraint(
                condition=Q(served="yes") | Q(branch="", era="", is_va_enrolled=False, wants_va_referral=False),
                name="only_who_served_has_a_branch",
                violation_error_message=_("Branch, time and VA are for those who served."),
            )
        ]

    def __str__(self) -> str:
        """Return whether the person served."""
        return str(self.get_served_display())

    @property
    def remark(self) -> str:
        """Return branch, era, and how it is with the VA."""
        va = [str(self._meta.get_field(name).verbose_name) for name in ("is_va_enrolled", "wants_va_referral") if getattr(self, name)]  # type: ignore[union-attr]
        return " · ".join(part for part in (str(self.get_branch_display()), self.era, *va) if part)
