"""Ask which site and which days the figures are for."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casemgr.core.accounts.models import Site
from casemgr.core.ui.forms import offer_choices
from casemgr.measures.rules import Period

DEFAULT_DAYS = 30
PRESETS = (7, 30, 90, 180)
LONGEST_DAYS = 1100
DAY = forms.DateInput(attrs={"type": "date", "class": "form-control field--short"}, format="%Y-%m-%d")


class ScopeForm(forms.Form):
    """Take a site and a first and last day; without any, the last thirty days of all sites."""

    site = forms.ChoiceField(label=_("Site"), required=False, widget=forms.Select(attrs={"class": "form-select"}))
    since = forms.DateField(label=_("From"), required=False, widget=DAY)
    until = forms.DateField(label=pgettext_lazy("period", "To"), required=False, widget=DAY)

    def __init__(self, data: Any, *, sites: Sequence[Site], today: date) -> None:
        """Offer the sites; fill in what was not said."""
        self.sites, self.today = sites, today
        first = today - timedelta(days=DEFAULT_DAYS - 1)
        said = {
            "site": data.get("site", ""),
            "since": data.get("since") or first.isoformat(),
            "until": data.get("until") or today.isoformat(),
        }
        super().__init__(said)
        offer_choices(self, "site", [("", _("All sites")), *((str(site.pk), site.name) for site in sites)])

    def clean(self) -> dict[str, Any]:
        """Let the days be in order, and not more than three years."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last day lies before the first."))
        elif since and until and (until - since).days > LONGEST_DAYS:
            self.add_error("since", _("Choose three years at most."))
        return cleaned

    @property
    def period(self) -> Period:
        """Return the chosen days, or the last thirty when what was chosen makes no sense."""
        if self.is_valid():
            return Period(self.cleaned_data["since"], self.cleaned_data["until"] + timedelta(days=1))
        return Period(self.today - timedelta(days=DEFAULT_DAYS - 1), self.today + timedelta(days=1))

    @property
    def site_ids(self) -> tuple[int, ...]:
        """Return the chosen site, or all that may be seen."""
        chosen = self.cleaned_data.get("site") if self.is_valid() else ""
        return (int(chosen),) if chosen else tuple(site.pk for site in self.sites)

    @property
    def query(self) -> str:
        """Return the choice as it stands in an address."""
        site = self.cleaned_data.get("site", "") if self.is_valid() else ""
        return urlencode({"site": site, "since": self.period.since.isoformat(), "until": self.period.last_day.isoformat()})

    def presets(self) -> list[tuple[int, str, bool]]:
        """Return the usual periods: days, address, and whether it is the one in use."""
        found = []
        for days in PRESETS:
            since = self.today - timedelta(days=days - 1)
            site = self.cleaned_data.get("site", "") if self.is_valid() else ""
            query = urlencode({"site": site, "since": since.isoformat(), "until": self.today.isoformat()})
            found.append((days, query, self.period == Period(since, self.today + timedelta(days=1))))
        return found
