"""Read tests for infections, and which screening is due."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from patients.health.infections.models import Infection, InfectionTest, Vaccination
from patients.health.infections.rules import KnownTest, screenings_due
from patients.record.models import Patient


def infection_tests_of(patient: Patient) -> QuerySet[InfectionTest]:
    """Return every test, the latest first."""
    return InfectionTest.objects.filter(patient=patient).select_related("recorded_by").order_by("-tested_on", "-pk")


def vaccinations_of(patient: Patient) -> QuerySet[Vaccination]:
    """Return every vaccination, the latest first."""
    return Vaccination.objects.filter(patient=patient).select_related("recorded_by").order_by("-given_on", "-pk")


def infections_to_screen(tests: Iterable[InfectionTest], today: date) -> list[str]:
    """Return in words which infections have no known status of late."""
    known = [KnownTest(test.infection, test.result, test.tested_on, test.linkage) for test in tests if test.stands]
    return [str(Infection(code).label) for code in screenings_due(known, today)]
