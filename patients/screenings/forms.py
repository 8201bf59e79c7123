"""Ask for totals of screenings and for laboratory results."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.forms import asked
from casemgr.core.ui.verb_forms import MOMENT
from patients.instruments.data import instrument
from patients.screenings.models import ObservationKind
from patients.screenings.queries import NINE_WORDS
from patients.screenings.rules import (
    LOINC,
    NEGATIVE,
    NINE,
    NINE_CODE,
    NINE_NOT_KNOWN,
    PHQ9,
    PHQ9_TOTAL,
    POSITIVE,
    PRESENCE_TESTS,
    SCORES,
    nine_known,
    nine_problem,
)


def nine_choices() -> list[tuple[str, Any]]:
    """Return what may be said of question 9 of the PHQ-9, in the words of the instrument."""
    told = instrument(PHQ9)
    item = told.item(NINE)
    labels = told.in_language(get_language() or "en").labels(item) if item else []
    return [*((str(value), f"{value} - {words}") for value, words in labels), (NINE_NOT_KNOWN, _("Not known"))]


def nine_field() -> forms.ChoiceField:
    """Return the field that asks for question 9 beside a total of the PHQ-9; for other totals it stays open."""
    return asked(
        forms.ChoiceField(
            label=_("PHQ-9, question 9"),
            choices=nine_choices,
            required=False,
            widget=forms.RadioSelect,
            help_text=_("Only for the PHQ-9: thoughts of being better off dead, or of hurting oneself. A yes calls somebody at once."),
        )
    )


RESULTS = ((NEGATIVE, _("Negative")), (POSITIVE, _("Positive")))


class ScoreForm(forms.Form):
    """Ask for the total of an instrument that was filled in on paper or elsewhere."""

    code = forms.ChoiceField(label=_("Screening"), choices=[(score.code, score.title) for score in SCORES])
    value_number = forms.DecimalField(
        label=_("Total"), max_digits=6, decimal_places=1, required=False, widget=forms.NumberInput(attrs={"class": "field--tiny"})
    )
    nine = nine_field()
    observed_at = forms.DateTimeField(label=_("Filled in at"), widget=MOMENT)

    def clean(self) -> dict[str, Any]:
        """Let nobody pass over question 9 of the PHQ-9."""
        said: dict[str, Any] = super().clean() or {}
        total, nine = said.get("value_number"), said.get("nine", "")
        is_phq9 = said.get("code") == PHQ9_TOTAL
        problem = nine_problem(total=total, nine=nine) if is_phq9 and total is not None else None
        if problem is not None:
            self.add_error("nine", str(NINE_WORDS[problem]))
        return said

    @property
    def lacks_nine(self) -> bool:
        """Say whether this is a total of the PHQ-9 of which question 9 is not known."""
        return self.cleaned_data["code"] == PHQ9_TOTAL and self.nine_answer is None

    @property
    def nine_answer(self) -> int | None:
        """Return what question 9 was answered with, where this is a total of the PHQ-9 and it is known."""
        return nine_known(self.cleaned_data["nine"]) if self.cleaned_data["code"] == PHQ9_TOTAL else None

    @property
    def observation(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        score = next(score for score in SCORES if score.code == self.cleaned_data["code"])
        number: Decimal | None = self.cleaned_data["value_number"]
        nine = self.nine_answer
        return {
            "kind": ObservationKind.SURVEY,
            "code": score.code,
            "code_system": score.code_system,
            "title": score.title,
            "value_number": number,
            "value_unit": "{score}",
            "components": [] if nine is None else [{"code": NINE_CODE, "title": "PHQ-9, 9", "value_number": nine}],
            "observed_at": self.cleaned_data["observed_at"],
        }


class LaboratoryForm(forms.Form):
    """Ask for the result of a urine test."""

    code = forms.ChoiceField(label=_("Test"), choices=[(test.code, test.title) for test in PRESENCE_TESTS])
    value_code = forms.ChoiceField(label=_("Result"), choices=RESULTS, widget=forms.RadioSelect)
    observed_at = forms.DateTimeField(label=_("Sample taken at"), widget=MOMENT)
    value_text = forms.CharField(label=_("Remark"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    @property
    def observation(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        test = next(test for test in PRESENCE_TESTS if test.code == self.cleaned_data["code"])
        words = {NEGATIVE: "Negative", POSITIVE: "Positive"}
        result = self.cleaned_data["value_code"]
        remark = self.cleaned_data["value_text"].strip()
        return {
            "kind": ObservationKind.LABORATORY,
            "code": test.code,
            "code_system": LOINC,
            "title": test.title,
            "value_code": result,
            "value_text": f"{words[result]}. {remark}" if remark else words[result],
            "observed_at": self.cleaned_data["observed_at"],
        }
