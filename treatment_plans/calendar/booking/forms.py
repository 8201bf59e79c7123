"""Take in what somebody books, moves, cancels or waits for."""

from datetime import date, datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.language.fields import WordsField
from casemgr.core.ui.forms import offer_rows
from treatment_plans.appointments.busy.models import BusyWith
from treatment_plans.appointments.models import AppointmentKind, Unit
from treatment_plans.appointments.queries import Times
from treatment_plans.appointments.waitlist.models import WaitEnd
from treatment_plans.rooms.models import Room
from treatment_plans.rooms.recurrence.rules import (
    MOST_APART,
    MOST_TIMES,
    Occurrence,
    Rhythm,
    Slot,
    occurrence,
    occurrences,
    why_not,
)

DAY = forms.DateInput({"type": "date", "class": "field--short"}, format="%Y-%m-%d")
CLOCK = forms.TimeInput({"type": "time", "class": "field--short", "step": "300"}, format="%H:%M")
SHORT = forms.Select({"class": "field--short"})
TINY = forms.NumberInput({"class": "field--tiny"})
FOLD = "bootstrap5/layout/fold.html"
DAYS = [(number, name) for number, name in WEEKDAYS.items()]
THIS, FOLLOWING = "this", "following"
SCOPES = [(THIS, _("This one only")), (FOLLOWING, _("This one and those that follow"))]


class RoomChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django knows no rows here at run time
    """Choose a room by the name of its site and its own."""

    def label_from_instance(self, obj: Any) -> str:
        """Return both names."""
        return f"{obj.name} · {obj.site.name}"


class DaysField(forms.TypedMultipleChoiceField):
    """Choose days of the week."""

    def __init__(self, **options: Any) -> None:
        """Offer Monday to Sunday."""
        super().__init__(choices=DAYS, coerce=int, empty_value=[], widget=forms.CheckboxSelectMultiple, **options)


class TimesForm(forms.Form):
    """Ask when: a day, a time of the site's clock, and how long."""

    day = forms.DateField(label=_("Day"), widget=DAY)
    starts_at = forms.TimeField(label=_("Time"), widget=CLOCK, help_text=_("By the clock of the site."))
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=5, max_value=720, initial=60, widget=forms.NumberInput({"class": "field--tiny", "step": "5"})
    )

    @property
    def is_wanted_anyway(self) -> bool:
        """Say whether the person has read what speaks against the time and wants it all the same."""
        return "anyway" in self.data

    @property
    def left_out(self) -> set[date]:
        """Return the days that the person leaves out of a series."""
        said = self.data.getlist("leave_out") if hasattr(self.data, "getlist") else []
        return {date.fromisoformat(day) for day in said if _is_day(day)}

    def slot_at(self, site: Site) -> Slot:
        """Return the time of the site's wall clock."""
        return Slot(self.cleaned_data["starts_at"], self.cleaned_data["minutes"], site.zone)

    def times_at(self, site: Site) -> Times:
        """Return when the meeting begins and ends at a site."""
        one = occurrence(self.cleaned_data["day"], self.slot_at(site))
        return one.starts_at, one.ends_at


class BookForm(TimesForm):
    """Ask for what a booking needs, once or again and again."""

    kind = forms.ChoiceField(label=_("What for"), choices=AppointmentKind.choices, initial=AppointmentKind.INDIVIDUAL, widget=SHORT)
    clinician = forms.ModelChoiceField(label=_("With"), queryset=User.objects.none(), empty_label=_("Choose who"))
    site = forms.ModelChoiceField(label=_("Where"), queryset=Site.objects.none(), empty_label=None)
    room = RoomChoice(label=_("Room"), queryset=Room.objects.none(), required=False, empty_label=_("No room, or by phone or video"))
    note = WordsField(label=_("Note"), required=False, max_length=300, help_text=_("For colleagues. It is never part of a reminder."))
    unit = forms.ChoiceField(label=_("It comes again"), choices=[("", _("Never: just once")), *Unit.choices], required=False, widget=SHORT)
    every = forms.IntegerField(label=_("Every so many"), required=False, initial=1, min_value=1, max_value=MOST_APART, widget=TINY)
    weekdays = DaysField(label=_("On"), required=False, help_text=_("For weeks. Without any, on the weekday of the first day."))
    until = forms.DateField(label=_("Until"), required=False, widget=DAY)
    times = forms.IntegerField(label=_("Or how often"), required=False, min_value=1, max_value=MOST_TIMES, widget=TINY)

    def __init__(self, *args: Any, sites: QuerySet[Site], staff: QuerySet[User], rooms: QuerySet[Room], **options: Any) -> None:
        """Offer the sites, rooms and colleagues that the person may book for."""
        super().__init__(*args, **options)
        offer_rows(self, "site", sites)
        offer_rows(self, "clinician", staff)
        offer_rows(self, "room", rooms)

    @property
    def helper(self) -> FormHelper:
        """Return the layout: who and where, when, and folded whether it comes again."""
        helper = FormHelper(self)
        again = Fieldset(
            _("Again and again"), Div("unit", "every", css_class="grid-2"), "weekdays", Div("until", "times", css_class="grid-2"),
            template=FOLD,
        )  # fmt: skip
        when = Div("day", "starts_at", "minutes", css_class="grid-3")
        helper.layout = Layout(Div("kind", "clinician", "site", "room", css_class="grid-2"), when, again, "note")
        return helper

    @property
    def rhythm(self) -> Rhythm | None:
        """Return how often it comes again, or nothing when it is just once."""
        said = self.cleaned_data
        if not said.get("unit"):
            return None
        weekdays = frozenset(said.get("weekdays") or ()) if said["unit"] == Unit.WEEKLY else frozenset[int]()
        return Rhythm(said["unit"], said.get("every") or 1, weekdays, said.get("until"), said.get("times"))

    def dates(self) -> list[Occurrence]:
        """Return every time that is asked for; none when the rhythm makes no sense, which the verb says."""
        slot, rhythm = self.slot_at(self.cleaned_data["site"]), self.rhythm
        first_on = self.cleaned_data["day"]
        if rhythm is None:
            return [occurrence(first_on, slot)]
        return [] if why_not(rhythm, first_on) else occurrences(rhythm, first_on, slot)


class MoveForm(TimesForm):
    """Ask where an appointment moves: when, with whom, in which room, alone or with those that follow."""

    clinician = forms.ModelChoiceField(label=_("With"), queryset=User.objects.none())
    room = RoomChoice(label=_("Room"), queryset=Room.objects.none(), required=False, empty_label=_("No room, or by phone or video"))
    scope = forms.ChoiceField(label=_("What moves"), choices=SCOPES, initial=THIS, widget=forms.RadioSelect)

    def __init__(self, *args: Any, staff: QuerySet[User], rooms: QuerySet[Room], in_series: bool, **options: Any) -> None:
        """Offer rooms and colleagues; ask what moves only where something follows."""
        super().__init__(*args, **options)
        offer_rows(self, "clinician", staff)
        offer_rows(self, "room", rooms)
        if not in_series:
            del self.fields["scope"]

    @property
    def with_following(self) -> bool:
        """Say whether those that follow move too."""
        return bool(self.cleaned_data.get("scope") == FOLLOWING)

    @property
    def helper(self) -> FormHelper:
        """Return the layout."""
        helper = FormHelper(self)
        when = Div("day", "starts_at", "minutes", css_class="grid-3")
        helper.layout = Layout(*(["scope"] if "scope" in self.fields else []), when, Div("clinician", "room", css_class="grid-2"))
        return helper


class CancelForm(forms.Form):
    """Ask on whose word an appointment is cancelled, and why."""

    by_patient = forms.TypedChoiceField(
        label=_("Who cancels"),
        choices=[("yes", _("The person")), ("no", _("We do"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    why = WordsField(label=_("Why"), required=False, max_length=200)
    scope = forms.ChoiceField(label=_("What is cancelled"), choices=SCOPES, initial=THIS, widget=forms.RadioSelect)

    def __init__(self, *args: Any, in_series: bool, **options: Any) -> None:
        """Ask what is cancelled only where something follows."""
        super().__init__(*args, **options)
        if not in_series:
            del self.fields["scope"]

    @property
    def with_following(self) -> bool:
        """Say whether those that follow are cancelled too."""
        return bool(self.cleaned_data.get("scope") == FOLLOWING)


class WaitForm(forms.Form):
    """Ask which hours somebody who waits could take."""

    kind = forms.ChoiceField(label=_("What for"), choices=AppointmentKind.choices, initial=AppointmentKind.INDIVIDUAL, widget=SHORT)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=720, initial=60, widget=TINY)
    clinician = forms.ModelChoiceField(label=_("With"), queryset=User.objects.none(), required=False, empty_label=_("Anybody"))
    site = forms.ModelChoiceField(label=_("Where"), queryset=Site.objects.none(), required=False, empty_label=_("Any site"))
    weekdays = DaysField(label=_("Can come on"), required=False, help_text=_("Without any, on every day."))
    earliest = forms.TimeField(label=_("Not before"), required=False, widget=CLOCK)
    latest = forms.TimeField(label=_("Over by"), required=False, widget=CLOCK)
    from_on = forms.DateField(label=_("From which day on"), required=False, widget=DAY)
    note = WordsField(label=_("Note"), required=False, max_length=200)

    def __init__(self, *args: Any, sites: QuerySet[Site], staff: QuerySet[User], **options: Any) -> None:
        """Offer the sites and colleagues that the person may book for."""
        super().__init__(*args, **options)
        offer_rows(self, "site", sites)
        offer_rows(self, "clinician", staff)

    @property
    def helper(self) -> FormHelper:
        """Return the layout."""
        helper = FormHelper(self)
        helper.layout = Layout(
            Div("kind", "minutes", "clinician", "site", css_class="grid-2"),
            "weekdays",
            Div("earliest", "latest", "from_on", css_class="grid-3"),
            "note",
        )
        return helper


class EndWaitingForm(forms.Form):
    """Ask why somebody waits no longer."""

    why = forms.ChoiceField(label=_("Why"), choices=WaitEnd.choices, widget=forms.RadioSelect)


class BusyForm(forms.Form):
    """Ask at which hours of the week somebody cannot come."""

    reason = forms.ChoiceField(label=_("What keeps them"), choices=BusyWith.choices, widget=SHORT)
    weekdays = DaysField(label=_("On"))
    starts = forms.TimeField(label=_("From"), widget=CLOCK)
    ends = forms.TimeField(label=_("Until"), widget=CLOCK, help_text=_("A night shift ends on the next day."))
    since = forms.DateField(label=_("Since"), widget=DAY)
    note = WordsField(label=_("Note"), required=False, max_length=120, help_text=_("Which bus, which shift. No names of employers."))

    @property
    def helper(self) -> FormHelper:
        """Return the layout."""
        helper = FormHelper(self)
        helper.layout = Layout("reason", "weekdays", Div("starts", "ends", "since", css_class="grid-3"), "note")
        return helper


def initial_times(at: datetime, site: Site | None) -> dict[str, date]:
    """Return the day that a booking begins with: tomorrow at the site."""
    today = at.astimezone(site.zone).date() if site else at.date()
    return {"day": today + timedelta(days=1)}


def _is_day(text: str) -> bool:
    """Say whether these letters are a day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
