"""Ask who else was there, what was talked about in front of them, and what others told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.language.fields import WordsField
from casemgr.core.ui.forms import offer_choices, offer_rows
from patients.consent.models import InformationCategory
from patients.record.models import Patient
from patients.world.models import CloseOne
from patients.world.queries import facts_of
from treatment_plans.family.actions import Guest
from treatment_plans.family.models import Heard
from treatment_plans.family.queries import Seat
from treatment_plans.family.rules import NEVER_AT_THE_TABLE
from treatment_plans.plan.models import Goal
from treatment_plans.sessions.forms import SHORT, FrameForm, another_field
from treatment_plans.sessions.models import AttendanceState
from treatment_plans.sessions.writing.forms import GoalsField

TOPICS = [choice for choice in InformationCategory.choices if choice[0] not in NEVER_AT_THE_TABLE]
"""Parts of the record that may come up in a talk."""

THERE = [
    (AttendanceState.PRESENT.value, _("There")),
    (AttendanceState.LATE.value, _("Came late")),
    (AttendanceState.EXCUSED.value, _("Not there: the others came alone")),
]
FRAME = ("day", "starts_at", "minutes", "site", "modality", "state")
WHO = "who_"


class WithOthers(forms.Form):
    """Ask who else took part, and what was talked about in front of them."""

    guests = forms.MultipleChoiceField(label=_("Who else took part"), required=False, widget=forms.CheckboxSelectMultiple)
    topics = forms.MultipleChoiceField(
        label=_("What of the record was talked about in front of them"),
        choices=TOPICS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what you or the program told. What the person told by themselves is theirs to tell."),
    )
    was_asked = forms.BooleanField(label=_("I asked the person that day, and they agreed that these people take part"), required=False)

    def seat_at(self, seats: Sequence[Seat]) -> None:
        """Offer these people; for an organization, ask who came."""
        self.seats = list(seats)
        offer_choices(self, "guests", [(seat.key, seat.one.name) for seat in seats])
        for seat in seats:
            if seat.key.startswith("organization") and seat.may_come:
                self.fields[f"{WHO}{seat.one.pk}"] = forms.CharField(label=_("Who came"), required=False, max_length=120)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return each seat with its box, whether it is ticked, and the field that asks who came."""
        ticked = set(self["guests"].value() or [])
        names = {seat.key: f"{WHO}{seat.one.pk}" for seat in self.seats if seat.key.startswith("organization")}
        return [
            {
                "seat": seat,
                "number": number,
                "is_ticked": seat.key in ticked,
                "who": self[names[seat.key]] if names.get(seat.key, "") in self.fields else None,
            }
            for number, seat in enumerate(self.seats)
        ]

    @property
    def chosen_guests(self) -> list[Guest]:
        """Return who was chosen."""
        names = self.cleaned_data
        return [Guest(key, names.get(f"{WHO}{key.split(':')[1]}", "") if key.startswith("organization") else "") for key in names["guests"]]

    @property
    def others(self) -> dict[str, Any]:
        """Return what the verb asks for of the others."""
        asked = self.cleaned_data
        return {"guests": self.chosen_guests, "topics": asked["topics"], "was_asked": asked["was_asked"]}


class FamilyForm(FrameForm, WithOthers):
    """Ask for a session with others, and the note on it."""

    state = forms.ChoiceField(label=_("The person"), choices=THERE, initial=AttendanceState.PRESENT, widget=SHORT)
    is_another = another_field()
    note = WordsField(
        label=_("Note"),
        required=False,
        widget=forms.Textarea({"rows": 10}),
        help_text=_("What others told in confidence belongs to the collateral notes, not here."),
    )
    no_goal_reason = WordsField(label=_("If none of the goals: why"), required=False, max_length=200)
    offered = WordsField(label=_("What was offered"), required=False, widget=forms.Textarea({"rows": 2}))
    chosen = WordsField(label=_("What the person chose"), required=False, widget=forms.Textarea({"rows": 2}))
    homework = WordsField(label=_("Until the next time"), required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, seats: Sequence[Seat], goals: Sequence[Goal], **options: Any) -> None:
        """Offer people, sites, and the goals of the person's plan."""
        super().__init__(*args, **options)
        self.seat_at(seats)
        if goals:
            self.fields["goals"] = GoalsField(goals)
        else:
            del self.fields["no_goal_reason"]

    def frame_fields(self) -> list[forms.BoundField]:
        """Return the short fields that say when, where and how, in their order."""
        return [self[name] for name in FRAME if name in self.fields]

    @property
    def said(self) -> dict[str, Any]:
        """Return what was said of the person's own part."""
        names = ("state", "note", "goals", "no_goal_reason", "offered", "chosen")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class OthersForm(WithOthers):
    """Ask who else was there in a session that is written down already."""

    def __init__(self, *args: Any, seats: Sequence[Seat], **options: Any) -> None:
        """Offer people."""
        super().__init__(*args, **options)
        self.seat_at(seats)


class CollateralForm(forms.Form):
    """Ask what somebody else told, and what they were told in return."""

    close_one = forms.ModelChoiceField(
        queryset=CloseOne.objects.none(), label=_("Who told it"), required=False, empty_label=_("Somebody else, named below")
    )
    informant = forms.CharField(label=_("Or who"), required=False, max_length=120, help_text=_("Name and who they are. Kept encrypted."))
    how = forms.ChoiceField(label=_("How"), choices=Heard.choices, initial=Heard.PHONE)
    heard_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput({"type": "datetime-local", "class": "field--short"}, format="%Y-%m-%dT%H:%M")
    )
    body = WordsField(label=_("What was told"), required=False, widget=forms.Textarea({"rows": 8, "autocomplete": "off"}))
    in_confidence = forms.BooleanField(
        label=_("Told in confidence: they asked that the person does not learn who told it"),
        required=False,
        help_text=_("Promise it only where it can be kept. It is said beside the note when a copy is asked for (45 CFR 164.524(a)(2)(v))."),
    )
    told = forms.MultipleChoiceField(
        label=_("What we told them"),
        choices=TOPICS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing, unless a consent names them: not even that the person comes here."),
    )

    def __init__(self, *args: Any, patient: Patient, is_addendum: bool = False, **options: Any) -> None:
        """Offer the people around, those who are a concern for safety among them: one may listen to everybody."""
        super().__init__(*args, **options)
        offer_rows(self, "close_one", facts_of(CloseOne, patient).filter(until__isnull=True).order_by("name", "pk"))
        if is_addendum:
            for name in ("close_one", "informant", "told"):
                del self.fields[name]

    def moment(self, zone: ZoneInfo) -> datetime:
        """Return when it was told, by the clock of the program."""
        told: datetime = self.cleaned_data["heard_at"]
        return told.replace(tzinfo=zone)


class WhyForm(forms.Form):
    """Ask why something was written by mistake."""

    why = forms.CharField(label=_("Why it was an error"), max_length=200)
