"""Keep who signed a plan, who did not want to, and what each review found."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import append_only
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from treatment_plans.plan.models import Plan


class Party(models.TextChoices):
    """Say for whom a signature stands."""

    PERSON = "person", _("The person")
    REPRESENTATIVE = "representative", _("Somebody who may sign for the person")
    CLINICIAN = "clinician", _("The clinician")


class SignatureOutcome(models.TextChoices):
    """Say what became of the question."""

    SIGNED = "signed", _("Signed")
    LATER = "later", _("Will sign later")
    DECLINED = "declined", _("Does not want to sign")


class SigningWay(models.TextChoices):
    """Say how somebody signed."""

    SCREEN = "screen", _("Typed the name on this screen")
    PAPER = "paper", _("By hand, on paper")
    SPOKEN = "spoken", _("Said so by phone or video")


class PlanSignature(Recorded):
    """Hold one answer to the question to sign a plan; nobody changes it afterwards."""

    sensitivity = Sensitivity.CLINICAL

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(_("who"), max_length=16, choices=Party.choices)
    outcome = models.CharField(_("outcome"), max_length=16, choices=SignatureOutcome.choices)
    name = models.CharField(_("name as signed"), max_length=120, blank=True)
    relationship = models.CharField(_("relation to the person"), max_length=120, blank=True)
    way = models.CharField(_("how"), max_length=16, choices=SigningWay.choices, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    reason = models.CharField(_("why not, or why later"), max_length=500, blank=True)
    digest = models.CharField(_("digest of the plan"), max_length=64)

    class Meta:
        ordering = ["id"]
        verbose_name = _("signature under a plan")
        verbose_name_plural = _("signatures under plans")
        constraints = [
            models.UniqueConstraint(fields=["plan", "party"], condition=Q(outcome="signed"), name="plan_signed_once_by_each"),
            models.CheckConstraint(
                condition=~Q(outcome="signed") | (Q(signed_on__isnull=False) & ~Q(name="") & ~Q(way="")),
                name="plan_signature_says_who_when_and_how",
            ),
            models.CheckConstraint(condition=Q(outcome="signed") | ~Q(reason=""), name="unsigned_plan_says_why"),
            models.CheckConstraint(
                condition=~Q(party="clinician") | Q(outcome="signed", way="screen"), name="clinician_signs_plan_on_the_screen"
            ),
            models.CheckConstraint(
                condition=~Q(party="representative", outcome="signed") | ~Q(relationship=""), name="representative_says_in_what_relation"
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        """Return who and what."""
        return f"{self.get_party_display()}: {self.get_outcome_display()}"

    @property
    def patient_id(self) -> int:
        """Return whose plan it is."""
        return self.plan.patient_id

    @property
    def program_id(self) -> int:
        """Return the program that the plan belongs to."""
        return self.plan.program_id


class LookedAt(models.TextChoices):
    """Name what a review looks at."""

    GOALS = "goals", _("Goals and what came of each step")
    SCORES = "scores", _("Questionnaires and their change")
    SESSIONS = "sessions", _("Sessions and attendance")
    MEDICATION = "medication", _("Medication and doses")
    DIAGNOSES = "diagnoses", _("Diagnoses on both axes")
    SAFETY = "safety", _("Safety plan")
    WHOLE_PERSON = "whole_person", _("Body, feelings, spirit, behavior")
    NEEDS = "needs", _("Housing, work and other needs")
    WISHES = "wishes", _("What the person wants now")


class ReviewDecision(models.TextChoices):
    """Say what follows from a review."""

    CONTINUE = "continue", _("The plan stays as it is")
    CHANGE = "change", _("The plan changes: a new version is started")
    END = "end", _("The plan ends")


class Presence(models.TextChoices):
    """Say whether the person took part in a review."""

    PRESENT = "present", _("In the room")
    REMOTE = "remote", _("By phone or video")
    ABSENT = "absent", _("Did not take part")


class PlanReview(Recorded):
    """Hold one review: what was looked at, what was found and decided, and when it is looked at again."""

    sensitivity = Sensitivity.CLINICAL

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="reviews")
    reviewed_on = models.DateField(_("reviewed on"))
    due_on = models.DateField(_("was due on"))
    looked_at = models.JSONField(_("what was looked at"), default=list)
    presence = models.CharField(_("the person took part"), max_length=16, choices=Presence.choices)
    words = models.TextField(_("what was found"))
    own_words = models.TextField(_("what the person says"), blank=True)
    decision = models.CharField(_("decision"), max_length=16, choices=ReviewDecision.choices)
    next_review_on = models.DateField(_("next review"), null=True, blank=True)
    later_reason = models.CharField(_("why later than the rule"), max_length=300, blank=True)
    figures = models.JSONField(_("figures at the time"), default=dict)

    class Meta:
        ordering = ["-reviewed_on", "-id"]
        verbose_name = _("review of a plan")
        verbose_name_plural = _("reviews of plans")
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="end", next_review_on__isnull=True) | (~Q(decision="end") & Q(next_review_on__gt=F("reviewed_on"))),
                name="review_names_the_next_unless_the_plan_ends",
            ),
            models.CheckConstraint(condition=~Q(words="") & ~Q(looked_at=[]), name="review_says_what_was_looked_at_and_found"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        """Return day and decision."""
        return f"{self.reviewed_on}: {self.get_decision_display()}"

    @property
    def patient_id(self) -> int:
        """Return whose plan it is."""
        return self.plan.patient_id

    @property
    def program_id(self) -> int:
        """Return the program that the plan belongs to."""
        return self.plan.program_id

    @property
    def looked_at_words(self) -> list[str]:
        """Return what was looked at, in words."""
        return [str(LookedAt(code).label) for code in self.looked_at if code in LookedAt.values]
