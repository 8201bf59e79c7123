"""Show what waits to be sent, what was sent and what was not, and let staff see to it."""

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.refusals import Refused
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment, person, state
from patients.transmissions.actions import cancel_transmission, confirm_transmission, retry_transmission
from patients.transmissions.forms import CancelForm
from patients.transmissions.models import Transmission, TransmissionState
from patients.transmissions.queries import TO_LOOK_AT, transmission_list, transmissions_seen_by

SHOWN = {
    "waiting": _("Waiting"),
    "withheld": _("Not sent"),
    "failed": _("To look at"),
    "sent": _("Sent"),
    "all": _("All"),
}
KINDS = {
    TransmissionState.QUEUED: "note",
    TransmissionState.SENT: "good",
    TransmissionState.WITHHELD: "stop",
    TransmissionState.DOUBTFUL: "warn",
    TransmissionState.FAILED: "warn",
}
PRESSES: dict[str, tuple[Any, Any]] = {
    "retry": (retry_transmission, _("It is waiting to be sent again.")),
    "confirm": (confirm_transmission, _("It is marked as arrived.")),
}
"""What one key does with a sending, and what is said afterwards."""


class TransmissionTable(tables.Table):
    """List sendings: what, about whom, to whom, where it stands and why."""

    description = tables.Column(verbose_name=_("What"))
    patient = tables.Column(verbose_name=_("About"))
    recipient = tables.Column(verbose_name=_("To whom"))
    requested_at = tables.Column(verbose_name=_("Asked for"))
    state = tables.Column(verbose_name=_("State"))

    next_url = ""
    empty_help = _("What is mailed to an organization, or told to its system, appears here from the moment somebody asks for it.")

    class Meta:
        orderable = False
        empty_text = _("Nothing here")

    def render_description(self, record: Transmission) -> SafeString:
        """Lead to the sending."""
        address = reverse("patients:transmission", args=[record.pk])
        return format_html('<a href="{}" data-row-link data-verbatim>{}</a>', address, record.description)

    def render_patient(self, record: Transmission) -> SafeString:
        """Name the person and lead to the chart."""
        patient = record.patient
        return person(patient.display_name, legal=patient.legal_name, url=reverse("desk:chart", args=[patient.public_id]))

    def render_requested_at(self, record: Transmission) -> SafeString:
        """Say when, and by whom."""
        return format_html('{}<br><span class="small muted">{}</span>', moment(record.requested_at, "exact"), record.requested_by)

    def render_state(self, record: Transmission) -> SafeString:
        """Draw where it stands, and why it is not sent."""
        return format_html('{}<br><span class="small">{}</span>', transmission_state(record), record.reason)


def transmission_state(transmission: Transmission) -> SafeString:
    """Draw where a sending stands."""
    return state(KINDS[TransmissionState(transmission.state)], transmission.get_state_display())


@page(Can.SEE_DISCLOSURES)
def transmissions(request: StaffRequest) -> HttpResponse:
    """List the sendings about everybody one may see."""
    shown = str(request.GET.get("show")) if request.GET.get("show") in SHOWN else "waiting"
    found = slice_of(transmission_list(request.user, show=shown), by="-pk", after=request.GET.get("after", ""))
    people = [row.patient_id for row in found.rows]
    note_read(by=request.user, at=timezone.now(), what="transmissions", detail={"show": shown}, people=people)
    table = TransmissionTable(found.rows)
    table.next_url = f"?show={shown}&after={found.next_key}" if found.next_key else ""
    return render(request, "patients/transmissions/transmissions.html", {"table": table, "shown": shown, "views": SHOWN})


@page(Can.SEE_DISCLOSURES)
def transmission(request: StaffRequest, transmission_id: int) -> HttpResponse:
    """Show one sending: what, to whom, what became of it and what can be done."""
    return _show(request, _seen(request, transmission_id))


@require_POST
@page(Can.DISCLOSE_RECORD)
def press(request: StaffRequest, transmission_id: int, verb: str) -> HttpResponse:
    """Try a sending again, or say that it arrived."""
    found = _seen(request, transmission_id, can=Can.DISCLOSE_RECORD)
    done, said = PRESSES[verb]
    try:
        done(transmission=found, by=request.user, at=timezone.now())
    except Refused as refused:
        return _show(request, found, refused=refused)
    messages.success(request, said)
    return redirect("patients:transmission", found.pk)


@require_POST
@page(Can.DISCLOSE_RECORD)
def cancel(request: StaffRequest, transmission_id: int) -> HttpResponse:
    """Take a sending back before it leaves."""
    found = _seen(request, transmission_id, can=Can.DISCLOSE_RECORD)
    form = CancelForm(request.POST)
    if form.is_valid():
        facts = {"transmission": found, "reason": form.cleaned_data["reason"]}
        if attempt(form, lambda: cancel_transmission(**facts, by=request.user, at=timezone.now())) is not None:
            messages.success(request, _("It is not sent."))
            return redirect("patients:transmission", found.pk)
    return _show(request, found, form=form)


def _seen(request: StaffRequest, transmission_id: int, *, can: Can = Can.SEE_DISCLOSURES) -> Transmission:
    """Return a sending within reach of this right, or nothing at all."""
    seen = transmissions_seen_by(request.user, can=can).select_related("patient", "recipient", "program", "requested_by", "consent")
    return get_object_or_404(seen, pk=transmission_id)


def _show(request: StaffRequest, found: Transmission, *, form: Any = None, refused: Refused | None = None) -> HttpResponse:
    """Show a sending, with what was typed when it was refused."""
    subject = f"patients.transmission:{found.pk}"
    note_read(by=request.user, at=timezone.now(), what="transmission", patient_id=found.patient_id, subject=subject)
    may = request.user.may(Can.DISCLOSE_RECORD, program_id=found.program_id)
    context = {
        "transmission": found,
        "patient": found.patient,
        "stands": transmission_state(found),
        "retries": may and found.state in TO_LOOK_AT,
        "confirms": may and found.state == TransmissionState.DOUBTFUL,
        "is_under_way": found.is_under_way(timezone.now()),
        "cancels": may and found.state == TransmissionState.QUEUED and not found.is_under_way(timezone.now()),
        "form": form or CancelForm(),
        "refused": refused,
    }
    return render(request, "patients/transmissions/transmission.html", context, status=422 if form or refused else 200)
