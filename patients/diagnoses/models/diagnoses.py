"""Keep what a person has, on both axes."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import append_only, tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.diagnoses.models.vocabulary import (
    Axis,
    Certainty,
    CourseOfDiagnosis,
    Criterion,
    Disorder,
    EntryKind,
    EpisodeKind,
    EvidenceSource,
    Pole,
    RelationToUse,
    RemissionExtent,
    Severity,
    Weight,
)
from patients.diagnoses.rules import Specifiers, disorder_of
from patients.diagnoses.rules.severity import MILD_FROM, MODERATE_FROM, MOST_CRITERIA, SEVERE_FROM
from patients.record.models import Patient

_NO_CRITERIA = Q(criteria_count__isnull=True)
_BY_COUNT = (
    Q(criteria_count__lt=MILD_FROM, severity="")
    | Q(criteria_count__gte=MILD_FROM, criteria_count__lt=MODERATE_FROM, severity=Severity.MILD)
    | Q(criteria_count__gte=MODERATE_FROM, criteria_count__lt=SEVERE_FROM, severity=Severity.MODERATE)
    | Q(criteria_count__gte=SEVERE_FROM, severity=Severity.SEVERE)
)
_PROVISIONAL = Q(axis=Axis.MENTAL_HEALTH, certainty=Certainty.PROVISIONAL, course=CourseOfDiagnosis.ACTIVE)


@tracked
class Diagnosis(Recorded):
    """Hold one diagnosis or social fact with its code."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="diagnoses")
    axis = models.CharField(_("axis"), max_length=16, choices=Axis.choices)
    code = models.CharField(_("ICD-10-CM code"), max_length=12, blank=True)
    other_system = models.CharField(_("other code system"), max_length=120, blank=True)
    other_code = models.CharField(_("other code"), max_length=40, blank=True)
    title = models.CharField(_("title"), max_length=300)
    certainty = models.CharField(_("certainty"), max_length=16, choices=Certainty.choices, default=Certainty.PROVISIONAL)
    course = models.CharField(_("course"), max_length=16, choices=CourseOfDiagnosis.choices, default=CourseOfDiagnosis.ACTIVE)
    onset_on = models.DateField(_("began on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    basis = models.TextField(_("what it rests on"), blank=True)

    disorder = models.CharField(_("disorder"), max_length=24, choices=Disorder.choices, blank=True)
    criteria = models.JSONField(_("criteria met"), default=list, blank=True)
    criteria_count = models.PositiveSmallIntegerField(_("number of criteria"), null=True, blank=True)
    as_prescribed = models.BooleanField(_("taken as prescribed"), default=False)
    severity = models.CharField(_("severity"), max_length=12, choices=Severity.choices, blank=True)
    suggested_code = models.CharField(_("suggested code"), max_length=12, blank=True)
    code_reason = models.CharField(_("why another code than the suggested one"), max_length=300, blank=True)
    remission_since = models.DateField(_("in remission since"), null=True, blank=True)
    remission_extent = models.CharField(_("extent of remission"), max_length=12, choices=RemissionExtent.choices, blank=True)
    on_maintenance = models.BooleanField(_("on maintenance therapy"), default=False)
    controlled_environment = models.BooleanField(_("in a controlled environment"), default=False)
    episode = models.CharField(_("episode"), max_length=12, choices=EpisodeKind.choices, blank=True)
    with_psychosis = models.BooleanField(_("with psychotic signs"), default=False)
    pole = models.CharField(_("pole of the present or last episode"), max_length=12, choices=Pole.choices, blank=True)
    relation_to_use = models.CharField(_("relation to substance use"), max_length=20, choices=RelationToUse.choices, blank=True)
    onset_age = models.PositiveSmallIntegerField(_("began at the age of"), null=True, blank=True)
    first_treated_on = models.DateField(_("first treated on"), null=True, blank=True)
    particulars = models.JSONField(_("particulars"), default=dict, blank=True)
    looked_on = models.DateField(_("last looked at on"), null=True, blank=True)
    look_again_on = models.DateField(_("look at again on"), null=True, blank=True)

    class Meta:
        ordering = ["axis", "code", "id"]
        verbose_name = _("diagnosis")
        verbose_name_plural = _("diagnoses")
        constraints = [
            models.CheckConstraint(condition=~Q(code="") | ~Q(other_code=""), name="diagnosis_has_a_code"),
            models.CheckConstraint(
                condition=Q(onset_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("onset_on")),
                name="diagnosis_ended_after_it_began",
            ),
            models.CheckConstraint(condition=~Q(certainty=Certainty.REFUTED) | ~Q(basis=""), name="refuted_says_on_what_it_rests"),
            models.CheckConstraint(condition=_NO_CRITERIA | Q(criteria_count__lte=MOST_CRITERIA), name="criteria_are_at_most_eleven"),
            models.CheckConstraint(condition=_NO_CRITERIA | _BY_COUNT, name="severity_of_use_follows_its_criteria"),
            models.CheckConstraint(
                condition=_NO_CRITERIA | Q(axis=Axis.SUBSTANCE_USE), name="criteria_are_counted_for_substance_use_alone"
            ),
            models.CheckConstraint(
                condition=Q(remission_since__isnull=True) | Q(course=CourseOfDiagnosis.REMISSION),
                name="remission_has_a_beginning_of_its_own",
            ),
            models.CheckConstraint(
                condition=Q(on_maintenance=False, controlled_environment=False) | Q(axis=Axis.SUBSTANCE_USE),
                name="maintenance_and_environment_belong_to_use",
            ),
            models.CheckConstraint(
                condition=Q(relation_to_use="") | Q(axis__in=[Axis.MENTAL_HEALTH, Axis.SUBSTANCE_USE]),
                name="relation_to_use_belongs_to_the_two_axes",
            ),
            models.CheckConstraint(condition=Q(onset_on__isnull=True) | Q(onset_age__isnull=True), name="onset_is_told_as_day_or_as_age"),
            models.CheckConstraint(condition=Q(onset_age__isnull=True) | Q(onset_age__lte=120), name="onset_age_is_an_age"),
            models.CheckConstraint(
                condition=Q(onset_on__isnull=True) | Q(first_treated_on__isnull=True) | Q(first_treated_on__gte=F("onset_on")),
                name="first_treated_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(look_again_on__isnull=True) | _PROVISIONAL, name="only_what_is_provisional_is_looked_at_again"
            ),
            models.CheckConstraint(
                condition=Q(look_again_on__isnull=True) | Q(look_again_on__gt=F("looked_on")), name="looked_at_again_after_it_was_looked_at"
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "axis"], condition=Q(course="active"), name="active_diagnoses"),
            models.Index(fields=["look_again_on"], condition=Q(look_again_on__isnull=False), name="diagnoses_to_look_at_again"),
        ]

    def __str__(self) -> str:
        """Return code and title."""
        return f"{self.code or self.other_code} {self.title}"

    @property
    def is_current(self) -> bool:
        """Say whether it is active or in remission, and not refuted."""
        return self.certainty != Certainty.REFUTED and self.course != CourseOfDiagnosis.RESOLVED

    @property
    def kind_of_disorder(self) -> str:
        """Return the disorder, as it was chosen or as its code says."""
        return self.disorder or disorder_of(self.code)

    @property
    def specifiers(self) -> Specifiers:
        """Return what is said more exactly, as the rules take it."""
        facts: dict[str, Any] = {name: getattr(self, name) for name in SPECIFIED}
        return Specifiers(criteria=tuple(self.criteria), particulars=dict(self.particulars), **facts)


SPECIFIED = tuple(name for name in Specifiers.__dataclass_fields__ if name not in ("criteria", "particulars"))
"""Fields that rules and table have in common, word for word."""


class DiagnosisEntry(Recorded):
    """Hold one step in the story of a diagnosis: who set, revised or looked at it, from what to what, on what basis; never changed."""

    sensitivity = Sensitivity.CLINICAL

    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("what happened"), max_length=16, choices=EntryKind.choices)
    was_certainty = models.CharField(_("certainty before"), max_length=16, choices=Certainty.choices, blank=True)
    certainty = models.CharField(_("certainty"), max_length=16, choices=Certainty.choices)
    was_course = models.CharField(_("course before"), max_length=16, choices=CourseOfDiagnosis.choices, blank=True)
    course = models.CharField(_("course"), max_length=16, choices=CourseOfDiagnosis.choices)
    was_code = models.CharField(_("code before"), max_length=40, blank=True)
    code = models.CharField(_("code"), max_length=40)
    source = models.CharField(_("source"), max_length=16, choices=EvidenceSource.choices, blank=True)
    weight = models.CharField(_("which way it speaks"), max_length=8, choices=Weight.choices, blank=True)
    words = models.TextField(_("what it rests on"), blank=True)
    happened_on = models.DateField(_("on"), null=True, blank=True)
    look_again_on = models.DateField(_("look at again on"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("step of a diagnosis")
        verbose_name_plural = _("steps of diagnoses")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=EntryKind.EVIDENCE) | (~Q(words="") & ~Q(source="") & ~Q(weight="")),
                name="evidence_says_what_and_where_from",
            ),
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="step_of_a_diagnosis_has_a_known_kind"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        """Return what happened."""
        return str(self.get_kind_display())

    @property
    def moves(self) -> list[tuple[str, str]]:
        """Return what changed from what to what, in words."""
        certainties, courses = dict(Certainty.choices), dict(CourseOfDiagnosis.choices)
        said = (
            (certainties.get(self.was_certainty, ""), self.get_certainty_display()),
            (courses.get(self.was_course, ""), self.get_course_display()),
            (self.was_code, self.code),
        )
        return [(str(before), str(after)) for before, after in said if before and before != after]


def criteria_in_words(codes: list[str]) -> list[str]:
    """Return criteria in words, in their order."""
    return [str(criterion.label) for criterion in Criterion if criterion.value in codes]
