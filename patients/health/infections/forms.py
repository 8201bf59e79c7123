"""Ask for tests and vaccinations."""

from patients.health.forms import FactForm
from patients.health.infections.models import InfectionTest, Vaccination


class InfectionTestForm(FactForm):
    """Ask for a test and what followed."""

    model = InfectionTest
    asked = ("infection", "result", "tested_on", "linkage")
    folded = ("test", "place", "linked_on", "remark")
    today = ("tested_on",)


class VaccinationForm(FactForm):
    """Ask for a vaccination."""

    model = Vaccination
    asked = ("vaccine", "vaccine_words", "given_on", "dose_number")
    folded = ("place", "lot")
    today = ("given_on",)
