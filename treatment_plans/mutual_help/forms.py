"""Ask about a meeting of the directory, and about one that somebody chose to tell of."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.language.fields import WordsField
from casemgr.core.ui.forms import offer_choices
from casemgr.core.ui.verb_forms import DAY
from patients.record.models import LANGUAGE_CHOICES
from treatment_plans.mutual_help.models import Fellowship, MutualHelpMeeting, Weekday, Welcome

CLOCK = forms.TimeInput({"type": "time", "class": "field--short", "step": "300"}, format="%H:%M")
FACTS = ("fellowship", "name", "weekday", "starts", "minutes", "place", "online", "phone", "language", "medication", "words", "is_active")


class MeetingForm(forms.Form):
    """Ask what a meeting is, when, where, and how it meets people on medication."""

    fellowship = forms.ChoiceField(label=_("Kind of meeting"), choices=Fellowship.choices)
    name = forms.CharField(label=_("Name"), max_length=120)
    weekday = forms.TypedChoiceField(label=_("Day"), choices=Weekday.choices, coerce=int)
    starts = forms.TimeField(label=_("Begins at"), widget=CLOCK)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=480, initial=60)
    place = forms.CharField(label=_("Place"), required=False, max_length=200)
    online = forms.URLField(label=_("Online"), required=False, assume_scheme="https")
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_CHOICES)
    medication = forms.ChoiceField(label=_("People on medication"), choices=Welcome.choices, initial=Welcome.UNKNOWN)
    words = WordsField(
        label=_("Good to know"), required=False, max_length=200, help_text=_("Open or closed, for women, step-free, childcare ...")
    )
    is_active = forms.BooleanField(label=_("It takes place"), required=False, initial=True)


class TellForm(forms.Form):
    """Ask which meeting somebody went to, if they want to say."""

    meeting = forms.ChoiceField(label=_("Meeting"), required=False)
    fellowship = forms.ChoiceField(label=_("Or the kind of meeting"), choices=[("", "—"), *Fellowship.choices], required=False)
    went_on = forms.DateField(label=_("On"), widget=DAY)
    words = forms.CharField(
        label=_("How it was, in the person's words"), required=False, max_length=200, help_text=_("Name nobody who was there.")
    )

    def __init__(self, *args: Any, meetings: Iterable[MutualHelpMeeting], **options: Any) -> None:
        """Offer the meetings of the directory."""
        super().__init__(*args, **options)
        self.meetings = {str(row.pk): row for row in meetings}
        listed = [(key, f"{row.name}, {row.get_weekday_display()}") for key, row in self.meetings.items()]
        offer_choices(self, "meeting", [("", _("Another one")), *listed])

    @property
    def told(self) -> dict[str, Any]:
        """Return what was told."""
        return {**self.cleaned_data, "meeting": self.meetings.get(self.cleaned_data["meeting"])}


class WhyForm(forms.Form):
    """Ask why something was written by mistake."""

    why = forms.CharField(label=_("Why it was an error"), max_length=200)
