"""Ask what a program's list says of an intervention."""

from django import forms
from django.utils.translation import gettext_lazy as _

from treatment_plans.plan.catalog.models import EvidenceTag


class ListedForm(forms.Form):
    """Ask for the name, how well it is shown to help, and what is asked before."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput({"data-focus": ""}))
    evidence = forms.ChoiceField(label=_("Evidence"), choices=EvidenceTag.choices, widget=forms.RadioSelect, initial=EvidenceTag.CUSTOM)
    source = forms.CharField(
        label=_("Source"), required=False, max_length=300, help_text=_("Where it is shown that it helps. The program's own needs none.")
    )
    caution = forms.CharField(
        label=_("To be asked before"),
        required=False,
        max_length=300,
        help_text=_("What makes it unwise for some, for example after surgery."),
    )


class ChangeListedForm(ListedForm):
    """Ask also whether it is offered."""

    is_offered = forms.BooleanField(label=_("Offered for plans and sessions"), required=False)
