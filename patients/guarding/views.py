"""Break the glass, look at it afterwards, and keep the lists of restricted charts and of ties."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import colleagues_of
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.audit.words import fact_words, verb_words
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment, person, state
from patients.caseload.queries import patients_seen_by
from patients.guarding.actions import (
    allow_reader,
    close_glass,
    end_conflict,
    end_reader,
    lift_restriction,
    record_conflict,
    restrict_chart,
    review_glass,
)
from patients.guarding.forms import ConflictForm, ReaderForm, RestrictForm, ReviewForm, SureForm
from patients.guarding.models import ChartRestriction, GlassBreak, GlassVerdict
from patients.guarding.queries import conflicts_kept_by, read_through, restrictions_kept_by, reviewed, to_review, windows_of
from patients.record.models import Patient

MOST_READ = 200
"""Lines of the record that a review shows; a window of an hour seldom has more."""

SHOWN: dict[str, tuple[Any, Callable[[User], Any]]] = {
    "waiting": (gettext_lazy("To review"), to_review),
    "reviewed": (gettext_lazy("Reviewed"), reviewed),
}
VERDICT_STATES = {GlassVerdict.JUSTIFIED: "good", GlassVerdict.NOT_JUSTIFIED: "stop"}


def open_windows(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Know at each request which charts stand open to its user by broken glass: the banner says so, and the record of what is read.

    Only somebody whose own row says that a window is open costs a statement.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        user, now = request.user, timezone.now()
        if isinstance(user, User) and user.glass_until is not None:
            user.glass_until = user.glass_until if user.glass_until > now else None
            windows = list(windows_of(user).select_related("patient")) if user.glass_until else []
            vars(user)["opened_charts"] = {glass.patient_id: f"break_glass:{glass.pk}" for glass in windows}
            vars(request)["open_windows"] = [{"glass": glass, "minutes": _minutes_left(glass, now)} for glass in windows]
        return get_response(request)

    return handle


def _minutes_left(glass: GlassBreak, now: Any) -> int:
    """Return the minutes that a window stays open, begun ones counted."""
    return max(1, -int(-(glass.closes_at - now).total_seconds() // 60))


class GlassTable(tables.Table):
    """List broken glass: when, by whom, whose chart, on which ground, where the review stands."""

    recorded_at = tables.Column(verbose_name=gettext_lazy("When"))
    recorded_by = tables.Column(verbose_name=gettext_lazy("Who"))
    patient = tables.Column(verbose_name=gettext_lazy("Whose chart"))
    kind = tables.Column(verbose_name=gettext_lazy("Ground"))
    stands = tables.Column(verbose_name=gettext_lazy("Review"), empty_values=())

    empty_help = gettext_lazy("A chart opened in an emergency, or out of somebody's reach, appears here until you have looked at it.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("Nothing to review")
        row_attrs = {"data-state": lambda record: "" if record.reviewed_at else "warn"}

    def render_recorded_at(self, record: GlassBreak) -> SafeString:
        """Say when."""
        return moment(record.recorded_at, "exact")

    def render_patient(self, record: GlassBreak) -> SafeString:
        """Name the person and lead to the review."""
        return person(record.patient.display_name, legal=record.patient.legal_name, url=reverse("patients:glass", args=[record.pk]))

    def render_stands(self, record: GlassBreak) -> SafeString:
        """Say where the review stands."""
        if record.reviewed_at is None:
            return state("warn", _("To review"))
        return state(VERDICT_STATES[GlassVerdict(record.verdict)], record.get_verdict_display())


@require_POST
@page(Can.BREAK_GLASS)
def close(request: StaffRequest) -> HttpResponse:
    """Close one's own open windows."""
    for glass in windows_of(request.user):
        close_glass(glass=glass, by=request.user, at=timezone.now())
    messages.success(request, _("The chart is closed again."))
    return redirect("desk:today")


@page(Can.OVERSEE_PRIVACY)
def glasses(request: StaffRequest) -> HttpResponse:
    """List the broken glass that waits for a review, the oldest first, or what was reviewed, the newest first."""
    shown = request.GET.get("show", "waiting")
    shown = shown if shown in SHOWN else "waiting"
    rows = SHOWN[shown][1](request.user).filter(patient__in=_overseen(request))
    part = slice_of(rows, by="pk" if shown == "waiting" else "-pk", after=request.GET.get("after", ""))
    note_read(by=request.user, at=timezone.now(), what="broken_glass", people=[row.patient_id for row in part.rows])
    table = GlassTable(part.rows)
    if part.next_key:
        table.next_url = f"?show={shown}&after={part.next_key}"
    names = {key: name for key, (name, _rows) in SHOWN.items()}
    return render(request, "patients/guarding/glasses.html", {"table": table, "shown": shown, "views": names})


@page(Can.OVERSEE_PRIVACY)
def glass(request: StaffRequest, glass: int) -> HttpResponse:
    """Show one window: its facts, what was read through it, and the review."""
    rows = (to_review(request.user) | reviewed(request.user)).select_related("reviewed_by")
    row = get_object_or_404(rows.filter(patient__in=_overseen(request)), pk=glass)
    form = ReviewForm(request.POST or None)
    if (
        form.is_valid()
        and attempt(form, lambda: review_glass(glass=row, **form.cleaned_data, by=request.user, at=timezone.now())) is not None
    ):
        if form.cleaned_data["verdict"] == GlassVerdict.NOT_JUSTIFIED:
            messages.warning(request, _("Reviewed. Report an incident: somebody read a record without a ground."))
        else:
            messages.success(request, _("Reviewed."))
        return redirect("patients:glasses")
    note_read(by=request.user, at=timezone.now(), what="broken_glass", patient_id=row.patient_id, subject=f"patients.glassbreak:{row.pk}")
    verdict = VERDICT_STATES[GlassVerdict(row.verdict)] if row.verdict else ""
    events = [(verb_words(event.verb), fact_words(event.rests_on), event) for event in read_through(row)[:MOST_READ]]
    context = {"glass": row, "patient": row.patient, "form": form, "events": events, "verdict": verdict}
    return render(request, "patients/guarding/glass.html", context, status=422 if form.errors else 200)


@page(Can.RESTRICT_CHART)
def guarded(request: StaffRequest) -> HttpResponse:
    """List the restricted charts and the ties between staff and people in care."""
    seen = patients_seen_by(request.user, can=Can.RESTRICT_CHART)
    restrictions = list(restrictions_kept_by(request.user).filter(patient__in=seen)[:MOST_READ])
    conflicts = list(conflicts_kept_by(request.user).filter(patient__in=seen)[:MOST_READ])
    people = [*(row.patient_id for row in restrictions), *(row.patient_id for row in conflicts)]
    note_read(by=request.user, at=timezone.now(), what="guarded_charts", people=people)
    return render(request, "patients/guarding/guarded.html", {"restrictions": restrictions, "conflicts": conflicts})


@page(Can.RESTRICT_CHART)
def guard(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show for whom one chart exists and who may never see it; restrict it."""
    row = _patient(request, patient)
    return _show(request, row)


@require_POST
@page(Can.RESTRICT_CHART)
def change_guard(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Do what one of the forms of this page asks for."""
    row = _patient(request, patient)
    form = _form_for(request, request.POST.get("do", ""))
    if form is None:
        return redirect("patients:guard", row.public_id)
    do = request.POST["do"]
    if form.is_valid() and attempt(form, lambda: _change(request, row, do, form.cleaned_data)) is not None:
        messages.success(request, _("Saved."))
        return redirect("patients:guard", row.public_id)
    return _show(request, row, **{do: form})


def _form_for(request: StaffRequest, do: str) -> Any:
    """Return the form that was sent, filled in."""
    colleagues = colleagues_of(request.user)
    if do in ("lift", "end_conflict"):
        return SureForm(request.POST)
    forms = {"restrict": RestrictForm, "conflict": ConflictForm, "allow": ReaderForm, "end_reader": ReaderForm}
    return forms[do](request.POST, colleagues=colleagues) if do in forms else None


def _change(request: StaffRequest, patient: Patient, do: str, facts: dict[str, Any]) -> Any:
    """Call the verb that one form stands for."""
    common: dict[str, Any] = {"by": request.user, "at": timezone.now()}
    if do == "restrict":
        return restrict_chart(patient=patient, program=request.program, **facts, **common)
    if do == "conflict":
        return record_conflict(patient=patient, program=request.program, **facts, **common)
    if do == "end_conflict":
        tie = get_object_or_404(conflicts_kept_by(request.user).filter(patient=patient), pk=_number(request, "conflict"))
        return end_conflict(conflict=tie, **common)
    restriction = get_object_or_404(restrictions_kept_by(request.user).filter(patient=patient), pk=_number(request, "restriction"))
    if do == "lift":
        return lift_restriction(restriction=restriction, **common)
    return (allow_reader if do == "allow" else end_reader)(restriction=restriction, **facts, **common)


def _show(request: StaffRequest, patient: Patient, **bound: Any) -> HttpResponse:
    """Draw the page of one person, with the form that was refused."""
    colleagues = colleagues_of(request.user)
    restriction: ChartRestriction | None = restrictions_kept_by(request.user).filter(patient=patient, program=request.program).first()
    note_read(by=request.user, at=timezone.now(), what="guarded_chart", patient_id=patient.pk)
    context = {
        "patient": patient,
        "restriction": restriction,
        "conflicts": list(conflicts_kept_by(request.user).filter(patient=patient)),
        "restrict_form": bound.get("restrict") or RestrictForm(colleagues=colleagues, auto_id="restrict_%s"),
        "conflict_form": bound.get("conflict") or ConflictForm(colleagues=colleagues, auto_id="conflict_%s"),
        "reader_form": bound.get("allow") or ReaderForm(colleagues=colleagues, auto_id="reader_%s"),
        "other": next((form for do, form in bound.items() if do in ("end_reader", "lift", "end_conflict")), None),
    }
    return render(request, "patients/guarding/guard.html", context, status=422 if bound else 200)


def _patient(request: StaffRequest, public_id: UUID) -> Patient:
    """Return a patient whose list this user keeps; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=Can.RESTRICT_CHART), public_id=public_id)


def _overseen(request: StaffRequest) -> Any:
    """Return the patients whom this privacy officer oversees."""
    return patients_seen_by(request.user, can=Can.OVERSEE_PRIVACY)


def _number(request: StaffRequest, name: str) -> int:
    """Return a number of the form, or one that belongs to nothing."""
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else 0
