"""Ask for an electrocardiogram."""

from patients.health.forms import FactForm
from patients.health.heart.models import Electrocardiogram


class ElectrocardiogramForm(FactForm):
    """Ask for a QTc and what follows from it."""

    model = Electrocardiogram
    asked = ("taken_on", "qtc_ms", "risks", "words")
    folded = ("formula", "read_by")
