"""Ask the questions of an instrument, or for its total."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.forms import asked, offer_choices
from casemgr.core.ui.verb_forms import MOMENT
from patients.instruments.data import instruments
from patients.instruments.rules import Instrument, Item, Wording, takes_a_total
from patients.screenings.assessing.actions import LONGEST_REASON
from patients.screenings.forms import nine_field


class AnswerChoice(forms.TypedChoiceField):
    """Ask for one answer out of those that the question has."""


class AnswerChoices(forms.TypedMultipleChoiceField):
    """Ask for all answers that apply."""


class AnswerNumber(forms.IntegerField):
    """Ask for a number."""


def answer_field(item: Item, wording: Wording) -> forms.Field:
    """Return the field that asks one question; it takes the steps of the instrument and nothing between them."""
    label = wording.question(item)
    if item.options.is_number:
        low, high = item.options.lowest, item.options.highest
        attrs = {"inputmode": "numeric", "class": "field--tiny"}
        number = forms.NumberInput(attrs=attrs)
        return AnswerNumber(label=label, min_value=low, max_value=high, required=False, widget=number)
    choices = [(str(value), words) for value, words in wording.labels(item)]
    if item.is_multiple:
        return AnswerChoices(label=label, choices=choices, coerce=int, empty_value=[], required=False, widget=forms.CheckboxSelectMultiple)
    return AnswerChoice(label=label, choices=choices, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect)


class AnswersForm(forms.Form):
    """Ask all questions of an instrument on one page; any of them may still be open."""

    def __init__(self, *args: Any, told: Instrument, answers: dict[str, Any], language: str, **options: Any) -> None:
        """Take the instrument, and the answers so far."""
        options["initial"] = {f"item_{item.id}": answers.get(item.id) for item in told.items}
        super().__init__(*args, **options)
        wording = told.in_language(language)
        for item in told.items:
            self.fields[f"item_{item.id}"] = answer_field(item, wording)
        self.fields["seen"] = forms.JSONField(required=False, widget=forms.HiddenInput)
        self.initial["seen"] = answers
        self.is_kept = False
        self.told, self.wording = told, wording

    @property
    def questions(self) -> list[tuple[forms.BoundField, Item]]:
        """Return each question with what the instrument says of it."""
        return [(self[f"item_{item.id}"], item) for item in self.told.items]

    @property
    def answers(self) -> dict[str, Any]:
        """Return what was changed on the page since it was drawn or last kept; what was taken away is None.

        Somebody may have answered on a tablet meanwhile. What this page did not show, it does not take back.
        """
        seen = self.cleaned_data.get("seen")
        known = seen if isinstance(seen, dict) else None
        return {key: given for key, given in self.held.items() if known is None or known.get(key) != (given if given != [] else None)}

    @property
    def held(self) -> dict[str, Any]:
        """Return every answer that the page held."""
        return {item.id: self.cleaned_data.get(f"item_{item.id}") for item in self.told.items if f"item_{item.id}" in self.cleaned_data}

    @property
    def seen_after(self) -> str:
        """Return what the page knows of when it is shown next: all that it held once that is kept, else what it knew before."""
        if not self.is_kept:
            return str(self["seen"].value() or "{}") if self.is_bound else json.dumps(self.initial["seen"])
        return json.dumps({key: given for key, given in self.held.items() if given not in (None, [])})


class StartForm(forms.Form):
    """Ask which instrument is gone through now."""

    instrument = forms.ChoiceField(label=_("Instrument"))

    def __init__(self, *args: Any, offered: list[Instrument], **options: Any) -> None:
        """Offer what this person may ask."""
        super().__init__(*args, **options)
        choices = [(told.id, f"{told.short_name}: {told.name}") for told in offered if told.items]
        self.fields["instrument"] = forms.ChoiceField(label=_("Instrument"), choices=choices)


class TotalForm(forms.Form):
    """Ask for the total of an instrument that was filled in on paper."""

    total = forms.IntegerField(label=_("Total"), required=False, widget=forms.NumberInput(attrs={"class": "field--tiny"}))
    nine = nine_field()
    answered_at = forms.DateTimeField(label=_("Filled in at"), widget=MOMENT)

    def __init__(self, *args: Any, offered: list[Instrument], **options: Any) -> None:
        """Offer the instruments that have one total."""
        super().__init__(*args, **options)
        named = [
            (told.id, f"{told.short_name} ({told.range[0]}-{told.range[1]})") for told in offered if takes_a_total(told) and told.range
        ]
        self.fields = {"instrument": forms.ChoiceField(label=_("Instrument"), choices=named), **self.fields}


class ReasonForm(forms.Form):
    """Ask why something is taken back."""

    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REASON)


LANGUAGES = {"en": _("English"), "es": _("Spanish")}
"""What the languages are called in which somebody answers alone."""


class TabletForm(forms.Form):
    """Ask what a person goes through alone on a tablet."""

    instruments = asked(
        forms.MultipleChoiceField(
            label=_("Questionnaires"),
            choices=[],
            widget=forms.CheckboxSelectMultiple,
            required=False,
            help_text=_("In this order. What needs somebody at hand is not offered: C-SSRS, COWS, ACE."),
        )
    )
    language = forms.ChoiceField(label=_("Language"), choices=list(LANGUAGES.items()))

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer what may be answered alone."""
        super().__init__(*args, **options)
        offered = [told for told in instruments().values() if told.may_be_on_tablet]
        choices = [
            (told.id, f"{told.short_name}, {told.minutes} min ({', '.join(str(LANGUAGES[code]) for code in told.languages())})")
            for told in offered
        ]
        offer_choices(self, "instruments", choices)
