"""Ask for a naloxone kit, and what became of it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.verb_forms import DAY
from patients.health.forms import FactForm
from patients.health.naloxone.models import KitState, NaloxoneKit

FIRST_STATES = [(KitState.IN_HAND.value, _("Has it")), (KitState.DECLINED.value, KitState.DECLINED.label)]
LAST_STATES = [(state.value, state.label) for state in KitState if state not in (KitState.IN_HAND, KitState.DECLINED)]


class KitForm(FactForm):
    """Ask for a kit that was given, or offered and not wanted."""

    model = NaloxoneKit
    asked = ("state", "origin", "product", "given_on", "expires_on", "lot", "training")
    folded = ("doses", "holder", "holder_words", "remark")
    today = ("given_on",)

    state = forms.ChoiceField(label=_("Given or declined"), choices=FIRST_STATES, initial=KitState.IN_HAND.value)


class KitRevisionForm(FactForm):
    """Ask what was written wrongly about a kit; what became of it is a step of its own."""

    model = NaloxoneKit
    asked = ("origin", "product", "given_on", "expires_on", "lot", "training")
    folded = ("doses", "holder", "holder_words", "remark")


class KitEndForm(forms.Form):
    """Ask what became of a kit."""

    state = forms.ChoiceField(label=_("What became of it"), choices=LAST_STATES, widget=forms.RadioSelect)
    ended_on = forms.DateField(label=_("On which day"), widget=DAY)
    remark = forms.CharField(label=_("Remark"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
