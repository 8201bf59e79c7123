"""Ask what was decided about a warning."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.forms import offer_choices
from patients.health.medications.models import interaction_words
from patients.health.medications.rules import Interaction


class DecisionForm(forms.Form):
    """Ask about which warning something was decided, and what."""

    warning = forms.ChoiceField(label=_("Warning"), widget=forms.RadioSelect)
    decision = forms.CharField(
        label=_("What was decided"),
        help_text=_("The medication goes on either way; this says that somebody looked, and why it stays as it is."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, warnings: list[Interaction], **kwargs: Any) -> None:
        """Offer these warnings."""
        super().__init__(*args, **kwargs)
        self.warnings = {str(number): found for number, found in enumerate(warnings)}
        choices = [(key, f"{found.about}: {interaction_words(found.rule, found.given)}") for key, found in self.warnings.items()]
        offer_choices(self, "warning", choices)
        self.initial.setdefault("warning", "0")

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        found = self.warnings[self.cleaned_data["warning"]]
        return {"rule": found.rule, "about": found.about, "decision": self.cleaned_data["decision"]}
