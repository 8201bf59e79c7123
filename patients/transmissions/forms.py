"""Ask why something is not to be sent."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CancelForm(forms.Form):
    """Ask why a sending is taken back."""

    reason = forms.CharField(label=_("Why"), max_length=200)
