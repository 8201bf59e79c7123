"""Lay out the record of who did and saw what."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_tables2.data import TableListData

from casemgr.core.audit.models import Outcome
from casemgr.core.audit.words import fact_words, verb_words
from casemgr.core.ui.parts import moment, person, state

KINDS = {Outcome.DONE: "good", Outcome.SEEN: "quiet", Outcome.REFUSED: "warn", Outcome.DENIED: "stop"}


class InOrder(TableListData):
    """Hold rows that the database has ordered already."""

    def order_by(self, aliases: Any) -> None:
        """Leave them as they are."""


class AuditTable(tables.Table):
    """Show what, who, about whom, how it ended, on which fact, from where and when."""

    what = tables.Column(verbose_name=_("What"), empty_values=())
    who = tables.Column(verbose_name=_("Who"), empty_values=())
    about = tables.Column(verbose_name=_("About"), empty_values=())
    outcome = tables.Column(verbose_name=_("Outcome"), empty_values=())
    fact = tables.Column(verbose_name=_("On which fact"), empty_values=())
    door = tables.Column(verbose_name=_("From"), empty_values=())
    at = tables.Column(verbose_name=_("When"), empty_values=())

    next_url = ""
    previous_url = ""
    empty_help = _("Everything that somebody does or sees is written down here. Ask for less to find more.")

    class Meta:
        empty_text = _("Nothing of this kind is on record")
        row_attrs = {"data-state": lambda record: KINDS[record[0].outcome] if record[0].outcome in {"refused", "denied"} else None}

    def render_what(self, record: Any) -> SafeString:
        """Name the verb, and the reason of a no."""
        event = record[0]
        words = verb_words(event.verb)
        return format_html('{}<br><small class="muted">{}</small>', words, event.reason) if event.reason else format_html("{}", words)

    def render_who(self, record: Any) -> str:
        """Name who it was; an unknown person tried to sign in."""
        return record[0].actor_name or str(_("not known"))

    def render_about(self, record: Any) -> SafeString | str:
        """Name the patient, or the row."""
        event, patient = record
        if patient is None and event.people:
            return ngettext("%(count)s person on a list", "%(count)s people on a list", len(event.people)) % {"count": len(event.people)}
        if patient is None:
            return str(event.subject)
        return person(patient.display_name, legal=patient.legal_name, url=reverse("desk:chart", args=[patient.public_id]))

    def render_outcome(self, record: Any) -> SafeString:
        """Say how it ended."""
        return state(KINDS[record[0].outcome], record[0].get_outcome_display())

    def render_fact(self, record: Any) -> str:
        """Say on which right and fact it rested."""
        return fact_words(record[0].rests_on)

    def render_door(self, record: Any) -> str:
        """Say through which door, and from which address."""
        return f"{record[0].door} {record[0].address}".strip()

    def render_at(self, record: Any) -> SafeString:
        """Say when."""
        return format_html('<span class="nowrap">{}</span>', moment(record[0].at, "exact"))
