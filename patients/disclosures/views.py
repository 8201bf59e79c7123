"""Show what was told, to whom and why."""

from typing import Any

import django_tables2 as tables
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, page
from casemgr.core.ui.parts import NOTHING, moment, person, state
from patients.disclosures.models import Basis, Disclosure, DisclosureOutcome
from patients.disclosures.queries import disclosures_seen_by, with_people
from patients.record.models import Patient

SHOWN: dict[str, tuple[Any, dict[str, str]]] = {
    "told": (_("Told"), {"outcome": DisclosureOutcome.DISCLOSED}),
    "withheld": (_("Withheld"), {"outcome": DisclosureOutcome.WITHHELD}),
    "all": (_("Both"), {}),
}
"""The views of the list: its word in the address, its name, and what it keeps."""


class AccountTable(tables.Table):
    """List what was told: when, to whom, what and what for."""

    at = tables.Column(verbose_name=_("When"))
    recipient_name = tables.Column(verbose_name=_("To whom"))
    description = tables.Column(verbose_name=_("What"))
    purpose = tables.Column(verbose_name=_("What for"), empty_values=())
    basis = tables.Column(verbose_name=_("On what"))
    outcome = tables.Column(verbose_name=_("Outcome"))
    by_name = tables.Column(verbose_name=_("By"))

    empty_help = _("Whatever leaves the program is written here before it leaves.")

    class Meta:
        orderable = False
        empty_text = _("Nothing was told")

    def render_at(self, record: Disclosure) -> SafeString:
        """Say when."""
        return moment(record.at, "exact")

    def render_recipient_name(self, record: Disclosure) -> SafeString:
        """Name the recipient, with the address if it is known."""
        return format_html('{}<br><span class="small muted">{}</span>', record.recipient_name, record.recipient_address)

    def render_description(self, record: Disclosure) -> SafeString:
        """Say what was told, and which part of the record it was."""
        part = "" if record.category_words == record.description else record.category_words
        return format_html('<span data-verbatim>{}</span><br><span class="small muted">{}</span>', record.description, part)

    def render_purpose(self, record: Disclosure) -> str:
        """Say what for."""
        return record.purpose_words

    def render_basis(self, record: Disclosure) -> SafeString:
        """Say on what it was told, and what the recipient may do with it."""
        number = f" {record.consent_id}" if record.consent_id else ""
        told = record.get_redisclosure_display() if record.outcome == DisclosureOutcome.DISCLOSED else ""
        return format_html('{}{}<br><span class="small muted">{}</span>', record.get_basis_display(), number, told)

    def render_outcome(self, record: Disclosure) -> SafeString:
        """Say whether it left, and if not, why."""
        if record.outcome == DisclosureOutcome.DISCLOSED:
            return state("good", record.get_outcome_display())
        return format_html('{}<br><span class="small">{}</span>', state("warn", record.get_outcome_display()), record.reason_words)


class DisclosureTable(AccountTable):
    """List what was told about anybody."""

    who = tables.Column(verbose_name=_("About"), empty_values=())

    class Meta(AccountTable.Meta):
        sequence = ("at", "who", "...")

    def render_who(self, record: Any) -> SafeString:
        """Name the person, with the way to their account."""
        patient: Patient | None = record.person
        if patient is None:
            return NOTHING
        return person(patient.display_name, legal=patient.legal_name, url=reverse("patients:accounting", args=[patient.public_id]))


@page(Can.SEE_DISCLOSURES)
def disclosures(request: StaffRequest) -> HttpResponse:
    """Show what left the program of late and what was withheld."""
    shown, basis = request.GET.get("show", "told"), request.GET.get("basis", "")
    shown, basis = shown if shown in SHOWN else "told", basis if basis in Basis.values else ""
    kept = {**SHOWN[shown][1], **({"basis": basis} if basis else {})}
    part = slice_of(disclosures_seen_by(request.user).filter(**kept), by="-pk", after=request.GET.get("after", ""))
    people = [row.patient_id for row in part.rows]
    note_read(by=request.user, at=timezone.now(), what="disclosures", detail={"show": shown, "basis": basis}, people=people)
    table = DisclosureTable(with_people(part.rows, request.user))
    if part.next_key:
        table.next_url = f"?show={shown}&basis={basis}&after={part.next_key}"
    context = {
        "table": table,
        "shown": shown,
        "views": {key: name for key, (name, _rows) in SHOWN.items()},
        "basis": basis,
        "bases": Basis.choices,
        "oversees": request.user.may(Can.OVERSEE_PRIVACY),
    }
    return render(request, "patients/disclosures/disclosures.html", context)
