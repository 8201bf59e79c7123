"""Ask from when the next version holds."""

from django import forms
from django.utils.translation import gettext_lazy as _

DAY = forms.DateInput({"type": "date", "class": "field--short"}, format="%Y-%m-%d")


class StartVersionForm(forms.Form):
    """Ask when the next version begins and when it is looked at again."""

    starts_on = forms.DateField(label=_("From"), widget=DAY)
    review_on = forms.DateField(label=_("To be reviewed by"), widget=DAY)
