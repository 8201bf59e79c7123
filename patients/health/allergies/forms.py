"""Ask what somebody does not tolerate."""

from patients.health.allergies.models import Allergy, AllergyQuestion
from patients.health.forms import FactForm


class AllergyForm(FactForm):
    """Ask for an allergy or intolerance."""

    model = Allergy
    asked = ("substance", "kind", "category", "reaction", "severity", "certainty", "criticality")
    folded = ("course", "since", "rxnorm", "remark")


class AllergyQuestionForm(FactForm):
    """Ask what a person answered who named no allergy."""

    model = AllergyQuestion
    asked = ("answer", "asked_on")
    today = ("asked_on",)
