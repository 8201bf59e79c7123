"""Read who has which naloxone."""

from datetime import date

from django.db.models import QuerySet

from patients.health.naloxone.models import KitState, NaloxoneKit
from patients.health.naloxone.rules import KitInHand, NaloxoneNeed, need_of_naloxone
from patients.record.models import Patient


def kits_of(patient: Patient) -> QuerySet[NaloxoneKit]:
    """Return every kit ever given or offered, the latest first."""
    return NaloxoneKit.objects.filter(patient=patient).select_related("recorded_by").order_by("-given_on", "-pk")


def kits_in_hand(patient: Patient) -> QuerySet[NaloxoneKit]:
    """Return the kits that are neither used nor lost nor thrown away; some may have expired."""
    return kits_of(patient).filter(in_error_why="", state=KitState.IN_HAND)


def naloxone_need_of(patient: Patient, today: date) -> NaloxoneNeed | None:
    """Return why a person needs naloxone, or nothing, in one statement."""
    return need_of_naloxone([KitInHand(*row) for row in kits_in_hand(patient).values_list("given_on", "expires_on")], today)
