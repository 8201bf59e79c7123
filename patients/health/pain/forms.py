"""Ask for pain, its score, and what is done about it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.health.forms import FactForm
from patients.health.pain.models import PainProblem, PainScore, PainStep
from patients.health.pain.rules import HIGHEST, peg_of

THREE = ("answer_one", "answer_two", "answer_three")


def _answer(label: Any) -> forms.IntegerField:
    """Return a field for one answer from 0 to 10."""
    widget = forms.NumberInput(attrs={"class": "field--tiny"})
    return forms.IntegerField(label=label, min_value=0, max_value=HIGHEST, required=False, widget=widget)


class PainForm(FactForm):
    """Ask where it hurts and how it began."""

    model = PainProblem
    asked = ("site", "origin", "since", "words")
    folded = ("injured_on", "work_words", "first_opioid_prescriber", "first_opioid_on", "until")


class PainScoreForm(FactForm):
    """Ask for the three answers of the PEG, or for its score; the questions stand on the form that is licensed."""

    model = PainScore
    asked = ("scored_on", *THREE, "score")
    folded = ("remark",)
    today = ("scored_on",)

    answer_one = _answer(_("First answer, 0 to 10"))
    answer_two = _answer(_("Second answer, 0 to 10"))
    answer_three = _answer(_("Third answer, 0 to 10"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the score only where the answers are not at hand."""
        super().__init__(*args, **kwargs)
        self.fields["score"].required = False
        self.fields["score"].help_text = _("Only if the three answers are not at hand.")

    def clean(self) -> dict[str, Any]:
        """Compute the score from three answers; some of them are not enough."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        answers = [cleaned.get(name) for name in THREE]
        if any(answer is not None for answer in answers):
            cleaned["score"] = peg_of(answers)
            if cleaned["score"] is None and not self.errors:
                self.add_error("answer_one", _("Enter all three answers; a missing one does not count as 0."))
        elif cleaned.get("score") is None and "score" not in self.errors:
            self.add_error("score", _("Enter the three answers, or the score."))
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """Return day and score, as the verb takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name not in THREE}


class PainStepForm(FactForm):
    """Ask for one step against pain without opioids."""

    model = PainStep
    asked = ("relief", "words", "since", "helped")
    folded = ("until",)
    today = ("since",)
