"""Take in what somebody writes down of a session."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site
from casemgr.core.language.fields import WordsField
from casemgr.core.ui.forms import offer_rows
from treatment_plans.plan.models import InterventionKind
from treatment_plans.rooms.recurrence.rules import Slot, occurrence
from treatment_plans.sessions.models import AttendanceState, Modality, SessionKind
from treatment_plans.sessions.writing.forms import HeldOnField, NoteFields

CLOCK = forms.TimeInput({"type": "time", "class": "field--short", "step": "300"}, format="%H:%M")
SHORT = forms.Select({"class": "field--short"})
ALONE = [
    (kind.value, kind.label)
    for kind in (
        SessionKind.INDIVIDUAL,
        SessionKind.PEER,
        SessionKind.HOLISTIC,
        SessionKind.CRISIS,
        SessionKind.OUTREACH,
    )
]
LONG = {"techniques", "note", "goals", "no_goal_reason", "shared_text"}
THERE = [(state.value, state.label) for state in (AttendanceState.PRESENT, AttendanceState.LATE)]


class FrameForm(forms.Form):
    """Ask when, where and how a session was held."""

    day = HeldOnField()
    starts_at = forms.TimeField(label=_("Began at"), widget=CLOCK, help_text=_("By the clock of the site."))
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=1, max_value=720, initial=50, widget=forms.NumberInput({"class": "field--tiny"})
    )
    site = forms.ModelChoiceField(label=_("Where"), queryset=Site.objects.none(), empty_label=None, widget=SHORT)
    modality = forms.ChoiceField(label=_("How"), choices=Modality.choices, initial=Modality.IN_PERSON, widget=SHORT)
    techniques = forms.MultipleChoiceField(
        label=_("Ways of working"), choices=InterventionKind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, sites: QuerySet[Site], **options: Any) -> None:
        """Offer the sites at which the person works."""
        super().__init__(*args, **options)
        offer_rows(self, "site", sites)

    def frame_fields(self) -> list[forms.BoundField]:
        """Return the short fields that say when, where and how, in their order."""
        return [field for field in self if field.name not in LONG]

    def frame(self) -> dict[str, Any]:
        """Return what the verb asks for of the session itself."""
        known = self.cleaned_data
        times = occurrence(known["day"], Slot(known["starts_at"], known["minutes"], known["site"].zone))
        return {
            "site": known["site"],
            "starts_at": times.starts_at,
            "ends_at": times.ends_at,
            "modality": known["modality"],
            "techniques": known["techniques"],
        }


def another_field() -> forms.BooleanField:
    """Return the box that is shown when a session with the same beginning is written down already."""
    return forms.BooleanField(label=_("This was another session all the same"), required=False)


class IndividualForm(NoteFields, FrameForm):
    """Ask for a session with one person, and the note on it."""

    ORDER = ("kind", "state", "modality", "day", "starts_at", "minutes", "site")
    kind = forms.ChoiceField(label=_("Kind"), choices=ALONE, initial=SessionKind.INDIVIDUAL, widget=SHORT)
    state = forms.ChoiceField(label=_("Attendance"), choices=THERE, initial=AttendanceState.PRESENT, widget=SHORT)
    is_another = another_field()
    homework = WordsField(
        label=_("Homework until the next time"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Small enough to be done. It stands here again when you write the next session."),
    )

    def frame_fields(self) -> list[forms.BoundField]:
        """Return the short fields that say when, where and how, in their order."""
        return [self[name] for name in self.ORDER]

    def frame(self) -> dict[str, Any]:
        """Return what the verb asks for of the session itself."""
        return {**super().frame(), "homework": self.cleaned_data["homework"], "note_format": self.cleaned_data["shown_format"]}


class NoteForm(NoteFields):
    """Ask for a note that is not signed yet, and for everything around it; what is not said of the attendance stays as it is."""

    state = forms.ChoiceField(label=_("Attendance"), choices=AttendanceState.choices, required=False, widget=SHORT)
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=0, max_value=720, required=False, widget=forms.NumberInput({"class": "field--tiny"})
    )

    def part(self) -> dict[str, Any]:
        """Return what was said of the person's part; who was not there stayed no minutes."""
        said, known = super().part(), self.cleaned_data
        if known["state"]:
            said["state"] = known["state"]
        if "minutes" in self.data:
            said["minutes"] = known["minutes"] if known["state"] in ("", *dict(THERE)) else None
        return said
