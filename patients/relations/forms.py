"""Ask which organization stands in which relation to a person."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.directory.models import Organization
from casemgr.core.ui.forms import offer_rows
from casemgr.core.ui.verb_forms import DAY
from patients.relations.models import Capacity
from patients.relations.queries import organizations_to_relate


class RelationshipForm(forms.Form):
    """Ask who, as what, since when."""

    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), label=_("Organization"))
    capacity = forms.ChoiceField(label=_("What it does for the person"), choices=Capacity.choices, widget=forms.RadioSelect)
    since = forms.DateField(label=_("Since"), widget=DAY)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        """Offer the organizations that are worked with."""
        super().__init__(*args, **options)
        offer_rows(self, "organization", organizations_to_relate())
        self.fields["since"].initial = today


class EndRelationshipForm(forms.Form):
    """Ask from which day it is so no more."""

    until = forms.DateField(label=_("From this day no more"), widget=DAY)
