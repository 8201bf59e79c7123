"""Ask how a notice was given and what the person answered."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.ui.forms import offer_rows
from casemgr.core.ui.verb_forms import DAY
from patients.notices.models import Acknowledgement, NoticeMethod

LANGUAGES = {"en": _("English"), "es": _("Spanish")}


class NoticeForm(forms.Form):
    """Take down in a few clicks what happened at the desk."""

    program = forms.ModelChoiceField(label=_("Notice of"), queryset=Program.objects.none())
    language = forms.ChoiceField(label=_("In which language"), choices=list(LANGUAGES.items()))
    given_on = forms.DateField(label=_("Given on"), widget=DAY)
    method = forms.ChoiceField(label=_("How"), choices=NoticeMethod.choices, widget=forms.RadioSelect, initial=NoticeMethod.IN_PERSON)
    acknowledgement = forms.ChoiceField(
        label=_("What the person answered"),
        choices=Acknowledgement.choices,
        widget=forms.RadioSelect,
        help_text=_("Nobody has to sign. Care does not depend on it."),
    )
    why_not = forms.CharField(label=_("If not signed: why"), required=False, max_length=200)

    def __init__(self, *args: Any, programs: Any, **kwargs: Any) -> None:
        """Offer the programs that this person may give the notice of; one alone needs no choice."""
        super().__init__(*args, **kwargs)
        offer_rows(self, "program", programs)
        found = list(programs[:2])
        if len(found) == 1:
            self.fields["program"].initial = found[0]
            self.fields["program"].widget = forms.HiddenInput()
