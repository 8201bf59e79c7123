"""Ask for totals of screenings and for laboratory results."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.verb_forms import MOMENT
from patients.screenings.models import ObservationKind
from patients.screenings.rules import LOINC, NEGATIVE, POSITIVE, PRESENCE_TESTS, SCORES

RESULTS = ((NEGATIVE, _("Negative")), (POSITIVE, _("Positive")))


class ScoreForm(forms.Form):
    """Ask for the total of an instrument that was filled in on paper or elsewhere."""

    code = forms.ChoiceField(label=_("Screening"), choices=[(score.code, score.title) for score in SCORES])
    value_number = forms.DecimalField(
        label=_("Total"), max_digits=6, decimal_places=1, required=False, widget=forms.NumberInput(attrs={"class": "field--tiny"})
    )
    observed_at = forms.DateTimeField(label=_("Filled in at"), widget=MOMENT)

    @property
    def observation(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        score = next(score for score in SCORES if score.code == self.cleaned_data["code"])
        number: Decimal | None = self.cleaned_data["value_number"]
        return {
            "kind": ObservationKind.SURVEY,
            "code": score.code,
            "code_system": score.code_system,
            "title": score.title,
            "value_number": number,
            "value_unit": "{score}",
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
