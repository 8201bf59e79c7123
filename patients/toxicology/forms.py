"""Ask for a specimen, its results, and what the conversation about it came to."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.forms import offer_choices
from casemgr.core.ui.verb_forms import DAY, MOMENT
from patients.diagnoses.models import Substance
from patients.toxicology.models import Analyte, Method, Outcome, Setting, Specimen, Talk

FOLD = "bootstrap5/layout/fold.html"
NOT_TESTED = ("", _("Not tested"))
GRID = "grid-auto"


class ResultsForm(forms.Form):
    """Ask what came out for each analyte; what is left open was not tested."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make one field for each analyte."""
        super().__init__(*args, **kwargs)
        for analyte in Analyte:
            self.fields[f"result_{analyte.value}"] = forms.ChoiceField(
                label=analyte.label, choices=[NOT_TESTED, *Outcome.choices], required=False
            )

    @property
    def results(self) -> dict[str, str]:
        """Return what came out, by analyte."""
        found = ((analyte.value, self.cleaned_data.get(f"result_{analyte.value}")) for analyte in Analyte)
        return {analyte: outcome for analyte, outcome in found if outcome}

    @property
    def result_fields(self) -> list[str]:
        """Return the names of the fields of results."""
        return [f"result_{analyte.value}" for analyte in Analyte]


class PanelForm(ResultsForm):
    """Ask for a specimen and what was found at once."""

    specimen = forms.ChoiceField(label=_("Specimen"), choices=Specimen.choices)
    collected_at = forms.DateTimeField(label=_("Taken at"), widget=MOMENT)
    setting = forms.ChoiceField(label=_("Tested"), choices=Setting.choices, widget=forms.RadioSelect, initial=Setting.POINT_OF_CARE)
    is_random = forms.BooleanField(label=_("Random, not announced"), required=False)
    is_observed = forms.BooleanField(
        label=_("Taken under observation"),
        required=False,
        help_text=_("Only with a reason that the person was told. It can hurt, after violence above all."),
    )
    temperature_f = forms.DecimalField(
        label=_("Temperature, °F"), max_digits=4, decimal_places=1, required=False, widget=forms.NumberInput(attrs={"class": "field--tiny"})
    )
    creatinine_mg_dl = forms.DecimalField(
        label=_("Creatinine, mg/dL"),
        max_digits=6,
        decimal_places=1,
        required=False,
        widget=forms.NumberInput(attrs={"class": "field--tiny"}),
    )
    remark = forms.CharField(label=_("Remark"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    @property
    def helper(self) -> FormHelper:
        """Return the layout: the specimen, the results side by side, validity folded."""
        helper = FormHelper(self)
        helper.layout = Layout(
            Div("specimen", "collected_at", css_class="grid-2"),
            "setting",
            "is_random",
            "is_observed",
            Fieldset(_("Results"), Div(*self.result_fields, css_class=GRID)),
            Fieldset(_("Can it be relied on"), "temperature_f", "creatinine_mg_dl", template=FOLD),
            "remark",
        )
        return helper

    @property
    def panel(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        return {**{name: self.cleaned_data[name] for name in PanelForm.base_fields}, "results": self.results}


class LaterResultsForm(ResultsForm):
    """Ask what a laboratory found later."""

    method = forms.ChoiceField(label=_("Method"), choices=Method.choices, widget=forms.RadioSelect, initial=Method.CONFIRM)
    creatinine_mg_dl = forms.DecimalField(
        label=_("Creatinine, mg/dL"),
        max_digits=6,
        decimal_places=1,
        required=False,
        widget=forms.NumberInput(attrs={"class": "field--tiny"}),
    )

    @property
    def helper(self) -> FormHelper:
        """Return the layout."""
        helper = FormHelper(self)
        helper.layout = Layout("method", Div(*self.result_fields, css_class=GRID), "creatinine_mg_dl")
        return helper

    @property
    def later(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        return {**{name: self.cleaned_data[name] for name in LaterResultsForm.base_fields}, "results": self.results}


class TalkForm(forms.Form):
    """Ask what the conversation about a panel came to."""

    talk = forms.ChoiceField(label=_("What it came to"), choices=Talk.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In words"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What the person said, and what you agreed on. Medication goes on as ordered, whatever was found."),
    )
    confirm = forms.MultipleChoiceField(
        label=_("Ask a laboratory to confirm"), choices=(), required=False, widget=forms.CheckboxSelectMultiple
    )
    substance = forms.ChoiceField(label=_("Substance"), choices=[("", "—"), *Substance.choices], required=False)
    used_on = forms.DateField(label=_("Last used on"), required=False, widget=DAY)

    def __init__(self, *args: Any, confirmations: Iterable[Any], **kwargs: Any) -> None:
        """Offer what a second method could look at."""
        super().__init__(*args, **kwargs)
        offered = [(one.analyte, f"{one.title} (LOINC {one.code})" if one.code else one.title) for one in confirmations]
        if offered:
            offer_choices(self, "confirm", offered)
        else:
            del self.fields["confirm"]

    @property
    def helper(self) -> FormHelper:
        """Return the layout: use is written down only where the person told of it."""
        helper = FormHelper(self)
        confirm = ["confirm"] if "confirm" in self.fields else []
        told = Fieldset(_("Use that the person told of"), "substance", "used_on", template=FOLD)
        helper.layout = Layout("talk", "words", *confirm, told)
        return helper
