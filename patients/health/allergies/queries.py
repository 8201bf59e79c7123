"""Read what somebody does not tolerate."""

from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, DateField, QuerySet, Value
from django.db.models.functions import Cast

from patients.health.allergies.models import Allergy, AllergyAnswer, AllergyCertainty, AllergyCourse, AllergyQuestion
from patients.record.models import Patient


@dataclass(frozen=True)
class KnownAllergy:
    """Hold one line of the banner."""

    substance: str
    reaction: str
    severity: str
    criticality: str
    certainty: str


@dataclass(frozen=True)
class KnownAllergies:
    """Hold what must be minded now, and what a person answered when last asked."""

    known: tuple[KnownAllergy, ...]
    answer: str = ""
    asked_on: date | None = None

    @property
    def was_asked(self) -> bool:
        """Say whether anything is known at all: a named allergy, or an answer that there is none."""
        return bool(self.known or self.answer)

    @property
    def answer_in_words(self) -> str:
        """Return the last answer in words."""
        return str(AllergyAnswer(self.answer).label) if self.answer in AllergyAnswer.values else ""


def allergies_of(patient: Patient) -> QuerySet[Allergy]:
    """Return every allergy and intolerance ever recorded, also what was refuted, is over or was an error."""
    return Allergy.objects.filter(patient=patient).select_related("recorded_by").order_by("substance", "pk")


def active_allergies_of(patient: Patient) -> QuerySet[Allergy]:
    """Return what must be minded now."""
    return allergies_of(patient).filter(in_error_why="", course=AllergyCourse.ACTIVE).exclude(certainty=AllergyCertainty.REFUTED)


def allergy_questions_of(patient: Patient) -> QuerySet[AllergyQuestion]:
    """Return when a person was asked and named nothing, the latest first."""
    return AllergyQuestion.objects.filter(patient=patient).select_related("recorded_by").order_by("-asked_on", "-pk")


def allergies_for(patient: Patient) -> KnownAllergies:
    """Return in one statement what must be minded now, the most dangerous first, and the last answer when there is none."""
    nothing = Value("", output_field=CharField())
    named = (
        active_allergies_of(patient)
        .order_by()
        .annotate(day=Cast(Value(None), DateField()), row=Value("allergy", output_field=CharField()))
        .values_list("row", "substance", "reaction", "severity", "criticality", "certainty", "day")
    )
    asked = (
        AllergyQuestion.objects.filter(patient=patient, in_error_why="")
        .order_by("-asked_on", "-pk")
        .annotate(row=Value("asked", output_field=CharField()), a=nothing, b=nothing, c=nothing, d=nothing)
        .values_list("row", "answer", "a", "b", "c", "d", "asked_on")[:1]
    )
    rows = list(named.union(asked, all=True))
    known = [KnownAllergy(*row[1:6]) for row in rows if row[0] == "allergy"]
    answer, asked_on = next(((row[1], row[6]) for row in rows if row[0] == "asked"), ("", None))
    return KnownAllergies(tuple(sorted(known, key=by_danger)), answer, asked_on)


def by_danger(allergy: KnownAllergy) -> tuple[bool, bool, str]:
    """Return by what the most dangerous comes first."""
    return (allergy.criticality != "high", allergy.severity != "severe", allergy.substance.casefold())
