"""Ask what was seen, what was done, and how following up went."""

from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.verb_forms import DAY
from patients.safety.models import Disposition, FollowUpKind, FollowUpOutcome, RiskLevel, SafetyConcern, ScreenerResult
from patients.safety.rules import FOLLOW_UP_FIRST, FOLLOW_UP_LAST, FOLLOW_UP_SOURCE

FOLD = "bootstrap5/layout/fold.html"
LEVELS = [(level.value, level.label) for level in RiskLevel if level != RiskLevel.NONE]


def _words(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ConcernForm(forms.Form):
    """Ask what somebody saw or heard."""

    words = forms.CharField(
        label=_("What did you see or hear?"),
        widget=_words(),
        help_text=_("In the person's own words where you can. Somebody is called at once, by name."),
    )
    level = forms.TypedChoiceField(
        label=_("How grave it seems"), choices=LEVELS, coerce=int, initial=RiskLevel.UNASSESSED, widget=forms.RadioSelect
    )


class DispositionForm(forms.Form):
    """Ask for the result of the C-SSRS, what was done, and when somebody follows up."""

    screener_result = forms.ChoiceField(label=_("C-SSRS, asked by you"), choices=ScreenerResult.choices, widget=forms.RadioSelect)
    not_screened_because = forms.CharField(label=_("Why it was not done"), required=False, widget=_words(2))
    lower_because = forms.CharField(label=_("Why the result is lower than what was answered"), required=False, widget=_words(2))
    disposition = forms.ChoiceField(label=_("What was done"), choices=Disposition.choices, widget=forms.RadioSelect)
    handed_to = forms.CharField(
        label=_("Handed to, and who went along"),
        required=False,
        max_length=200,
        help_text=_("The emergency department or crisis team, and who stayed with the person until then."),
    )
    disposition_words = forms.CharField(
        label=_("What you found and did"), required=False, widget=_words(4), help_text=_("Reasons, what the person says, who knows of it.")
    )
    first_on = forms.DateField(label=_("Follow up on"), required=False, widget=DAY)
    second_on = forms.DateField(label=_("And again on"), required=False, widget=DAY, help_text=FOLLOW_UP_SOURCE)
    kind = forms.ChoiceField(label=_("How"), choices=FollowUpKind.choices, required=False, initial=FollowUpKind.CALL)
    no_follow_up_because = forms.CharField(label=_("Why nobody follows up"), required=False, widget=_words(2))

    def __init__(self, *args: Any, concern: SafetyConcern, answered: int, today: date, **options: Any) -> None:
        """Begin with the result of the questionnaire, if it was done, and with the days that the program's policy wants.

        Where something was answered to the C-SSRS, a lower result is asked for its reasons.
        """
        initial = {
            "screener_result": concern.screener_result,
            "first_on": today + timedelta(days=FOLLOW_UP_FIRST.days),
            "second_on": today + timedelta(days=FOLLOW_UP_LAST.days),
        }
        super().__init__(*args, **{"initial": initial, **options})
        if answered == RiskLevel.NONE:
            del self.fields["lower_because"]
        else:
            said = {"level": RiskLevel(answered).label}
            self.fields["lower_because"].help_text = _("Only for a lower result: what was answered comes to “%(level)s”.") % said

    @property
    def helper(self) -> FormHelper:
        """Return the layout: what is rarely needed is folded."""
        helper = FormHelper(self)
        helper.layout = Layout(
            "screener_result",
            "not_screened_because",
            *(name for name in ("lower_because",) if name in self.fields),
            "disposition",
            "handed_to",
            "disposition_words",
            "first_on",
            "second_on",
            "kind",
            Fieldset(_("Nobody follows up"), "no_follow_up_because", template=FOLD),
        )
        return helper

    @property
    def finding(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        said = dict(self.cleaned_data)
        kind = said.pop("kind") or FollowUpKind.CALL
        days = [said.pop(name) for name in ("first_on", "second_on")]
        return {**said, "follow_ups": [(kind, day) for day in days if day]}


class FollowUpForm(forms.Form):
    """Ask what came of following up."""

    outcome = forms.ChoiceField(label=_("What came of it"), choices=FollowUpOutcome.choices, widget=forms.RadioSelect)
    words = forms.CharField(label=_("How the person is, or what you tried"), widget=_words())
    again_on = forms.DateField(label=_("Try again on"), required=False, widget=DAY)
