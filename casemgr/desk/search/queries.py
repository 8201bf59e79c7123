"""Find people, with where they are in care and who is in charge."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Value
from django.db.models.functions import Concat

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import current_members, patients_seen_by
from patients.episodes.models import Episode
from patients.record.models import Identifier, Patient
from patients.record.queries import search_patients


@dataclass(frozen=True)
class FoundPerson:
    """Hold one person found, and what tells them from another of the same name."""

    patient: Patient
    sites: list[str]
    leads: list[str]
    numbers: list[str]


def found_people(user: User, text: str, *, limit: int) -> list[FoundPerson]:
    """Return the best matches among those whom this user may see, best first."""
    found = search_patients(patients_seen_by(user), text, limit=limit)
    programs = {membership.program_id for membership in user.reach(Can.SEE_PATIENTS)}
    of_patient = {"patient": OuterRef("pk")}
    open_here = Episode.objects.filter(**of_patient, discharged_on__isnull=True, program__in=programs)
    leads = current_members().filter(**of_patient, is_lead=True, program__in=programs)
    rows: dict[int, Any] = (
        Patient.objects.annotate(
            sites=ArraySubquery(open_here.values(at=Concat(F("program__name"), Value(", "), F("site__name")))),
            leads=ArraySubquery(leads.values("user__full_name")),
            numbers=ArraySubquery(Identifier.objects.filter(**of_patient, kind="mrn").values("value")),
        )
        .only("pk")
        .in_bulk([patient.pk for patient in found] or [0])
    )
    return [FoundPerson(patient, *(getattr(rows[patient.pk], name) for name in ("sites", "leads", "numbers"))) for patient in found]
