"""Read all that is known of somebody's health, with what is ordered here and told by others beside it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from casemgr.core.accounts.rules import Can
from patients.health.allergies.models import Allergy, AllergyQuestion
from patients.health.allergies.queries import allergies_of, allergy_questions_of
from patients.health.education.models import Education
from patients.health.education.queries import education_of
from patients.health.heart.models import Electrocardiogram
from patients.health.heart.queries import electrocardiograms_of, needs_ecg
from patients.health.infections.models import InfectionTest, Vaccination
from patients.health.infections.queries import infection_tests_of, infections_to_screen, vaccinations_of
from patients.health.medications.models import InteractionReview, OtherMedication, Reconciliation
from patients.health.medications.queries import (
    interaction_reviews_of,
    interactions_among,
    other_medications_of,
    reconciliations_of,
)
from patients.health.medications.rules import Interaction, reconciliation_due_on
from patients.health.naloxone.models import KitState, NaloxoneKit
from patients.health.naloxone.queries import kits_of
from patients.health.naloxone.rules import KitInHand, NaloxoneNeed, need_of_naloxone
from patients.health.overdoses.models import Overdose
from patients.health.overdoses.queries import overdoses_of
from patients.health.pain.models import PainProblem, PainScore, PainStep
from patients.health.pain.queries import pain_scores_of, pain_steps_of, pains_of
from patients.health.pregnancy.models import Pregnancy
from patients.health.pregnancy.queries import pregnancies_of
from patients.record.models import Patient
from treatment_plans.medication.models import MedicationStatement, Order, StatementKind
from treatment_plans.medication.queries import orders_in_force, orders_of, statements_of

MOST = 60
"""Rows of one kind that the page shows; the figure is ours. What is older is found in the history of the chart."""

METHADONE = "methadone"


@dataclass
class HealthRecord:
    """Hold everything known of somebody's health; medication stays empty for whoever may not see it."""

    patient: Patient
    today: date
    allergies: list[Allergy]
    questions: list[AllergyQuestion]
    medications: list[OtherMedication]
    reconciliations: list[Reconciliation]
    reviews: list[InteractionReview]
    kits: list[NaloxoneKit]
    overdoses: list[Overdose]
    pregnancies: list[Pregnancy]
    tests: list[InfectionTest]
    vaccinations: list[Vaccination]
    ecgs: list[Electrocardiogram]
    pains: list[PainProblem]
    scores: list[PainScore]
    steps: list[PainStep]
    education: list[Education]
    orders: list[Order] = field(default_factory=list)
    statements: list[MedicationStatement] = field(default_factory=list)

    @property
    def names_taken(self) -> list[str]:
        """Return the names of what is taken besides what is ordered here, from our list and from what others told."""
        told = [row.title for row in self.statements if row.status == "active" and row.kind == StatementKind.ORDERED]
        return [row.name for row in self.medications if row.is_taken] + told

    @property
    def interactions(self) -> list[tuple[Interaction, InteractionReview | None]]:
        """Return the warnings about what is taken together, each with the latest decision."""
        return interactions_among(self.names_taken, [order.substance for order in self.orders], self.reviews)

    @property
    def undecided(self) -> list[Interaction]:
        """Return the warnings about which nobody wrote a decision yet."""
        return [found for found, review in self.interactions if review is None]

    @property
    def naloxone_need(self) -> NaloxoneNeed | None:
        """Return why the person needs naloxone, or nothing."""
        held = [KitInHand(kit.given_on, kit.expires_on) for kit in self.kits if kit.stands and kit.state == KitState.IN_HAND]
        return need_of_naloxone(held, self.today)

    @property
    def reconciliation_due(self) -> date | None:
        """Return by when the list of medications is compared again."""
        last = next((row.done_on for row in self.reconciliations if row.stands), None)
        listed = [row.recorded_at.date() for row in self.medications if row.is_taken]
        return reconciliation_due_on(last, min(listed, default=None))

    @property
    def screenings_due(self) -> list[str]:
        """Return in words which infections have no known status."""
        return infections_to_screen(self.tests, self.today)

    @property
    def ecg_due(self) -> bool:
        """Say whether an ECG should be taken, given the methadone that is ordered here."""
        ordered = [order.daily_mg for order in self.orders if order.substance == METHADONE]
        most: Decimal | None = max(ordered, default=None)
        return needs_ecg(self.ecgs, most, self.today)


def health_of(patient: Patient, programs: frozenset[int], rights: frozenset[Can], today: date) -> HealthRecord:
    """Read everything in as many statements as there are kinds; of what is ordered here, what these programs ordered."""
    found = HealthRecord(
        patient,
        today,
        allergies=_rows(allergies_of(patient)),
        questions=_rows(allergy_questions_of(patient)),
        medications=_rows(other_medications_of(patient)),
        reconciliations=_rows(reconciliations_of(patient)),
        reviews=_rows(interaction_reviews_of(patient)),
        kits=_rows(kits_of(patient)),
        overdoses=_rows(overdoses_of(patient)),
        pregnancies=_rows(pregnancies_of(patient)),
        tests=_rows(infection_tests_of(patient)),
        vaccinations=_rows(vaccinations_of(patient)),
        ecgs=_rows(electrocardiograms_of(patient)),
        pains=_rows(pains_of(patient)),
        scores=_rows(pain_scores_of(patient)),
        steps=_rows(pain_steps_of(patient)),
        education=_rows(education_of(patient)),
    )
    if Can.SEE_MEDICATION in rights:
        found.orders = _rows(orders_in_force(orders_of(patient).filter(program__in=programs), today))
        found.statements = _rows(statements_of(patient))
    return found


def _rows(rows: Any) -> list[Any]:
    """Return no more rows than a person reads at once."""
    return list(rows[:MOST])
