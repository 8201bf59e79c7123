"""Take in the parts of a plan."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casemgr.core.accounts.models import User
from casemgr.core.language.fields import WordsField
from casemgr.core.ui.forms import offer_choices, offer_rows
from patients.diagnoses.models import Axis, Diagnosis
from patients.world.models import Barrier, OwnGoal, Stressor
from treatment_plans.plan.catalog.models import EvidenceTag
from treatment_plans.plan.catalog.rules import Listed
from treatment_plans.plan.measuring.queries import Score
from treatment_plans.plan.models import MeasuredAs, Per, TargetWay

DAY = forms.DateInput({"type": "date", "class": "field--short"}, format="%Y-%m-%d")
WORDS = forms.Textarea({"rows": 3})
FIGURE = forms.NumberInput({"class": "field--tiny"})
FOLD = "bootstrap5/layout/fold.html"


def figure_field(label: Any, help_text: Any = "") -> forms.DecimalField:
    """Return a field for a figure that may be left out."""
    return forms.DecimalField(label=label, required=False, max_digits=10, decimal_places=2, widget=FIGURE, help_text=help_text)


class StartPlanForm(forms.Form):
    """Ask when a plan begins, when it is looked at again, and what the person brings along."""

    starts_on = forms.DateField(label=_("From"), widget=DAY)
    review_on = forms.DateField(
        label=_("To be reviewed by"), widget=DAY, help_text=_("Three months on, unless your program says otherwise.")
    )
    strengths = forms.CharField(label=_("Strengths"), required=False, widget=WORDS, help_text=_("In the person's own words."))


class ChangePlanForm(forms.Form):
    """Ask for the next review and the person's strengths; of a draft also for its first day."""

    starts_on = forms.DateField(label=_("From"), widget=DAY)
    review_on = forms.DateField(label=_("To be reviewed by"), widget=DAY)
    strengths = forms.CharField(label=_("Strengths"), required=False, widget=WORDS, help_text=_("In the person's own words."))

    def __init__(self, *args: Any, is_draft: bool, **options: Any) -> None:
        """Leave the first day alone where the plan is in force."""
        super().__init__(*args, **options)
        if not is_draft:
            del self.fields["starts_on"]


class ProblemForm(forms.Form):
    """Ask what the plan is to treat, on which axis it lies, and what it rests on."""

    axis = forms.ChoiceField(label=_("Axis"), choices=Axis.choices, widget=forms.RadioSelect)
    title = WordsField(label=_("Problem"), max_length=300, widget=forms.TextInput({"data-focus": ""}))
    diagnosis = forms.ModelChoiceField(
        label=_("Diagnosis behind it"), queryset=Diagnosis.objects.none(), required=False, empty_label=_("None")
    )
    barrier = forms.ModelChoiceField(label=_("Barrier behind it"), queryset=Barrier.objects.none(), required=False, empty_label=_("None"))
    stressor = forms.ModelChoiceField(
        label=_("What weighs on the person"), queryset=Stressor.objects.none(), required=False, empty_label=_("None")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer what is the person's own: diagnoses, barriers, what weighs on them; ask only for what there is."""
        offered = {name: options.pop(name) for name in ("diagnoses", "barriers", "stressors")}
        super().__init__(*args, **options)
        offer_rows(self, "diagnosis", offered["diagnoses"])
        for field, rows in (("barrier", offered["barriers"]), ("stressor", offered["stressors"])):
            if rows:
                offer_rows(self, field, rows)
            else:
                del self.fields[field]


class GoalForm(forms.Form):
    """Ask for a goal in the person's own words."""

    own_goal = forms.ModelChoiceField(
        label=_("What the person told us they want"),
        queryset=OwnGoal.objects.none(),
        required=False,
        empty_label=_("Something else"),
        help_text=_("Its words are taken over when you write none below."),
    )
    words = forms.CharField(
        label=_("Goal"),
        required=False,
        widget=forms.Textarea({"rows": 2, "data-focus": ""}),
        help_text=_("In the person's own words: “I want to …”"),
    )
    target_on = forms.DateField(label=_("Hoped for by"), required=False, widget=DAY)

    def __init__(self, *args: Any, own_goals: QuerySet[OwnGoal], **options: Any) -> None:
        """Offer the person's own goals, where some are known."""
        super().__init__(*args, **options)
        if own_goals:
            offer_rows(self, "own_goal", own_goals)
        else:
            del self.fields["own_goal"]

    def clean(self) -> dict[str, Any]:
        """Take over the words of the person's own goal where none are written here."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        own = cleaned.get("own_goal")
        cleaned["words"] = cleaned.get("words") or (own.words if own else "")
        return cleaned


class ObjectiveForm(forms.Form):
    """Ask for a step that can be measured: by a number, a date, or a questionnaire."""

    words = WordsField(
        label=_("Objective"),
        widget=forms.Textarea({"rows": 2, "data-focus": ""}),
        help_text=_("What will be different, so that one can tell."),
    )
    measured_as = forms.ChoiceField(label=_("How one can tell"), choices=MeasuredAs.choices, widget=forms.RadioSelect)
    scored = forms.ChoiceField(label=_("Questionnaire"), required=False)
    unit = forms.CharField(
        label=_("What is counted"), required=False, max_length=40, help_text=_("For example: nights of six hours a week.")
    )
    start_value = figure_field(_("At the start"), _("Left empty: the latest score."))
    target_value = figure_field(_("Target"))
    direction = forms.ChoiceField(label=_("The value should be"), required=False, choices=[("", "—"), *TargetWay.choices])
    measure = forms.CharField(
        label=_("Where it is written down"), required=False, max_length=200, help_text=_("For example: in a sleep diary.")
    )
    target_on = forms.DateField(label=pgettext_lazy("day", "By"), required=False, widget=DAY)

    def __init__(self, *args: Any, scores: Sequence[Score], **options: Any) -> None:
        """Offer the scores that can be read here."""
        super().__init__(*args, **options)
        self.scores = {one.key: one for one in scores}
        offer_choices(self, "scored", [("", "—"), *((one.key, one.label) for one in scores)])

    @property
    def helper(self) -> FormHelper:
        """Return the layout; what another way of measuring asks for is out of sight."""
        helper = FormHelper(self)
        figures = Div("start_value", "target_value", "direction", css_class="measure__figures")
        helper.layout = Layout(
            "words",
            "measured_as",
            Div(Div("scored", css_class="measure__instrument"), Div("unit", css_class="measure__number"), figures, css_class="measure"),
            "target_on",
            "measure",
        )
        return helper

    def clean(self) -> dict[str, Any]:
        """Take direction and start from the score that was chosen, where they are left open."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = self.scores.get(cleaned.pop("scored", ""))
        cleaned["instrument"], cleaned["score"] = (chosen.instrument, chosen.score) if chosen else ("", "")
        if chosen and cleaned.get("measured_as") == MeasuredAs.INSTRUMENT:
            cleaned["direction"] = cleaned.get("direction") or chosen.better
            if cleaned.get("start_value") is None:
                cleaned["start_value"] = chosen.latest
        return cleaned


class InterventionForm(forms.Form):
    """Ask what is done towards a goal, how often and by whom."""

    kind = forms.ChoiceField(label=_("What is done"), widget=forms.Select({"data-focus": ""}))
    description = WordsField(label=_("More exactly"), required=False, max_length=300)
    times = forms.IntegerField(label=_("Times"), required=False, min_value=1, max_value=99, widget=FIGURE)
    per = forms.ChoiceField(label=_("In which time"), required=False, choices=[("", "—"), *Per.choices])
    frequency = forms.CharField(
        label=_("How often, in words"), required=False, max_length=120, help_text=_("For example: Tuesdays, 50 minutes.")
    )
    responsible = forms.ModelChoiceField(
        label=_("By whom"), queryset=User.objects.none(), required=False, empty_label=_("Not decided yet"), help_text=_("The care team.")
    )
    caution = WordsField(label=_("What to be careful with"), required=False, max_length=300)
    cleared_on = forms.DateField(label=_("Medically cleared on"), required=False, widget=DAY)

    def __init__(self, *args: Any, team: QuerySet[User], listed: Sequence[Listed], **options: Any) -> None:
        """Offer the program's list, grouped by how well it is shown to help, and the care team."""
        super().__init__(*args, **options)
        offer_rows(self, "responsible", team)
        tags = [tag for tag in EvidenceTag if any(one.evidence == tag for one in listed)]
        grouped = [(tag.label, [(one.code, one.name) for one in listed if one.evidence == tag]) for tag in tags]
        offer_choices(self, "kind", [("", "—"), *grouped])
        self.fields["caution"].help_text = " ".join(f"{one.name}: {one.caution}" for one in listed if one.caution)

    @property
    def helper(self) -> FormHelper:
        """Return the layout: how often in one row, what to be careful with folded."""
        helper = FormHelper(self)
        often = Div("times", "per", "frequency", css_class="measure__figures")
        careful = Fieldset(_("To be careful with"), "caution", "cleared_on", template=FOLD)
        helper.layout = Layout("kind", "description", often, "responsible", careful)
        return helper


class StopForm(forms.Form):
    """Ask why a piece of a plan is no longer pursued."""

    why = WordsField(label=_("Why"), max_length=200, widget=forms.TextInput({"data-focus": ""}))


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
        widget=forms.TextInput({"autocomplete": "off", "data-draft-skip": ""}),
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
