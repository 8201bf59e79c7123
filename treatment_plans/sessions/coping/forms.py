"""Ask for a trigger and what helps with it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.language.fields import WordsField


class CardForm(forms.Form):
    """Ask for one coping card, in the person's own words."""

    trigger = WordsField(
        label=_("Trigger"), max_length=200, help_text=_("A place, a person, a feeling, a time of day: as the person would say it.")
    )
    helps = WordsField(
        label=_("What helps"), required=False, widget=forms.Textarea({"rows": 3}), help_text=_("One thing on each line. The easiest first.")
    )
