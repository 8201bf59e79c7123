"""Take in the parts of a plan."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casemgr.core.accounts.models import User
from casemgr.core.language.fields import WordsField
from casemgr.core.ui.forms import offer_rows
from patients.diagnoses.models import Axis, Diagnosis
from treatment_plans.plan.models import InterventionKind

DAY = forms.DateInput({"type": "date", "class": "field--short"}, format="%Y-%m-%d")
WORDS = forms.Textarea({"rows": 3})


class StartPlanForm(forms.Form):
    """Ask when a plan begins, when it is looked at again, and what the person brings along."""

    starts_on = forms.DateField(label=_("From"), widget=DAY)
    review_on = forms.DateField(
        label=_("To be reviewed by"), widget=DAY, help_text=_("Three months on, unless your program says otherwise.")
    )
    strengths = forms.CharField(label=_("Strengths"), required=False, widget=WORDS, help_text=_("In the person's own words."))


class ChangePlanForm(forms.Form):
    """Ask for the next review and the person's strengths."""

    review_on = forms.DateField(label=_("To be reviewed by"), widget=DAY)
    strengths = forms.CharField(label=_("Strengths"), required=False, widget=WORDS, help_text=_("In the person's own words."))


class ProblemForm(forms.Form):
    """Ask what the plan is to treat, and on which axis it lies."""

    axis = forms.ChoiceField(label=_("Axis"), choices=Axis.choices, widget=forms.RadioSelect)
    title = WordsField(label=_("Problem"), max_length=300, widget=forms.TextInput({"data-focus": ""}))
    diagnosis = forms.ModelChoiceField(
        label=_("Diagnosis behind it"), queryset=Diagnosis.objects.none(), required=False, empty_label=_("None")
    )

    def __init__(self, *args: Any, diagnoses: QuerySet[Diagnosis], **options: Any) -> None:
        """Offer the person's own diagnoses."""
        super().__init__(*args, **options)
        offer_rows(self, "diagnosis", diagnoses)


class GoalForm(forms.Form):
    """Ask for a goal in the person's own words."""

    words = forms.CharField(
        label=_("Goal"), widget=forms.Textarea({"rows": 2, "data-focus": ""}), help_text=_("In the person's own words: “I want to …”")
    )
    target_on = forms.DateField(label=_("Hoped for by"), required=False, widget=DAY)


class ObjectiveForm(forms.Form):
    """Ask for a step that can be measured."""

    words = WordsField(
        label=_("Objective"),
        widget=forms.Textarea({"rows": 2, "data-focus": ""}),
        help_text=_("What will be different, so that one can tell."),
    )
    measure = forms.CharField(label=_("Measured by"), required=False, max_length=200, help_text=_("For example: PHQ-9 below 10."))
    target_on = forms.DateField(label=pgettext_lazy("day", "By"), required=False, widget=DAY)


class InterventionForm(forms.Form):
    """Ask what is done towards a goal, how often and by whom."""

    kind = forms.ChoiceField(label=_("What is done"), choices=InterventionKind.choices, widget=forms.Select({"data-focus": ""}))
    description = WordsField(label=_("More exactly"), required=False, max_length=300)
    frequency = forms.CharField(label=_("How often"), required=False, max_length=120, help_text=_("For example: once a week."))
    responsible = forms.ModelChoiceField(
        label=_("By whom"), queryset=User.objects.none(), required=False, empty_label=_("Not decided yet"), help_text=_("The care team.")
    )

    def __init__(self, *args: Any, team: QuerySet[User], **options: Any) -> None:
        """Offer the care team."""
        super().__init__(*args, **options)
        offer_rows(self, "responsible", team)


class ActivateForm(forms.Form):
    """Ask why a plan covers one disorder only, where it does, and for a signature under it."""

    one_axis_reason = WordsField(
        label=_("Why the plan covers one disorder only"),
        required=False,
        widget=WORDS,
        help_text=_("It is read again at each review."),
    )
    signed_name = forms.CharField(
        label=_("Your name, as your signature under the reason"),
        required=False,
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("Only where one disorder is left out. It stands in the record with the moment."),
    )

    def __init__(self, *args: Any, is_excusable: bool, **options: Any) -> None:
        """Ask for a reason only where one could stand in for what is missing."""
        super().__init__(*args, **options)
        if not is_excusable:
            del self.fields["one_axis_reason"], self.fields["signed_name"]


class EndPlanForm(forms.Form):
    """Ask on which day a plan ended."""

    on = forms.DateField(label=_("Ended on"), widget=DAY)
