"""Ask what to look for in the record."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casemgr.core.audit.models import Outcome
from patients.record.models import Patient

DAY = {"type": "date", "class": "form-control field--short"}
WORDS = {"class": "form-control"}


class AuditForm(forms.Form):
    """Take who, what, how it ended, and which days."""

    who = forms.CharField(label=_("Who"), required=False, max_length=120, widget=forms.TextInput(attrs=WORDS))
    what = forms.CharField(label=_("What"), required=False, max_length=80, widget=forms.TextInput(attrs=WORDS))
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[("", _("All")), *Outcome.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    until = forms.DateField(label=pgettext_lazy("period", "To"), required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    sort = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, patients: QuerySet[Patient]) -> None:
        """Look among these patients."""
        super().__init__(data)
        self.patients = patients

    def clean_patient(self) -> Patient | None:
        """Return the patient, if it is one whom the person may know."""
        public_id = self.cleaned_data.get("patient")
        found = self.patients.filter(public_id=public_id).first() if public_id else None
        if public_id and found is None:
            raise forms.ValidationError(_("Nobody whom you may see is found under this."))
        return found
