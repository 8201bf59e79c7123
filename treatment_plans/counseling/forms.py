"""Ask for a counseling note, and for what opens one to somebody else."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.ui.forms import offer_rows
from treatment_plans.counseling.models import OpeningBasis


class CounselingForm(forms.Form):
    """Ask for the words of a note or of an addendum."""

    body = forms.CharField(
        label=_("Your note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 14, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("What you think about the conversation. You alone can read it."),
    )


class OpeningForm(forms.Form):
    """Ask to whom the notes of one originator are opened, and on which basis."""

    originator = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Whose notes"))
    reader = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Who may read them"))
    basis = forms.ChoiceField(label=_("Basis"), choices=OpeningBasis.choices, widget=forms.RadioSelect)
    words = forms.CharField(label=_("Why, in words"), widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, colleagues: QuerySet[User], **options: Any) -> None:
        """Offer those who work in the programs."""
        super().__init__(*args, **options)
        for name in ("originator", "reader"):
            offer_rows(self, name, colleagues)
