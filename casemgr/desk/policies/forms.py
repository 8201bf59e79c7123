"""Ask which policy covers an area, or why none does."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.verb_forms import DAY


class AttestForm(forms.Form):
    """Ask for the policy, where it is kept, since when it is in force, and the statement itself."""

    title = forms.CharField(label=_("Policy"), max_length=200, help_text=_("Its title, as it stands on the document."))
    kept_at = forms.CharField(
        label=_("Where it is kept, and which version"), max_length=200, help_text=_("So that whoever must follow it finds the right one.")
    )
    in_force_since = forms.DateField(label=_("In force since"), widget=DAY)
    review_on = forms.DateField(
        label=_("Next review on"),
        widget=DAY,
        help_text=_(
            "In a year, unless you choose another day; sooner when something changes. The law says periodically, the year is ours."
        ),
    )
    has_read = forms.BooleanField(label=_("I have read it. It is in force, and it answers what is asked above."))


class NotApplicableForm(forms.Form):
    """Ask what is not done or not kept here, so that there is nothing to regulate."""

    words = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What is not done or not kept here, so that there is nothing to regulate."),
    )
    review_on = forms.DateField(label=_("Look at it again on"), widget=DAY)


class MissingForm(forms.Form):
    """Ask what is missing, and who writes it until when."""

    words = forms.CharField(
        label=_("What is missing"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("And who writes it, and what holds until then."),
    )
    review_on = forms.DateField(label=_("To be there by"), widget=DAY)
