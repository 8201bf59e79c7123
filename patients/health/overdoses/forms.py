"""Ask for an overdose, and for what came of speaking with the person since."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.verb_forms import DAY
from patients.health.forms import FactForm
from patients.health.overdoses.models import Overdose


class OverdoseForm(FactForm):
    """Ask what happened; what is not known stays so."""

    model = Overdose
    asked = (
        *("of", "happened_on", "place", "substances", "intent", "alone"),
        *("naloxone_doses", "naloxone_by", "own_kit_used", "hospital", "outcome"),
    )
    folded = ("told_by", "words")


class ContactForm(forms.Form):
    """Ask when somebody spoke with the person, and what came of it."""

    contacted_on = forms.DateField(label=_("Spoken with on"), widget=DAY)
    words = forms.CharField(label=_("What came of it"), widget=forms.Textarea(attrs={"rows": 3}))
