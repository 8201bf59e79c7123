"""Send or print a part of the record; look at it as a partner would get it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.refusals import Refused
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.sharing.actions import hand_over_record, hand_over_referral_packet, send_record
from casemgr.sharing.forms import PacketForm, WhoForm
from casemgr.sharing.queries import parts_for, parts_got, program_to_share_from, seen_as, to_choose_first
from casemgr.sharing.ways import WAYS, Written, answer_with
from patients.caseload.queries import patients_seen_by
from patients.consent.models import InformationCategory, PurposeOfUse
from patients.record.models import Patient
from patients.transmissions.models import Transmission
from referrals.referral.queries import referrals_seen_by


@page(Can.DISCLOSE_RECORD)
def share(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Choose who is told what for; see what may be told; then print it, save it, or have it sent."""
    row, now = _patient(request, patient), timezone.now()
    who, asked = _asked(request)
    if asked is None:
        note_read(by=request.user, at=now, what="sharing", patient_id=row.pk)
        return render(request, "sharing/share.html", {"patient": row, "who": who})
    program = program_to_share_from(row, request.user, request.program)
    parts = parts_for(row, program, **asked, at=now)
    form = PacketForm(request.POST or None, parts=parts, initial={"categories": to_choose_first(parts)})
    if form.is_valid():
        left = attempt(form, lambda: _let_go(request, form, now, patient=row, program=program, **asked))
        if isinstance(left, Written):
            return answer_with(left, inline=left.media_type == "application/pdf")
        if left is not None:
            messages.success(request, _("It is waiting to be sent. The consent is looked at once more when it leaves."))
            return redirect("patients:transmissions")
    note_read(by=request.user, at=now, what="sharing", patient_id=row.pk, detail=_detail(asked))
    labels = dict(InformationCategory.choices)
    withheld = [(labels[part.category], part.reasons) for part in parts if not part.allowed]
    context = {"patient": row, "who": who, "form": form, "recipient": asked["recipient"], "purpose": asked["purpose"]}
    context |= {"withheld": withheld, "nothing": len(withheld) == len(parts), "purpose_words": PurposeOfUse(asked["purpose"]).label}
    return render(request, "sharing/share.html", context, status=422 if form.errors else 200)


@page(Can.DISCLOSE_RECORD)
def as_partner(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show what an organization would get of this record today, and of everything else why not; nothing is told by looking."""
    row, now = _patient(request, patient), timezone.now()
    who, asked = _asked(request)
    context: dict[str, Any] = {"patient": row, "who": who}
    if asked is not None:
        program = program_to_share_from(row, request.user, request.program)
        shown = seen_as(request.user, row, program, parts_got(row, program, **asked, at=now))
        told = [part for part in shown if part.allowed]
        context |= {"recipient": asked["recipient"], "purpose_words": PurposeOfUse(asked["purpose"]).label, "told": told}
        context |= {"withheld": [part for part in shown if not part.allowed], "asked": asked}
    note_read(by=request.user, at=now, what="seen_as_partner", patient_id=row.pk, detail=_detail(asked) if asked else None)
    return render(request, "sharing/as_partner.html", context)


@require_POST
@page(Can.MAKE_REFERRAL)
def referral_packet(request: StaffRequest, referral_id: int) -> HttpResponse:
    """Give what a referral tells as paper, for a partner without a system of its own."""
    seen = referrals_seen_by(request.user, can=Can.MAKE_REFERRAL).select_related("patient", "organization", "program")
    found = get_object_or_404(seen, pk=referral_id)
    try:
        written = hand_over_referral_packet(referral=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("referrals:referral", found.pk)
    return answer_with(written, inline=True)


def _patient(request: StaffRequest, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=Can.DISCLOSE_RECORD), public_id=public_id)


def _asked(request: StaffRequest) -> tuple[WhoForm, dict[str, Any] | None]:
    """Return the question of who and what for, with its answer once there is one."""
    given = {name: request.GET[name] for name in ("organization", "purpose") if request.GET.get(name)}
    form = WhoForm(request.GET if given else None)
    if not form.is_valid():
        return form, None
    return form, {"recipient": form.cleaned_data["organization"], "purpose": form.cleaned_data["purpose"]}


def _let_go(request: StaffRequest, form: PacketForm, at: datetime, **about: Any) -> Written | Transmission:
    """Write the packet, or have it sent, as was chosen."""
    via, written_as = form.cleaned_data["way"]
    wanted = {"categories": form.cleaned_data["categories"], "via": via, "written_as": written_as}
    if WAYS[via].is_queued:
        return send_record(**about, **wanted, by=request.user, at=at)
    return hand_over_record(**about, **wanted, by=request.user, at=at)


def _detail(asked: dict[str, Any]) -> dict[str, Any]:
    """Return for the record as whom somebody looked."""
    return {"as": asked["recipient"].pk, "purpose": asked["purpose"]}
