"""Take in what somebody books, moves or settles."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.ui.forms import offer_rows
from treatment_plans.appointments.models import AppointmentKind

DAY = forms.DateInput({"type": "date", "class": "field--short"}, format="%Y-%m-%d")
CLOCK = forms.TimeInput({"type": "time", "class": "field--short", "step": "300"}, format="%H:%M")
SHORT = forms.Select({"class": "field--short"})
FILTER_DAY = forms.DateInput({"type": "date", "class": "form-control"}, format="%Y-%m-%d")
FILTER = forms.Select({"class": "form-select"})


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

    def times_at(self, site: Site) -> tuple[datetime, datetime]:
        """Return when the meeting begins and ends at a site."""
        begins = datetime.combine(self.cleaned_data["day"], self.cleaned_data["starts_at"], tzinfo=site.zone)
        return begins, begins + timedelta(minutes=self.cleaned_data["minutes"])


class BookForm(TimesForm):
    """Ask for what a booking needs."""

    field_order = ["kind", "clinician", "site", "day", "starts_at", "minutes", "note"]
    kind = forms.ChoiceField(label=_("What for"), choices=AppointmentKind.choices, initial=AppointmentKind.INDIVIDUAL, widget=SHORT)
    clinician = forms.ModelChoiceField(label=_("With"), queryset=User.objects.none(), empty_label=_("Choose who"))
    site = forms.ModelChoiceField(label=_("Where"), queryset=Site.objects.none(), empty_label=None)
    note = forms.CharField(label=_("Note"), required=False, max_length=300, help_text=_("For colleagues. It is never part of a reminder."))

    def __init__(self, *args: Any, sites: QuerySet[Site], staff: QuerySet[User], **options: Any) -> None:
        """Offer the sites and colleagues that the person may book for."""
        super().__init__(*args, **options)
        offer_rows(self, "site", sites)
        offer_rows(self, "clinician", staff)


class CancelForm(forms.Form):
    """Ask on whose word an appointment is cancelled."""

    by_patient = forms.TypedChoiceField(
        label=_("Who cancels"),
        choices=[("yes", _("The person")), ("no", _("We do"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


class CalendarForm(forms.Form):
    """Read which day, site and colleague a calendar is for."""

    day = forms.DateField(label=_("Day"), required=False, widget=FILTER_DAY)
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=None, widget=FILTER)
    clinician = forms.ModelChoiceField(
        label=_("With"), queryset=User.objects.none(), required=False, empty_label=_("Everybody"), widget=FILTER, to_field_name="public_id"
    )

    def __init__(self, *args: Any, sites: QuerySet[Site], staff: QuerySet[User], **options: Any) -> None:
        """Offer the sites and colleagues whose calendar the person may see."""
        super().__init__(*args, **options)
        offer_rows(self, "site", sites)
        offer_rows(self, "clinician", staff)

    def chosen(self, name: str) -> Any:
        """Return what was chosen, or nothing when it was left out or makes no sense."""
        return self.cleaned_data.get(name) if self.is_valid() or name in self.cleaned_data else None


def initial_times(at: datetime, site: Site | None) -> dict[str, date]:
    """Return the day that a booking begins with: tomorrow at the site."""
    today = at.astimezone(site.zone).date() if site else at.date()
    return {"day": today + timedelta(days=1)}
