"""Ask what medical personnel elsewhere are told when the glass is broken for them."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset
from django import forms
from django.utils.translation import gettext_lazy as _

from patients.consent.models import InformationCategory
from patients.disclosures.bases.models import Personnel
from patients.guarding.forms import GlassForm
from patients.guarding.rules import OUTSIDE, Ground

BEFORE_INTERNAL = 3
"""How many parts of the layout come before the one about care of this program."""


class TellingGlassForm(GlassForm):
    """Ask for one person, the ground, and of medical personnel elsewhere who they are and what they are told."""

    profession = forms.ChoiceField(
        label=_("Who they are"),
        choices=[choice for choice in Personnel.choices if choice[0] != Personnel.FDA],
        widget=forms.RadioSelect,
        required=False,
        help_text=_("Nobody else is told here: police, courts, employers and family need a consent or a court order."),
    )
    told = forms.MultipleChoiceField(
        label=_("What they are told"),
        choices=[choice for choice in InformationCategory.choices if choice[0] != InformationCategory.COUNSELING_NOTES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("No more than this emergency needs. It stands on the person's account of disclosures."),
    )

    @property
    def helper(self) -> FormHelper:
        """Return the layout, with what is told to somebody elsewhere after the facts of the emergency."""
        helper = super().helper
        elsewhere = Fieldset(_("If they work elsewhere: what leaves (42 CFR 2.51(a))"), "profession", "told")
        helper.layout.fields.insert(BEFORE_INTERNAL, elsewhere)
        return helper

    @property
    def tells_outside(self) -> bool:
        """Say whether anything leaves the program."""
        ground: Ground = self.ground
        return ground.kind == "emergency" and ground.personnel_at == OUTSIDE

    @property
    def telling(self) -> dict[str, Any]:
        """Return who is told and what."""
        return {"profession": self.cleaned_data["profession"], "told": self.cleaned_data["told"]}
