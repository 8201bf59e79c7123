"""Ask for a note in its parts, and for what goes with it; ask a program for its rule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.language.fields import WordsField
from casemgr.core.ui.forms import offer_choices
from treatment_plans.plan.models import Goal
from treatment_plans.sessions.models import SCALES, HomeworkOutcome, NoteFormat, SessionKind
from treatment_plans.sessions.rules import is_believable
from treatment_plans.sessions.writing.models import PART_HELP, PART_LABELS, THOUGHTS, Ask
from treatment_plans.sessions.writing.queries import FORMATS, Policy

TINY = forms.NumberInput({"class": "field--tiny", "min": "0", "max": "10", "inputmode": "numeric"})
SHORT = forms.Select({"class": "field--short"})
ROWS = {"note": 10, "data": 5}
SCALE_LABELS = {
    "mood_in": _("Mood on arriving"),
    "mood_out": _("Mood on leaving"),
    "craving_in": _("Craving on arriving"),
    "craving_out": _("Craving on leaving"),
}


class HeldOnField(forms.DateField):
    """Ask for the day of a session; a slip in the year is named before anything is counted from it."""

    widget = forms.DateInput({"type": "date", "class": "field--short"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        """Ask for the day."""
        super().__init__(**{"label": _("Day"), **options})

    def clean(self, value: Any) -> Any:
        """Return the day; one that cannot be right is refused."""
        day = super().clean(value)
        if day is not None and not is_believable(day):
            raise forms.ValidationError(gettext("%(day)s cannot be right. Look at the year.") % {"day": day.isoformat()})
        return day


class GoalsField(forms.MultipleChoiceField):
    """Offer the goals of a plan; they are read once for a whole page."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, goals: Sequence[Goal], **options: Any) -> None:
        """Offer these goals."""
        said = {"label": _("Goals worked on"), "required": False, "help_text": _("Of the plan in force.")}
        super().__init__(**{**said, **options})
        self.goals = {str(goal.pk): goal for goal in goals}
        self.choices = [(key, f"{goal.words} ({goal.problem.get_axis_display()})") for key, goal in self.goals.items()]

    def clean(self, value: Any) -> list[Goal]:
        """Return the goals that were chosen; another person's is no choice."""
        return [self.goals[key] for key in super().clean(value)]


@dataclass(frozen=True)
class Shown:
    """Say what a form about one person offers: the format with its rule, the goals, the triggers known, whether homework was given."""

    note_format: str
    policy: Policy
    goals: Sequence[Goal] = ()
    triggers: Sequence[str] = ()
    has_homework: bool = False
    may_choose: bool = True
    """Whether another format may be chosen than the one in hand."""


class NoteFields(forms.Form):
    """Ask for the parts of a note in the format in hand, and for everything that goes with it."""

    note_format = forms.ChoiceField(label=_("Format"), choices=NoteFormat.choices, required=False)
    shown_format = forms.ChoiceField(choices=NoteFormat.choices, required=False, widget=forms.HiddenInput)
    carried = forms.MultipleChoiceField(choices=PART_LABELS.items(), required=False, widget=forms.MultipleHiddenInput)
    no_goal_reason = WordsField(
        label=_("If none of the goals: why"), required=False, max_length=200, help_text=_("For example: a crisis came first.")
    )
    last_homework = forms.ChoiceField(
        label=_("What became of it?"), choices=[("", _("Not said")), *HomeworkOutcome.choices], required=False, widget=SHORT
    )
    triggers = forms.MultipleChoiceField(
        label=_("Triggers that came up"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("From the person's coping cards."),
    )
    new_trigger = WordsField(
        label=_("A trigger that is new"),
        required=False,
        max_length=200,
        help_text=_("In the person's own words. It becomes a coping card."),
    )
    what_helps = WordsField(
        label=_("What helps with it"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("One thing on each line. It goes onto the card of the new trigger, or of the one that you ticked."),
    )
    offered = WordsField(label=_("What was offered"), required=False, widget=forms.Textarea({"rows": 2}))
    chosen = WordsField(label=_("What the person chose"), required=False, widget=forms.Textarea({"rows": 2}))
    activity_minutes = forms.IntegerField(
        label=_("Minutes of activity"),
        required=False,
        min_value=0,
        max_value=720,
        widget=forms.NumberInput({"class": "field--tiny"}),
        help_text=_("Of yoga, exercise, art, mindfulness: what was really practiced."),
    )

    def __init__(self, *args: Any, shown: Shown, **options: Any) -> None:
        """Ask for the parts of this format, and offer goals and triggers of the person."""
        super().__init__(*args, **options)
        self.shown = shown
        for part in FORMATS[shown.note_format]:
            self.fields[part] = self._part_field(part)
        self.fields["note_format"].is_asked = True  # type: ignore[attr-defined]  # there is always one
        for name in SCALES:
            self.fields[name] = forms.IntegerField(label=SCALE_LABELS[name], required=False, min_value=0, max_value=10, widget=TINY)
        for name, label in THOUGHTS.items():
            self.fields[f"thought_{name}"] = WordsField(label=label, required=False, widget=forms.Textarea({"rows": 2}))
        self.fields["goals"] = GoalsField(shown.goals)
        offer_choices(self, "triggers", [(trigger, trigger) for trigger in shown.triggers])
        self.initial = {"note_format": shown.note_format, **self.initial, "shown_format": shown.note_format}
        self._leave_out()

    def _part_field(self, part: str) -> forms.Field:
        """Return the field of one part; one that the program asks for says so."""
        label = PART_LABELS[part]
        if part in self.shown.policy.required_of(self.shown.note_format):
            label = format_lazy("{} ({})", label, _("required to sign"))
        rows = ROWS.get(part, 3)
        field = WordsField(label=label, required=False, widget=forms.Textarea({"rows": rows}), help_text=PART_HELP.get(part, ""))
        field.is_asked = label is not PART_LABELS[part]  # type: ignore[attr-defined]  # read where “optional” is written beside a label
        return field

    def _leave_out(self) -> None:
        """Leave out what cannot be asked here."""
        out = [] if self.shown.goals else ["goals", "no_goal_reason"]
        out += [] if self.shown.triggers else ["triggers"]
        out += [] if self.shown.has_homework else ["last_homework"]
        out += [] if self.shown.may_choose else ["note_format"]
        for name in out:
            del self.fields[name]

    def clean_shown_format(self) -> str:
        """Return the format whose parts were shown."""
        return self.shown.note_format

    def part_fields(self) -> Iterator[forms.BoundField]:
        """Return the fields of the parts of the note, in their order."""
        return (self[part] for part in FORMATS[self.shown.note_format])

    def scale_fields(self) -> Iterator[forms.BoundField]:
        """Return mood and craving, on arriving and on leaving."""
        return (self[name] for name in SCALES)

    def thought_fields(self) -> Iterator[forms.BoundField]:
        """Return the columns of the thought record."""
        return (self[f"thought_{name}"] for name in THOUGHTS)

    def part(self) -> dict[str, Any]:
        """Return what was said of the person's part; a question that was not asked has no answer."""
        known = self.cleaned_data
        asked = ("goals", "no_goal_reason", "last_homework", "offered", "chosen", "activity_minutes", "carried", *SCALES)
        triggers = [*known.get("triggers", ()), *filter(None, [known["new_trigger"]])]
        helps = known["what_helps"]
        return {
            **{name: known[name] for name in asked if name in known},
            "parts": {part: known[part] for part in FORMATS[self.shown.note_format]},
            "triggers": triggers,
            "coping": {known["new_trigger"]: helps} if known["new_trigger"] else {trigger: helps for trigger in triggers if helps},
            "thought_record": {name: known[f"thought_{name}"] for name in THOUGHTS},
        }


class NotePolicyForm(forms.Form):
    """Ask a program how it writes the notes of one kind of session."""

    kind = forms.ChoiceField(
        label=_("Kind of session"),
        required=False,
        choices=[("", _("Every kind but groups")), *(one for one in SessionKind.choices if one[0] != SessionKind.ENCOUNTER)],
        help_text=_("A rule for one kind stands before the rule for all. Groups have a rule of their own or none."),
    )
    note_format = forms.ChoiceField(label=_("Format of the notes"), choices=NoteFormat.choices)
    is_fixed = forms.BooleanField(label=_("No other format may be chosen"), required=False)
    required_parts = forms.MultipleChoiceField(
        label=_("Parts that must be filled in before a note can be signed"),
        choices=PART_LABELS.items(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Those of the chosen format count. Where another format is chosen, all of its parts are asked for."),
    )
    required_asks = forms.MultipleChoiceField(
        label=_("Also asked for before a note can be signed"), choices=Ask.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def facts(self) -> Mapping[str, Any]:
        """Return what the verb asks for."""
        return self.cleaned_data
