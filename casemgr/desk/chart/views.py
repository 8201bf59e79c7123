"""Show one person's chart."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, page
from casemgr.desk.chart.acts import head_buttons
from casemgr.desk.chart.banner import banner_of
from casemgr.desk.chart.head import head_of, now_of
from casemgr.desk.chart.panels import PANELS
from casemgr.desk.chart.panels.panel import Button, Found, Panel, buttons_of
from casemgr.desk.chart.queries import Chart, patient_seen_by, read_chart
from patients.merging.queries import survivor_of

FRONT = 2
FRONT_BESIDE = 1
"""Buttons that stand in the head of a panel, and of one beside the page; those with a key always do."""


@dataclass(frozen=True)
class Shown:
    """Hold one open panel as it is drawn."""

    panel: Panel
    found: Found
    acts: list[Button]
    more: list[Button]
    """What is done seldom, and the history of the panel's facts: behind "More"."""


@page(Can.SEE_PATIENTS)
def chart(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Show everything on record of one person that the reader may see; opening it is put on the record."""
    found = patient_seen_by(request.user, patient)
    if found is None:
        return _to_the_record_that_stays(request, patient)
    person, rights = found
    now = timezone.now()
    read = read_chart(request.user, person, rights, now=now, today=timezone.localdate(now))
    note_read(by=request.user, at=now, what="chart", patient_id=person.pk)
    context = {
        "chart": read,
        "patient": person,
        "head": head_of(read),
        "banner": banner_of(read),
        "current": now_of(read),
        "head_acts": head_buttons(request.user, read),
        "sees": {str(right): True for right in rights},
        **_panels(read),
    }
    return render(request, "desk/chart/chart.html", context)


def _panels(read: Chart) -> dict[str, Any]:
    """Return the open panels of the page and those beside it."""
    shown = [_shown(panel, read) for panel in PANELS if panel.key in read.found]
    return {"panels": [one for one in shown if not one.panel.aside], "beside": [one for one in shown if one.panel.aside]}


def _shown(panel: Panel, read: Chart) -> Shown:
    """Return one panel with its buttons: those with a key and the first ones at hand, the others behind one more."""
    buttons = buttons_of(panel.acts, read.patient, read.rights)
    front = [button for button in buttons if button.key]
    front += [button for button in buttons if not button.key][: max((FRONT_BESIDE if panel.aside else FRONT) - len(front), 0)]
    more = [button for button in buttons if button not in front]
    if panel.history:
        url = reverse("desk:history", args=[read.patient.public_id])
        more.append(Button(_("History"), f"{url}?of={panel.key}"))
    return Shown(panel, read.found[panel.key], [button for button in buttons if button in front], more)


def _to_the_record_that_stays(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """Lead from the address of a merged record to the one that it was merged into, for who may see that; for others there is nobody."""
    stays = survivor_of(public_id, request.user, can=Can.SEE_PATIENTS)
    if stays is None:
        raise Http404
    messages.info(request, _("This record was merged into another one. Here is the chart."))
    return redirect("desk:chart", stays.public_id)
