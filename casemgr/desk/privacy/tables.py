"""List clocks: what, about whom, since when, until when in words, on which rule."""

from datetime import date

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casemgr.core.deadlines.models import Clock
from casemgr.core.ui.parts import NOTHING, moment, person, state
from patients.record.models import Patient

PATIENT, KEY = "patient", "key"

PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    "patients.complaint": ("patients:complaint", (KEY,)),
    "patients.incident": ("patients:incident", (KEY,)),
    "casemgr.agreement": ("desk:agreement", (KEY,)),
    "casemgr.policystatement": ("desk:policy_statement", (KEY,)),
    "patients.episode": ("patients:notice", (PATIENT,)),
    "patients.consent": ("patients:consent", (PATIENT, KEY)),
    "patients.recordsrequest": ("patients:records_request", (PATIENT, KEY)),
    "patients.restriction": ("patients:decide_restriction", (PATIENT, KEY)),
    "patients.emergencydisclosure": ("patients:review_emergency", (PATIENT, KEY)),
    "patients.glassbreak": ("patients:glass", (KEY,)),
}
"""Where what a clock is about is worked on, by the table that its subject names; without a line here it leads to the clock itself."""


def place_of(clock: Clock, patient: Patient | None) -> str:
    """Return the address where a clock's matter is worked on."""
    table, _colon, key = clock.subject.partition(":")
    name, wanted = PLACES.get(table, ("desk:deadline", (KEY,)))
    if table not in PLACES or (PATIENT in wanted and patient is None):
        return reverse("desk:deadline", args=[clock.pk])
    known = {KEY: key, PATIENT: patient.public_id if patient else ""}
    return reverse(name, args=[known[part] for part in wanted])


def days_in_words(clock: Clock, today: date) -> SafeString:
    """Draw how much time is left, loud when there is none."""
    left = clock.days_left(today)
    if left < 0:
        return state("stop", ngettext("%(count)s day overdue", "%(count)s days overdue", -left) % {"count": -left})
    if left == 0:
        return state("warn", _("Due today"))
    words = ngettext("%(count)s day left", "%(count)s days left", left) % {"count": left}
    return state("warn" if clock.loud_since else "note", words)


def source_of(clock: Clock) -> SafeString:
    """Say which rule a clock runs by, and whether it is law or the program's policy."""
    if clock.rule.is_policy:
        return format_html("{} {}", clock.rule.source, state("quiet", _("Program policy (%(mark)s)") % {"mark": clock.rule.mark}))
    return format_html("{}", clock.rule.source)


class ClockTable(tables.Table):
    """List clocks with the people they are about."""

    kind = tables.Column(verbose_name=gettext_lazy("What"))
    who = tables.Column(verbose_name=gettext_lazy("Who"), empty_values=())
    started_on = tables.Column(verbose_name=gettext_lazy("Since"))
    ends_on = tables.Column(verbose_name=gettext_lazy("Due"))
    source = tables.Column(verbose_name=gettext_lazy("Rule"), empty_values=())
    more = tables.Column(verbose_name="", empty_values=())

    next_url = ""
    empty_help = gettext_lazy("A request, an incident, an agreement, an admission starts a clock by itself.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("No clock runs here")

    def __init__(self, rows: list[Clock], *, people: dict[int, Patient], matters: dict[str, str], today: date) -> None:
        """Remember who is who, what each is about that is about nobody, and which day it is."""
        self.people, self.matters, self.today = people, matters, today
        super().__init__(rows, row_attrs={"data-state": lambda record: "stop" if record.ends_on < today else ""})

    def render_kind(self, record: Clock) -> SafeString:
        """Lead to where it is worked on."""
        place = place_of(record, self.people.get(record.patient_id or 0))
        return format_html('<a href="{}" data-row-link>{}</a>', place, record.get_kind_display())

    def render_who(self, record: Clock) -> SafeString:
        """Name the person, if it is about one, or else what it is about."""
        patient = self.people.get(record.patient_id or 0)
        if patient is None:
            return format_html('<span class="small muted">{}</span>', words) if (words := self.matters.get(record.subject)) else NOTHING
        chart = reverse("desk:chart", args=[patient.public_id])
        return person(patient.display_name, legal=patient.legal_name, pronouns=patient.pronouns, url=chart)

    def render_started_on(self, record: Clock) -> SafeString:
        """Say since when."""
        return moment(record.started_on, "day")

    def render_ends_on(self, record: Clock) -> SafeString:
        """Say until when, and in words how long that is."""
        extended = format_html(' <span class="small muted">{}</span>', _("extended")) if record.extended_to else ""
        return format_html("{} {}{}", moment(record.ends_on, "day"), days_in_words(record, self.today), extended)

    def render_source(self, record: Clock) -> SafeString:
        """Say which rule it is."""
        return format_html('<span class="small">{}</span>', source_of(record))

    def render_more(self, record: Clock) -> SafeString:
        """Lead to the clock itself."""
        url = reverse("desk:deadline", args=[record.pk])
        return format_html('<a class="small" href="{}">{}</a>', url, _("Clock"))
