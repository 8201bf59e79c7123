"""Ask for the intervals of a program."""

from django import forms
from django.utils.translation import gettext_lazy as _

from treatment_plans.plan.policy.rules import LONGEST, SHORTEST

DAYS = forms.NumberInput({"class": "field--short", "min": SHORTEST, "max": LONGEST})


class PlanPolicyForm(forms.Form):
    """Ask after how many days plans are looked at, and how long an axis may go untouched."""

    review_days = forms.IntegerField(
        label=_("A plan is reviewed every … days"),
        widget=DAYS,
        help_text=_("90 unless the program says otherwise; 42 CFR 8.12(f)(4) asks for updates and leaves the interval to the program."),
    )
    warn_days = forms.IntegerField(
        label=_("It stands on the worklist … days before"), min_value=0, widget=forms.NumberInput({"class": "field--short"})
    )
    untouched_days = forms.IntegerField(
        label=_("An axis is named when nothing touched it for … days"),
        widget=DAYS,
        help_text=_("A session on a goal of that axis, a dose or a score touches it. Program policy."),
    )
