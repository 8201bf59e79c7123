"""Read whose days a calendar shows."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.ui.forms import offer_rows
from treatment_plans.calendar.booking.forms import RoomChoice
from treatment_plans.rooms.models import Room

FILTER_DAY = forms.DateInput({"type": "date", "class": "form-control"}, format="%Y-%m-%d")
FILTER = forms.Select({"class": "form-select"})
DAY, WEEK = "day", "week"
SPANS = [(DAY, _("Day")), (WEEK, _("Week"))]


class CalendarForm(forms.Form):
    """Read which day or week, site, room and colleague a calendar is for."""

    day = forms.DateField(label=_("Day"), required=False, widget=FILTER_DAY)
    span = forms.ChoiceField(label=_("Show"), choices=SPANS, required=False, widget=FILTER)
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=_("All sites"), widget=FILTER)
    clinician = forms.ModelChoiceField(
        label=_("With"), queryset=User.objects.none(), required=False, empty_label=_("Everybody"), widget=FILTER, to_field_name="public_id"
    )
    room = RoomChoice(label=_("Room"), queryset=Room.objects.none(), required=False, empty_label=_("All rooms"), widget=FILTER)

    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sites: QuerySet[Site], staff: QuerySet[User], rooms: QuerySet[Room], **options: Any) -> None:
        """Offer the sites, rooms and colleagues whose calendar the person may see."""
        super().__init__(*args, **options)
        offer_rows(self, "site", sites)
        offer_rows(self, "clinician", staff)
        offer_rows(self, "room", rooms)

    def chosen(self, name: str) -> Any:
        """Return what was chosen, or nothing when it was left out or makes no sense."""
        return self.cleaned_data.get(name) if self.is_valid() or name in self.cleaned_data else None
