"""Ask where somebody stands."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.language.fields import WordsField
from casemgr.core.ui.forms import asked, offer_choices
from patients.diagnoses.models import Axis, Diagnosis
from treatment_plans.plan.standing.models import ChangeStage, RatedScale, StandingRating
from treatment_plans.plan.standing.queries import highest, parts_of

DAY = forms.DateInput({"type": "date", "class": "field--short"}, format="%Y-%m-%d")
DEGREES = [("", _("Not rated")), (0, _("0, none")), (1, _("1, mild")), (2, _("2, moderate")), (3, _("3, high")), (4, _("4, very high"))]
"""How the dimensions are rated: the program's own words, since the text of the ASAM Criteria is copyrighted."""


class RatingForm(forms.Form):
    """Ask for a rating and a few words for each part of a scale."""

    on = forms.DateField(label=_("On"), widget=DAY)

    def __init__(self, *args: Any, scale: str, last: Mapping[str, StandingRating], **options: Any) -> None:
        """Ask for each part; what was said last time stands beside it and is not taken over."""
        super().__init__(*args, **options)
        self.scale, self.parts = scale, parts_of(scale)
        for part, label in self.parts:
            before = last.get(part)
            said = gettext("Last time: %(level)s") % {"level": before.level} if before and before.level is not None else ""
            self.fields[f"level_{part}"] = _level(scale, label, said)
            self.fields[f"words_{part}"] = WordsField(label=_("In words"), required=False, max_length=300)

    @property
    def helper(self) -> FormHelper:
        """Return the layout: each rating beside its words."""
        helper = FormHelper(self)
        rows = (Div(f"level_{part}", f"words_{part}", css_class="grid-2") for part, _label in self.parts)
        helper.layout = Layout(*rows, "on")
        return helper

    def clean(self) -> dict[str, Any]:
        """Ask once more about a domain of the whole person that was left empty; a word why it stays empty is enough."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.scale == RatedScale.WHEEL:
            for part, label in self.parts:
                if cleaned.get(f"level_{part}") is None and not cleaned.get(f"words_{part}") and f"level_{part}" not in self.errors:
                    text = gettext("%(domain)s was not asked about yet. Ask, or say in words why it stays empty.") % {"domain": label}
                    self.add_error(f"level_{part}", text)
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        levels = {part: self.cleaned_data[f"level_{part}"] for part, _label in self.parts}
        words = {part: self.cleaned_data[f"words_{part}"] for part, _label in self.parts}
        return {"scale": self.scale, "levels": levels, "words": words, "on": self.cleaned_data["on"]}


class StageForm(forms.Form):
    """Ask how ready somebody is to change something about one disorder."""

    disorder = forms.ChoiceField(label=_("About which disorder"))
    stage = forms.ChoiceField(label=_("Stage of change"), choices=ChangeStage.choices, widget=forms.RadioSelect)
    words = WordsField(label=_("In words"), required=False, max_length=300, help_text=_("What the person said that shows it."))
    on = forms.DateField(label=_("On"), widget=DAY)

    def __init__(self, *args: Any, diagnoses: QuerySet[Diagnosis], **options: Any) -> None:
        """Offer the person's own active disorders on both axes; an axis itself where nothing is diagnosed on it yet."""
        super().__init__(*args, **options)
        self.diagnoses = {str(one.pk): one for one in diagnoses}
        named = {one.axis for one in self.diagnoses.values()}
        axes = [(axis.value, axis.label) for axis in (Axis.SUBSTANCE_USE, Axis.MENTAL_HEALTH) if axis.value not in named]
        offer_choices(self, "disorder", [*((key, f"{one.code} {one.title}") for key, one in self.diagnoses.items()), *axes])

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        chosen = self.cleaned_data["disorder"]
        diagnosis = self.diagnoses.get(chosen)
        rest = {name: self.cleaned_data[name] for name in ("stage", "words", "on")}
        return {"axis": diagnosis.axis if diagnosis else chosen, "diagnosis": diagnosis, **rest}


def _level(scale: str, label: str, said: str) -> forms.Field:
    """Return the field for one rating: a number from 0 to 10, or a degree of five."""
    if scale == RatedScale.WHEEL:
        box = forms.NumberInput({"class": "field--tiny", "inputmode": "numeric"})
        return asked(forms.IntegerField(label=label, min_value=0, max_value=highest(scale), required=False, widget=box, help_text=said))
    return asked(forms.TypedChoiceField(label=label, choices=DEGREES, coerce=int, empty_value=None, required=False, help_text=said))
