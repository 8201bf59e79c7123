"""Ask how closely a session followed a way of working."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.language.fields import WordsField
from treatment_plans.sessions.fidelity.queries import items_of

SCORES = [("", _("Not scored")), *((str(score), str(score)) for score in range(6))]


class FidelityForm(forms.Form):
    """Ask for the items of one checklist, each from 0 to 5."""

    remark = WordsField(label=_("What to try next time"), required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, checklist: str, **options: Any) -> None:
        """Ask for the items of this checklist."""
        super().__init__(*args, **options)
        self.items = items_of(checklist)
        for code, words in self.items.items():
            self.fields[code] = forms.ChoiceField(
                label=words, choices=SCORES, required=False, widget=forms.Select({"class": "field--short"})
            )
        self.order_fields([*self.items, "remark"])

    def scores(self) -> dict[str, int]:
        """Return the items that were scored."""
        return {code: int(self.cleaned_data[code]) for code in self.items if self.cleaned_data[code]}
