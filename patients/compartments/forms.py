"""Ask for a restricted note."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RestrictedNoteForm(forms.Form):
    """Ask for the words of a note."""

    body = forms.CharField(
        label=_("Note"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Kept encrypted. It cannot be changed afterwards; you can add to it."),
    )
