"""Ask for signatures under a plan and for what a review found."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.language.fields import WordsField
from treatment_plans.reviews.models import LookedAt, Party, Presence, ReviewDecision, SignatureOutcome, SigningWay

DAY = forms.DateInput({"type": "date", "class": "field--short"}, format="%Y-%m-%d")
NAME = forms.TextInput({"autocomplete": "off"})


class OwnSignatureForm(forms.Form):
    """Ask the clinician for the own name."""

    name = forms.CharField(
        label=_("Your name, as your signature"),
        max_length=120,
        widget=NAME,
        help_text=_("As it stands in your account. The moment is kept with it."),
    )


class PersonSignatureForm(forms.Form):
    """Ask how the person, or somebody who may sign for them, signed."""

    party = forms.ChoiceField(
        label=_("Who signs"), choices=[choice for choice in Party.choices if choice[0] != Party.CLINICIAN], widget=forms.RadioSelect
    )
    name = forms.CharField(label=_("Name as signed"), max_length=120, widget=NAME)
    relationship = forms.CharField(
        label=_("Relation to the person"), max_length=120, required=False, help_text=_("Only when somebody else signs: parent, guardian.")
    )
    way = forms.ChoiceField(label=_("How"), choices=SigningWay.choices, widget=forms.RadioSelect)
    signed_on = forms.DateField(label=_("Signed on"), widget=DAY)


class NotSignedForm(forms.Form):
    """Ask why the person does not sign, or not yet."""

    outcome = forms.ChoiceField(
        label=_("What the person says"),
        choices=[choice for choice in SignatureOutcome.choices if choice[0] != SignatureOutcome.SIGNED],
        widget=forms.RadioSelect,
    )
    reason = WordsField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("In the person's words if you can. The plan holds all the same."),
    )


class ReviewPlanForm(forms.Form):
    """Ask what was looked at, what was found, and what follows."""

    reviewed_on = forms.DateField(label=_("Reviewed on"), widget=DAY)
    presence = forms.ChoiceField(label=_("The person took part"), choices=Presence.choices, widget=forms.RadioSelect)
    looked_at = forms.MultipleChoiceField(label=_("What was looked at"), choices=LookedAt.choices, widget=forms.CheckboxSelectMultiple)
    words = WordsField(label=_("What was found"), widget=forms.Textarea({"rows": 3}))
    own_words = forms.CharField(label=_("What the person says about the plan"), required=False, widget=forms.Textarea({"rows": 2}))
    decision = forms.ChoiceField(label=_("What follows"), choices=ReviewDecision.choices, widget=forms.RadioSelect)
    next_review_on = forms.DateField(label=_("Next review"), required=False, widget=DAY, help_text=_("Not needed when the plan ends."))
    later_reason = WordsField(
        label=_("Why later than the rule"),
        required=False,
        max_length=300,
        widget=forms.TextInput(),
        help_text=_("Only when the next review lies later."),
    )

    def clean_looked_at(self) -> list[Any]:
        """Return what was ticked."""
        return list(self.cleaned_data["looked_at"])
