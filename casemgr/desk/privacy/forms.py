"""Ask why more time is needed."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ExtendForm(forms.Form):
    """Ask for the reason that whoever waits is told."""

    reason = forms.CharField(label=_("Why more time is needed"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
