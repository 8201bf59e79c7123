"""Ask how far somebody has come towards an objective."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.language.fields import WordsField


class CountForm(forms.Form):
    """Ask for the value of an objective on a day."""

    value = forms.DecimalField(
        label=_("Value"), max_digits=10, decimal_places=2, widget=forms.NumberInput({"class": "field--tiny", "data-focus": ""})
    )
    on = forms.DateField(label=_("On"), widget=forms.DateInput({"type": "date", "class": "field--short"}, format="%Y-%m-%d"))
    words = WordsField(label=_("In words"), required=False, max_length=200)
