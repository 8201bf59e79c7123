"""List agreements, the next to end first; put one on file, keep its paper, end it."""

from base64 import b64decode
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.administration.agreements.actions import end_agreement, keep_agreement_scan, let_agreement_end, record_agreement
from casemgr.core.agreements.models import Agreement, AgreementScan
from casemgr.core.agreements.queries import agreements_seen_by
from casemgr.core.agreements.rules import SUFFIXES
from casemgr.core.audit.recording import note_read
from casemgr.core.deadlines.models import ClockKind
from casemgr.core.deadlines.queries import running_clock
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment, state
from casemgr.desk.agreements.forms import AgreementForm, EndForm, NoQuestion, ScanForm

SOON = 60
"""Days before its end from which an agreement is marked; as long as its clock warns."""


def how_it_stands(agreement: Agreement) -> SafeString:
    """Draw whether anything rests on an agreement today."""
    today = timezone.localdate()
    if agreement.is_live(today):
        ends = (agreement.expires_on - today).days <= SOON
        return state("warn", _("Ends soon")) if ends else state("good", _("In force"))
    return state("stop", _("Ended")) if agreement.ended_on is None else state("quiet", _("Ended early"))


class AgreementTable(tables.Table):
    """List agreements: with whom, which kind, what for, until when."""

    organization = tables.Column(verbose_name=gettext_lazy("With"))
    kind = tables.Column(verbose_name=gettext_lazy("Kind"))
    services = tables.Column(verbose_name=gettext_lazy("Services"))
    expires_on = tables.Column(verbose_name=gettext_lazy("Ends"))
    stands = tables.Column(verbose_name=gettext_lazy("State"), empty_values=())

    next_url = ""
    empty_help = gettext_lazy("Without an agreement in force, whoever serves the program is told nothing without consent.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("No agreements on file")

    def render_organization(self, record: Agreement) -> SafeString:
        """Lead to the agreement."""
        return format_html('<a href="{}" data-row-link>{}</a>', reverse("desk:agreement", args=[record.pk]), record.organization)

    def render_expires_on(self, record: Agreement) -> SafeString:
        """Say the day."""
        return moment(record.ended_on or record.expires_on, "day")

    def render_stands(self, record: Agreement) -> SafeString:
        """Say whether anything rests on it."""
        return how_it_stands(record)


@page(Can.MANAGE_ORGANIZATIONS)
def agreements(request: StaffRequest) -> HttpResponse:
    """List agreements, the last to end first."""
    rows = agreements_seen_by(request.user).select_related("organization")
    found = slice_of(rows, by="-expires_on", after=request.GET.get("after", ""))
    table = AgreementTable(found.rows)
    table.next_url = f"?after={found.next_key}" if found.next_key else ""
    return render(request, "desk/agreements/list.html", {"table": table})


@page(Can.MANAGE_ORGANIZATIONS)
def agreement_new(request: StaffRequest) -> HttpResponse:
    """Put a signed agreement on file."""
    form = AgreementForm(request.POST or None, request.FILES or None, user=request.user, initial={"signed_on": timezone.localdate()})
    if form.is_valid():
        made = attempt(form, lambda: record_agreement(**form.facts(), by=request.user, at=timezone.now()))
        if made is not None:
            messages.success(request, _("The agreement is on file."))
            return redirect("desk:agreement", made.pk)
    return render(request, "desk/agreements/new.html", {"form": form}, status=422 if form.errors else 200)


@page(Can.MANAGE_ORGANIZATIONS)
def agreement(request: StaffRequest, agreement: int) -> HttpResponse:
    """Show one agreement and what may be done with it."""
    return _show(request, _seen(request, agreement))


@require_POST
@page(Can.MANAGE_ORGANIZATIONS)
def agreement_act(request: StaffRequest, agreement: int, step: str) -> HttpResponse:
    """End an agreement early, keep its paper, or say that it is not followed by another."""
    found = _seen(request, agreement)
    form = _form_of(step, request)

    def act() -> Any:
        done: dict[str, Any] = {"agreement": found, "by": request.user, "at": timezone.now()}
        if step == "end":
            return end_agreement(**form.cleaned_data, **done)
        if step == "scan":
            return keep_agreement_scan(scan=form.scanned(), **done)
        return let_agreement_end(**done)

    if form.is_valid() and attempt(form, act) is not None:
        messages.success(request, _("Saved."))
        return redirect("desk:agreement", found.pk)
    return _show(request, found, **{step.replace("-", "_"): form})


def _form_of(step: str, request: StaffRequest) -> Any:
    """Return the form of a step, as it was sent."""
    if step == "end":
        return EndForm(request.POST)
    if step == "scan":
        return ScanForm(request.POST, request.FILES)
    if step == "let-end":
        return NoQuestion(request.POST)
    raise Http404


@page(Can.MANAGE_ORGANIZATIONS)
def agreement_paper(request: StaffRequest, agreement: int) -> HttpResponse:
    """Hand out the signed paper, to be kept by no cache and shown inside no page."""
    found = _seen(request, agreement)
    scan = get_object_or_404(AgreementScan, agreement=found)
    note_read(by=request.user, at=timezone.now(), what="agreement_paper", subject=f"casemgr.agreement:{found.pk}")
    name = f"agreement-{found.pk}.{SUFFIXES[scan.content_type]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(b64decode(scan.content), content_type=scan.content_type, headers=headers)


def _seen(request: StaffRequest, key: int) -> Agreement:
    """Return an agreement of this person's programs, or nothing at all."""
    return get_object_or_404(agreements_seen_by(request.user).select_related("organization", "program", "recorded_by"), pk=key)


def _show(request: StaffRequest, row: Agreement, **typed: Any) -> HttpResponse:
    """Show an agreement, with what was typed when it was refused."""
    today = timezone.localdate()
    clock = running_clock(ClockKind.AGREEMENT_EXPIRY, f"casemgr.agreement:{row.pk}")
    begun = {"end": EndForm(initial={"ended_on": today}), "scan": ScanForm(), "let_end": NoQuestion()}
    context = {
        "agreement": row,
        "stands": how_it_stands(row),
        "clock": clock,
        "has_scan": AgreementScan.objects.filter(agreement=row).exists(),
        "is_live": row.is_live(today),
        "is_over": row.expires_on <= today and clock is not None,
        "forms": {**begun, **typed},
        "opens": dict.fromkeys(typed, True),
    }
    return render(request, "desk/agreements/agreement.html", context, status=422 if typed else 200)
