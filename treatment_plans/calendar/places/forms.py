"""Take in when a site is open, when it stays closed, which rooms it has, and how a program is called back."""

from collections.abc import Iterator, Sequence
from datetime import time
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import OpeningHours
from casemgr.core.language.fields import WordsField

DAY = forms.DateInput({"type": "date", "class": "field--short"}, format="%Y-%m-%d")
TINY = forms.NumberInput({"class": "field--tiny"})
SPANS = (1, 2)
"""How many times on one day a site may open: before and after noon."""


class HoursForm(forms.Form):
    """Ask for each weekday from when until when a site is open, twice at most."""

    def __init__(self, *args: Any, hours: Sequence[OpeningHours], **options: Any) -> None:
        """Ask for seven days, filled in with how it is now."""
        super().__init__(*args, **options)
        for weekday, name in WEEKDAYS.items():
            known = [row for row in hours if row.weekday == weekday]
            for number in SPANS:
                row = known[number - 1] if len(known) >= number else None
                for what, word in (("opens", _("from")), ("closes", _("until"))):
                    self.fields[f"{what}_{weekday}_{number}"] = forms.TimeField(
                        label=format_html("{} {}", name, word),
                        required=False,
                        initial=getattr(row, what, None),
                        widget=forms.TimeInput({"type": "time", "step": "300"}, format="%H:%M"),
                    )

    @property
    def helper(self) -> FormHelper:
        """Return the layout: one line for each day."""
        helper = FormHelper(self)
        lines = [
            Div(*(f"{what}_{day}_{number}" for number in SPANS for what in ("opens", "closes")), css_class="grid-4") for day in WEEKDAYS
        ]
        helper.layout = Layout(*lines)
        return helper

    def clean(self) -> dict[str, Any]:
        """Refuse half an opening, and two that overlap."""
        said = super().clean() or {}
        for weekday in WEEKDAYS:
            last: time | None = None
            for number in SPANS:
                opens, closes = said.get(f"opens_{weekday}_{number}"), said.get(f"closes_{weekday}_{number}")
                if (opens is None) != (closes is None):
                    self.add_error(f"closes_{weekday}_{number}", _("Write from when and until when."))
                elif opens and closes and (opens >= closes or (last is not None and opens < last)):
                    self.add_error(f"opens_{weekday}_{number}", _("A site must open before it closes."))
                last = closes or last
        return said

    @property
    def hours(self) -> Iterator[tuple[int, time, time]]:
        """Yield the hours as the verb takes them."""
        for weekday in WEEKDAYS:
            for number in SPANS:
                opens = self.cleaned_data[f"opens_{weekday}_{number}"]
                if opens is not None:
                    yield weekday, opens, self.cleaned_data[f"closes_{weekday}_{number}"]


class ClosureForm(forms.Form):
    """Ask on which days a site stays closed, and why."""

    day = forms.DateField(label=_("Day"), widget=DAY)
    until = forms.DateField(label=_("Until (included)"), required=False, widget=DAY, help_text=_("For one day leave it empty."))
    reason = forms.CharField(label=_("Reason"), max_length=120, help_text=_("Everybody reads it: “Thanksgiving”, “Snow”."))

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the beginning, and more than a month at once."""
        said = super().clean() or {}
        day, until = said.get("day"), said.get("until")
        if day and until and not 0 <= (until - day).days <= MOST_CLOSED:
            self.add_error("until", _("Choose a day within a month of the first."))
        return said


MOST_CLOSED = 31
"""How many days a closure may last that is written at once. The figure is ours."""


class RoomForm(forms.Form):
    """Ask what a room is called."""

    name = forms.CharField(label=_("Name"), max_length=60)
    seats = forms.IntegerField(
        label=_("Seats"), required=False, min_value=1, max_value=500, widget=forms.NumberInput({"class": "field--tiny"})
    )
    note = WordsField(label=_("Note"), required=False, max_length=200, help_text=_("Stairs, windows, how quiet it is."))
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class MessageWordsForm(forms.Form):
    """Ask under which name a program writes, and which number can be called back."""

    neutral_name = forms.CharField(
        label=_("Neutral name for messages"), max_length=40, help_text=_("It must not say what kind of place it is.")
    )
    callback_phone = forms.CharField(
        label=_("Callback phone for messages"),
        max_length=40,
        help_text=_("Without one, no reminder goes out."),
        widget=forms.TextInput({"type": "tel"}),
    )
