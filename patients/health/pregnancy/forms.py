"""Ask where a pregnancy stands."""

from patients.health.forms import FactForm
from patients.health.pregnancy.models import Pregnancy


class PregnancyForm(FactForm):
    """Ask for one statement about a pregnancy."""

    model = Pregnancy
    asked = ("status", "noted_on", "known_by", "due_on", "prenatal_care", "prenatal_words")
    folded = ("since", "remark")
    today = ("noted_on",)
