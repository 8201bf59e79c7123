"""Take in where a person is sent, and what the partner answered."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.directory.models import Organization
from patients.consent.models import PurposeOfUse
from referrals.referral.models import ReferralState


class ReferralForm(forms.Form):
    """Ask who is asked for what."""

    organization = forms.ModelChoiceField(
        label=_("To"), queryset=Organization.objects.filter(is_active=True), empty_label=_("Choose an organization")
    )
    purpose = forms.ChoiceField(
        label=_("What for"),
        choices=PurposeOfUse.choices,
        help_text=_("It decides which parts of the record go along, and no more than these."),
    )
    service = forms.CharField(label=_("What is asked for"), max_length=200)
    message = forms.CharField(
        label=_("Message to the partner"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Write of no other part of the record than goes along. It leaves only while a consent opens all of these parts."),
    )


class AnswerForm(forms.Form):
    """Ask what the partner said."""

    state = forms.ChoiceField(
        label=_("The partner"),
        choices=[(ReferralState.ACCEPTED, ReferralState.ACCEPTED.label), (ReferralState.DECLINED, ReferralState.DECLINED.label)],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=_("In their words"), required=False, widget=forms.Textarea({"rows": 3}))
