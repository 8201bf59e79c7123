"""Ask for a group, for who leads it, and for a place in it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.language.fields import WordsField
from casemgr.core.ui.forms import offer_choices, offer_rows
from patients.record.models import Patient
from treatment_plans.groups.models import GroupKind, GroupSeries
from treatment_plans.groups.rules import MOST_PEOPLE, USUAL_PEOPLE
from treatment_plans.plan.models import Goal
from treatment_plans.rooms.models import Room
from treatment_plans.rooms.recurrence.rules import Slot, occurrence
from treatment_plans.sessions.models import Modality

DAY = forms.DateInput({"type": "date", "class": "field--short"}, format="%Y-%m-%d")
CLOCK = forms.TimeInput({"type": "time", "class": "field--short", "step": "300"}, format="%H:%M")
SHORT = forms.Select({"class": "field--short"})
TINY = forms.NumberInput({"class": "field--tiny"})


class AboutForm(forms.Form):
    """Ask what a group is called, how many places it has and how it works."""

    title = WordsField(label=_("Title"), max_length=120, help_text=_("For example: Dual Recovery. It stands in everybody's chart."))
    kind = forms.ChoiceField(label=_("Kind"), choices=GroupKind.choices, initial=GroupKind.GROUP, widget=SHORT)
    about = WordsField(label=_("For whom, and what is done"), required=False, max_length=300)
    capacity = forms.IntegerField(label=_("Places"), min_value=1, max_value=MOST_PEOPLE, initial=USUAL_PEOPLE, widget=TINY)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=720, initial=60, widget=TINY)
    modality = forms.ChoiceField(label=_("How"), choices=Modality.choices, initial=Modality.IN_PERSON, widget=SHORT)
    facilitators = forms.ModelMultipleChoiceField(
        label=_("Who leads it"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    techniques = forms.MultipleChoiceField(label=_("Ways of working"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, staff: QuerySet[User], ways: Sequence[tuple[str, str]], **options: Any) -> None:
        """Offer the colleagues who may lead, and the program's ways of working."""
        super().__init__(*args, **options)
        offer_rows(self, "facilitators", staff)
        offer_choices(self, "techniques", ways)


class SeriesForm(AboutForm):
    """Ask for a new group: also where it meets, and when for the first time."""

    field_order = [
        "title", "kind", "site", "room", "starts_on", "begins_at", "minutes", "every", "capacity", "modality", "facilitators", "about",
        "techniques",
    ]  # fmt: skip
    site = forms.ModelChoiceField(label=_("Where"), queryset=Site.objects.none(), empty_label=None, widget=SHORT)
    room = forms.ModelChoiceField(label=_("Room"), queryset=Room.objects.none(), required=False, empty_label=_("No room"), widget=SHORT)
    starts_on = forms.DateField(label=_("First meeting"), widget=DAY, help_text=_("Its weekday is the day of the group."))
    begins_at = forms.TimeField(label=_("Begins at"), widget=CLOCK, help_text=_("By the clock of the site, in summer and winter."))
    every = forms.IntegerField(label=_("Every so many weeks"), min_value=1, max_value=12, initial=1, widget=TINY)
    leave_out = forms.MultipleChoiceField(
        label=_("Plan no meeting on"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Untick a day on which the group meets although the site is closed."),
    )
    closed_shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sites: QuerySet[Site], rooms: QuerySet[Room], **options: Any) -> None:
        """Offer the sites and rooms at which the person works; days on which a site is closed stand there once they were found."""
        super().__init__(*args, **options)
        offer_rows(self, "site", sites)
        offer_rows(self, "room", rooms)
        self.shown = set(self.data.get("closed_shown", "").split())
        self.held_back = {name: self.fields.pop(name) for name in ("leave_out", "closed_shown")}
        if self.shown:
            self._show({day: day for day in sorted(self.shown)})

    def knows_closed(self, closed: Mapping[date, str]) -> bool:
        """Say whether the days on which the site is closed were shown; otherwise show them, each ticked to be left out."""
        days = {day.isoformat(): f"{date_format(day, 'D, M j')}: {reason}" for day, reason in closed.items()}
        is_known = days.keys() <= self.shown
        if days:
            self._show(days)
        if not is_known:
            sent: Any = self.data
            said = sent.copy()
            said.setlist("leave_out", list(days))
            said["closed_shown"] = " ".join(days)
            self.data = said
            self.add_error("leave_out", _("The site is closed on these days. Leave them out, or untick those on which the group meets."))
        return is_known

    def series(self) -> GroupSeries:
        """Return the group as far as it says when and where it meets."""
        return GroupSeries(**{name: self.cleaned_data[name] for name in ("site", "starts_on", "begins_at", "minutes", "every")})

    def facts(self) -> dict[str, Any]:
        """Return what the verb asks for."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("leave_out", "closed_shown")}
        return {**said, "leave_out": [date.fromisoformat(day) for day in self.cleaned_data.get("leave_out", [])]}

    def _show(self, days: Mapping[str, str]) -> None:
        """Ask about these days first of all."""
        self.fields |= self.held_back
        self.order_fields(["leave_out", "closed_shown", *self.fields])
        offer_choices(self, "leave_out", days.items())


def initial_of(series: GroupSeries, facilitators: list[User]) -> dict[str, Any]:
    """Return what the form begins with when a group is said anew."""
    known = {name: getattr(series, name) for name in ("title", "kind", "about", "capacity", "minutes", "modality", "techniques")}
    return {**known, "facilitators": facilitators}


class PersonForm(forms.Form):
    """Ask who is to have a place, chosen among those whom one sees."""

    patient = forms.ModelChoiceField(
        label=_("Who"), queryset=Patient.objects.none(), to_field_name="public_id", empty_label=_("Choose a person"), widget=SHORT
    )

    def __init__(self, *args: Any, people: QuerySet[Patient], **options: Any) -> None:
        """Offer these people."""
        super().__init__(*args, **options)
        offer_rows(self, "patient", people)


class PlaceForm(forms.Form):
    """Ask since when somebody has a place and which goal it serves; on the waitlist or on the roster."""

    on = forms.DateField(label=_("From"), widget=DAY)
    goal = forms.ChoiceField(label=_("Goal that it serves"), required=False, widget=forms.RadioSelect, help_text=_("Of the plan in force."))
    over_capacity_why = WordsField(
        label=_("If the group is full: why they join all the same"),
        required=False,
        max_length=200,
        help_text=_("Without a reason, put them on the waitlist."),
    )

    def __init__(self, *args: Any, goals: list[Goal], is_full: bool, **options: Any) -> None:
        """Offer the goals of the person's plan; the reason is asked for when the group is full."""
        super().__init__(*args, **options)
        self.goals = {str(goal.pk): goal for goal in goals}
        offer_choices(self, "goal", [("", _("None yet")), *((key, goal.words) for key, goal in self.goals.items())])
        if not goals:
            del self.fields["goal"]
        if not is_full:
            del self.fields["over_capacity_why"]

    def clean_goal(self) -> Goal | None:
        """Return the goal that was chosen; another person's is no choice."""
        return self.goals.get(self.cleaned_data["goal"])


class LeaveForm(forms.Form):
    """Ask from when somebody has no place any more, and why."""

    on = forms.DateField(label=_("From"), widget=DAY)
    why = WordsField(label=_("Why, in their words"), required=False, max_length=200)


class CancelForm(forms.Form):
    """Ask why a meeting does not take place."""

    why = WordsField(label=_("Why"), max_length=200)


class EndForm(forms.Form):
    """Ask on which day a group ends."""

    on = forms.DateField(label=_("Last day"), widget=DAY)


class ExtraForm(forms.Form):
    """Ask when the group meets outside its rhythm."""

    day = forms.DateField(label=_("Day"), widget=DAY)
    starts_at = forms.TimeField(label=_("Begins at"), widget=CLOCK)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=720, widget=TINY)

    def times_at(self, site: Site) -> tuple[datetime, datetime]:
        """Return when the meeting begins and ends by the clock of a site."""
        known = self.cleaned_data
        times = occurrence(known["day"], Slot(known["starts_at"], known["minutes"], site.zone))
        return times.starts_at, times.ends_at
