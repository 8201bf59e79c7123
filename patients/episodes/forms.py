"""Ask when, where and why a stay in care begins, moves or ends."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site
from casemgr.core.ui.forms import offer_rows
from casemgr.core.ui.verb_forms import DAY
from patients.episodes.models import DischargeReason, ReferralSource


class AdmitForm(forms.Form):
    """Ask where and since when a person is in care, and who sent them."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label=None)
    admitted_on = forms.DateField(label=_("Admitted on"), widget=DAY)
    referral_source = forms.ChoiceField(label=_("Who sent the person"), choices=ReferralSource.choices, initial=ReferralSource.UNKNOWN)

    def __init__(self, *args: Any, sites: QuerySet[Site], today: date, **kwargs: Any) -> None:
        """Offer these sites, and today."""
        super().__init__(*args, **kwargs)
        offer_rows(self, "site", sites)
        self.fields["admitted_on"].initial = today


class TransferForm(forms.Form):
    """Ask where to and since when."""

    to_site = forms.ModelChoiceField(label=_("To site"), queryset=Site.objects.none(), empty_label=None)
    on = forms.DateField(
        label=_("On"),
        widget=DAY,
        help_text=_("The first day at the new site."),
    )

    def __init__(self, *args: Any, sites: QuerySet[Site], today: date, **kwargs: Any) -> None:
        """Offer these sites, and today."""
        super().__init__(*args, **kwargs)
        offer_rows(self, "to_site", sites)
        self.fields["on"].initial = today


class DischargeForm(forms.Form):
    """Ask when and why a stay in care ends."""

    on = forms.DateField(
        label=_("Discharged on"),
        widget=DAY,
        help_text=_("From this day on the person is no longer in care."),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *DischargeReason.choices])
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        """Offer today."""
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today

    @property
    def helper(self) -> FormHelper:
        """Return the layout."""
        helper = FormHelper(self)
        helper.layout = Layout("on", "reason", "note")
        return helper
