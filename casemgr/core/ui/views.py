"""Show every part in every state on one page, for those who build pages; served in development only."""

import datetime as dt
from typing import Any

import django_tables2
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from casemgr.core.refusals import Refused
from casemgr.core.ui.navigation import Group, Item
from casemgr.core.ui.parts import state

SAMPLE_ROWS = (
    ("Call after missed dose", "Ana Flores", "Missed two days", 2, "warn", "Due today"),
    ("Renew consent", "Jo Marsh", "Ends on Friday", 4, "note", "Open"),
    ("Find a bed", "Sam Okafor", "Leaves shelter tomorrow", 1, "stop", "Overdue"),
    ("Ride to court", "Lee Tran", "Asked at the window", 12, "good", "Done"),
)


class SampleForm(forms.Form):
    """Show each kind of field."""

    name = forms.CharField(label=_("Chosen name"), help_text=_("What the person wants to be called here."))
    born_on = forms.DateField(label=_("Date of birth"), widget=forms.DateInput(attrs={"class": "field--short", "type": "date"}))
    phone = forms.CharField(label=_("Phone"), required=False, help_text=_("Only a number where a message is safe."))
    contact = forms.ChoiceField(
        label=_("How to reach this person"),
        choices=[("", "—"), ("text", _("Text message")), ("call", _("Call")), ("none", _("Do not contact"))],
        help_text=_("It decides what reminders may go out."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("en", "English"), ("es", "Español")], widget=forms.RadioSelect)
    needs = forms.MultipleChoiceField(
        label=_("Needs today"),
        required=False,
        choices=[("housing", _("Housing")), ("food", _("Food")), ("ride", _("A ride"))],
        widget=forms.CheckboxSelectMultiple,
    )
    may_text = forms.BooleanField(label=_("May be sent text messages"), required=False, help_text=_("Neutral words only."))
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)


class SampleTable(django_tables2.Table):
    """Show a list with people, states and moments."""

    what = django_tables2.Column(verbose_name=_("What"), orderable=True)
    who = django_tables2.Column(verbose_name=_("Who"), orderable=False)
    why = django_tables2.Column(verbose_name=_("Why"), orderable=False)
    amount = django_tables2.Column(verbose_name=_("Days"), orderable=False, attrs={"td": {"class": "num"}, "th": {"class": "num"}})
    state = django_tables2.Column(verbose_name=_("State"), orderable=False)

    next_url = "?after=4"
    empty_help = _("Tasks appear here when a dose is missed or a referral waits for an answer.")

    class Meta:
        row_attrs = {"data-state": lambda record: record["kind"]}
        empty_text = _("No open tasks")


def styleguide(request: HttpRequest) -> HttpResponse:
    """Draw the style guide; outside of development it does not exist."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "ui/styleguide.html", _samples(request))


def _samples(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    first = [
        Item(_("Today"), "#today", "sunrise", active=True, count=7),
        Item(_("Dosing"), "#dosing", "pill", count=12),
        Item(_("Caseload"), "#caseload", "users"),
    ]
    second = [Item(_("Tasks"), "#tasks", "list-checks", count=4), Item(_("Referrals"), "#referrals", "send")]
    distances = [{}, {"minutes": -12}, {"hours": 3}, {"days": -1}, {"days": -40}]
    return {
        "now": now,
        "moments": [now + dt.timedelta(**distance) for distance in distances],
        "form": SampleForm(),
        "wrong_form": SampleForm({"name": "", "phone": "555", "language": "fr", "note": "Typed text stays."}, auto_id="wrong_%s"),
        "table": SampleTable([_row(*row) for row in SAMPLE_ROWS], request=request),
        "empty_table": SampleTable([]),
        "refused": Refused("The last dose was given today at 8:14.", "A hold by Dr. Reyes stands since yesterday."),
        "navigation": [Group("", first), Group(_("Casework"), second)],
        "navigation_first": [*first, second[0]],
    }


def _row(what: str, who: str, why: str, amount: int, kind: str, word: str) -> dict[str, Any]:
    return {
        "what": format_html('<a href="#row" data-row-link>{}</a>', what),
        "who": who,
        "why": why,
        "amount": amount,
        "state": state(kind, word),
        "kind": kind if kind in ("warn", "stop") else "",
    }
