"""Read restricted notes, compartment by compartment."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from patients.compartments.models import Compartment, RestrictedNote
from patients.record.models import Patient

RIGHT_OF: dict[str, Can] = {
    Compartment.TRAUMA: Can.SEE_TRAUMA,
    Compartment.LEGAL: Can.SEE_LEGAL,
    Compartment.PARTNER_VIOLENCE: Can.SEE_PARTNER_VIOLENCE,
}
"""The right that opens each compartment; to write in it takes the same."""


def compartments_open_to(user: User, patient: Patient) -> list[Compartment]:
    """Return the compartments that this user may open on this person; the others are not named to them."""
    held = [Compartment(name) for name, right in RIGHT_OF.items() if user.may(right)]
    reached = {name: patients_seen_by(user, can=RIGHT_OF[name]).filter(pk=patient.pk) for name in held}
    return [name for name in held if reached[name].exists()]


def notes_in(user: User, patient: Patient, compartment: str) -> QuerySet[RestrictedNote]:
    """Return the notes of one compartment on a person, in the programs where the user holds its right; the newest first."""
    programs = {membership.program_id for membership in user.reach(RIGHT_OF[compartment])}
    rows = RestrictedNote.objects.filter(patient=patient, program__in=programs, compartment=compartment, adds_to__isnull=True)
    added = RestrictedNote.objects.select_related("recorded_by").order_by("pk")
    return rows.select_related("recorded_by").prefetch_related(Prefetch("addenda", added)).order_by("-pk")


def restricted_notes_released(*, patient_id: int, program_id: int, compartment: str) -> list[dict[str, Any]]:
    """Return the notes of one compartment on a person in one program, after the gate said yes to that category."""
    rows = RestrictedNote.objects.filter(patient_id=patient_id, program_id=program_id, compartment=compartment)
    return [
        {
            "id": row.pk,
            "at": row.recorded_at.isoformat(),
            "author": row.recorded_by.full_name,
            "note": row.body,
            "adds_to": row.adds_to_id,
        }
        for row in rows.select_related("recorded_by").order_by("pk")
    ]
