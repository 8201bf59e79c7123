"""Ask what else somebody takes, and with whom the list was compared."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.verb_forms import DAY
from patients.health.forms import FactForm
from patients.health.medications.models import OtherMedication, Reconciliation


class OtherMedicationForm(FactForm):
    """Ask for a medication that is not given here."""

    model = OtherMedication
    asked = ("name", "group", "dose_words", "why", "adherence", "source")
    folded = ("prescriber_name", "since", "side_effects", "is_long_acting", "rxnorm")


class ReconciliationForm(FactForm):
    """Ask with whom the list was compared, and what was found."""

    model = Reconciliation
    asked = ("compared_with", "finding", "words", "done_on")
    today = ("done_on",)


class EndOfMedicationForm(forms.Form):
    """Ask until when a medication was taken, and why it ended."""

    until = forms.DateField(label=_("Taken until"), widget=DAY)
    why_ended = forms.CharField(label=_("Why it ended"), max_length=200, required=False)
