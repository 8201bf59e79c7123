"""Break the glass, and say what medical personnel elsewhere are told."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.disclosures.glass.actions import break_glass_and_tell
from patients.disclosures.glass.forms import TellingGlassForm
from patients.guarding.actions import break_glass
from patients.guarding.models import GlassBreak
from patients.restrictions.queries import request_to_keep


@page(Can.BREAK_GLASS)
def breaking(request: StaffRequest) -> HttpResponse:
    """Ask for exactly one person and for the ground, and open their chart for an hour."""
    now = timezone.now()
    form = TellingGlassForm(request.POST or None, user=request.user, now=timezone.localtime(now))
    if form.is_valid():
        opened = attempt(form, lambda: _break(request, form, now))
        if opened is not None:
            messages.warning(request, _("The chart is open for an hour. The privacy officer is told and will ask why."))
            if opened.tells_outside:
                _say_what_to_tell(request, opened)
            return redirect("desk:chart", opened.patient.public_id)
    context = {"form": form, "windows": getattr(request, "open_windows", [])}
    return render(request, "patients/guarding/break_glass.html", context, status=422 if form.errors else 200)


def _break(request: StaffRequest, form: TellingGlassForm, now: datetime) -> GlassBreak:
    """Open the window; where somebody elsewhere is told, with the account of it."""
    program, by = request.program, request.user
    if form.tells_outside:
        return break_glass_and_tell(program=program, identity=form.identity, ground=form.ground, **form.telling, by=by, at=now)
    return break_glass(program=program, identity=form.identity, ground=form.ground, by=by, at=now)


def _say_what_to_tell(request: StaffRequest, glass: GlassBreak) -> None:
    """Say that they may be told now, and what they must be asked (42 CFR 2.26(a)(4))."""
    messages.success(request, _("Tell them now: it is on the account, and the privacy officer will look over it."))
    if words := request_to_keep(glass.patient_id):
        messages.warning(request, _("Say to them: %(words)s") % {"words": words})
